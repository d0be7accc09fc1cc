"""News may be about an article."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activity', '0002_append_only'),
        ('knowledge', '0003_trees'),
        ('notifications', '0004_warnings'),
        ('people', '0005_opening_is_a_calendar'),
        ('tickets', '0015_search_entries'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notification',
            name='news_is_about_something',
        ),
        migrations.AddField(
            model_name='notification',
            name='article',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.article'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('ticket__isnull', False), ('major__isnull', False), ('problem__isnull', False), ('article__isnull', False), models.Q(('warns', []), _negated=True), _connector='OR'), name='news_is_about_something'),
        ),
    ]
