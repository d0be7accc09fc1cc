"""How long somebody stayed at a counter, call by call; their first call; what nobody ended; what nobody was told."""

from django.db import migrations, models

# What is known of the past: how long the last call lasted, and which was the first.
CALLS = """
UPDATE walkup_call AS call SET reason_id = visit.reason_id, served_at = visit.served_at, left_at = visit.ended_at
FROM walkup_visit AS visit
WHERE visit.id = call.visit_id AND call.kind = 'call' AND call.at = visit.called_at
"""
VISITS = """
UPDATE walkup_visit AS visit SET first_called_at = call.at FROM (
    SELECT visit_id, min(at) AS at FROM walkup_call WHERE kind = 'call' GROUP BY visit_id HAVING count(*) > 1
) AS call WHERE call.visit_id = visit.id
"""

UNTOLD = "UPDATE walkup_estimaterecord SET told = false WHERE basis < 30"


class Migration(migrations.Migration):
    dependencies = [
        ("walkup", "0005_strays_of_another_day"),
    ]

    operations = [
        migrations.RemoveField(model_name="visit", name="told_near_at"),
        migrations.AddField(
            model_name="call",
            name="reason",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=models.deletion.PROTECT, related_name="+", to="walkup.reason"
            ),
        ),
        migrations.AddField(
            model_name="call", name="served_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="call", name="left_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="visit", name="first_called_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(model_name="visit", name="forgotten", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="estimaterecord", name="told", field=models.BooleanField(default=True)),
        migrations.RunSQL(CALLS, migrations.RunSQL.noop),
        migrations.RunSQL(VISITS, migrations.RunSQL.noop),
        migrations.RunSQL(UNTOLD, migrations.RunSQL.noop),
    ]
