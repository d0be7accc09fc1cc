"""News may be about a training session."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0005_news_of_articles'),
        ('training', '0001_sessions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notification',
            name='news_is_about_something',
        ),
        migrations.AddField(
            model_name='notification',
            name='session',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='training.session'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('ticket__isnull', False), ('major__isnull', False), ('problem__isnull', False), ('article__isnull', False), ('session__isnull', False), models.Q(('warns', []), _negated=True), _connector='OR'), name='news_is_about_something'),
        ),
    ]
