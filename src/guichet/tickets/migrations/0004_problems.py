"""Problems with their workarounds, the tickets that stand under them, and the attempts that come of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
        ('people', '0003_badge'),
        ('tickets', '0003_major_incidents'),
    ]

    operations = [
        migrations.CreateModel(
            name='Problem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0)),
                ('chain', models.CharField(default='', editable=False, max_length=64)),
                ('reference', models.CharField(max_length=16, unique=True)),
                ('state', models.CharField(choices=[('investigating', 'Being investigated'), ('known_error', 'Known error'), ('fixed', 'Fixed'), ('closed', 'Closed')], default='investigating', max_length=14)),
                ('title', models.CharField(max_length=200)),
                ('symptoms', models.TextField(blank=True)),
                ('cause', models.TextField(blank=True)),
                ('fix', models.TextField(blank=True)),
                ('fix_test', models.CharField(blank=True, max_length=300)),
                ('fix_public', models.TextField(blank=True)),
                ('fixed_at', models.DateTimeField(blank=True, null=True)),
                ('conclusion', models.TextField(blank=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('words', models.TextField(default='', editable=False)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.category')),
                ('desk', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('fixed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'ordering': ['-opened_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='attempt',
            name='problem',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.problem'),
        ),
        migrations.CreateModel(
            name='ProblemLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('problem', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='links', to='tickets.problem')),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='problem_link', to='tickets.ticket')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Workaround',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('public_text', models.TextField(blank=True)),
                ('since', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('problem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='workarounds', to='tickets.problem')),
            ],
            options={
                'ordering': ['-since', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='problem',
            index=models.Index(fields=['desk', 'state', '-opened_at', '-id'], name='problem_of_desk'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['investigating', 'known_error', 'fixed', 'closed'])), name='problem_state'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('investigating', 'closed')), models.Q(('cause', ''), _negated=True), _connector='OR'), name='a_known_error_has_its_cause'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fixed_at__isnull', True), ('fixed_by__isnull', True), models.Q(('state', 'fixed'), _negated=True)), models.Q(('fixed_at__isnull', False), ('fixed_by__isnull', False), models.Q(('fix', ''), _negated=True), ('state__in', ('fixed', 'closed'))), _connector='OR'), name='a_fix_says_what_when_and_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), models.Q(('state', 'closed'), _negated=True)), models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('fixed_at__isnull', False), models.Q(('conclusion', ''), _negated=True), _connector='OR')), _connector='OR'), name='a_closed_problem_is_fixed_or_says_why'),
        ),
        migrations.AddIndex(
            model_name='problemlink',
            index=models.Index(fields=['problem', 'at', 'id'], name='link_of_problem'),
        ),
        migrations.AddIndex(
            model_name='workaround',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('reminded_at__isnull', True)), fields=['expires_at'], name='workaround_to_remind'),
        ),
        migrations.AddConstraint(
            model_name='workaround',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('problem',), name='one_current_workaround'),
        ),
        migrations.AddConstraint(
            model_name='workaround',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('since'))), name='a_workaround_expires_later'),
        ),
    ]
