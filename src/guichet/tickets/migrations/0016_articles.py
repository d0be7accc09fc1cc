"""Articles begin as tickets, and say what a problem is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0003_trees'),
        ('people', '0005_opening_is_a_calendar'),
        ('tickets', '0015_search_entries'),
    ]

    operations = [
        migrations.AddField(
            model_name='problem',
            name='article',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.article'),
        ),
        migrations.CreateModel(
            name='Drafted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.article')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafted', to='tickets.ticket')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
    ]
