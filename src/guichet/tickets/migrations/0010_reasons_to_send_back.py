from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_clocks_of_any_moment")]

    operations = [
        migrations.AlterField(
            model_name="handover",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("time", "The time limit is reached"),
                    ("competence", "It needs another competence"),
                    ("rights", "It needs administrator rights"),
                    ("presence", "Somebody has to be on the spot"),
                    ("specialist", "It needs the specialist of this subject"),
                    ("provider", "It is for the provider"),
                    ("incomplete", "Information is missing"),
                    ("not_ours", "It isn’t for us"),
                    ("solved", "It is solved already"),
                ],
                max_length=12,
            ),
        )
    ]
