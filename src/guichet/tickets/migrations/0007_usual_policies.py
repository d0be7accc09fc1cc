"""The minutes of response policies become the targets of each desk's usual policy."""

from django.db import migrations
from django.utils import timezone

NAMES = {"fr": "Heures d’ouverture", "en": "Opening hours"}
OFFICE_HOURS = [[[8 * 60, 17 * 60]]] * 5 + [[], []]


def forwards(apps, schema_editor):
    policies = apps.get_model("sla", "Policy")
    targets = apps.get_model("sla", "Target")
    answers = apps.get_model("tickets", "ResponsePolicy")
    for desk in apps.get_model("people", "Organisation").objects.filter(pk__in=answers.objects.values("organisation")):
        calendar = _usual(apps, desk)
        policy = policies.objects.create(
            organisation=desk, name_fr="Convention habituelle", name_en="Usual policy", position=1000
        )
        targets.objects.bulk_create(
            targets(
                policy=policy,
                measure=measure,
                severity=answer.severity,
                minutes=max(1, minutes),
                calendar=None if answer.around_the_clock else calendar,
            )
            for answer in answers.objects.filter(organisation=desk)
            for measure, minutes in (
                ("first_response", answer.first_answer_minutes),
                ("next_update", answer.next_news_minutes),
            )
        )


def _usual(apps, desk):
    calendars = apps.get_model("calendars", "Calendar")
    found = calendars.objects.filter(organisation=desk, usual=True).first()
    if found is None:
        found = calendars.objects.create(organisation=desk, usual=True, name=NAMES.get(desk.language, NAMES["fr"]))
        apps.get_model("calendars", "CalendarVersion").objects.create(
            calendar=found, number=1, time_zone=desk.time_zone, week=OFFICE_HOURS, made_at=timezone.now()
        )
    return found


def backwards(apps, schema_editor):
    targets = apps.get_model("sla", "Target").objects
    for answer in apps.get_model("tickets", "ResponsePolicy").objects.all():
        usual = targets.filter(
            policy__organisation=answer.organisation, policy__client=None, policy__service=None,
            policy__category=None, policy__kind="", severity=answer.severity,
        )  # fmt: skip
        for target in usual:
            if target.measure == "first_response":
                answer.first_answer_minutes = target.minutes
                answer.around_the_clock = target.calendar_id is None
            elif target.measure == "next_update":
                answer.next_news_minutes = target.minutes
        answer.save()


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0001_policies"),
        ("calendars", "0002_opening_hours"),
        ("tickets", "0006_major_problem"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
