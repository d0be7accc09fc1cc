"""Problems are found by the index of the search, as everything else is."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0016_articles'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='problem',
            name='words',
        ),
    ]
