"""News may be about a problem."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activity', '0002_append_only'),
        ('notifications', '0002_news_of_major_incidents'),
        ('people', '0003_badge'),
        ('tickets', '0004_problems'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notification',
            name='news_is_about_something',
        ),
        migrations.AddField(
            model_name='notification',
            name='problem',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.problem'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('ticket__isnull', False), ('major__isnull', False), ('problem__isnull', False), _connector='OR'), name='news_is_about_something'),
        ),
    ]
