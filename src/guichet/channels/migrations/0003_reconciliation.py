import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("channels", "0002_mailbox_signs_in_by_oauth"),
        ("people", "0002_account_renewed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("checked", models.PositiveIntegerField()),
                ("missing", models.PositiveIntegerField()),
                ("details", models.JSONField(default=list)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                (
                    "desk",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="channels.mailbox"
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["desk", "mailbox", "-at"], name="reconciliation_last")],
            },
        ),
    ]
