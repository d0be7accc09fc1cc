"""An organisation's opening hours become the first version of its usual calendar."""

from django.db import migrations
from django.utils import timezone

NAMES = {"fr": "Heures d’ouverture", "en": "Opening hours"}


def forwards(apps, schema_editor):
    calendars = apps.get_model("calendars", "Calendar")
    versions = apps.get_model("calendars", "CalendarVersion")
    for organisation in apps.get_model("people", "Organisation").objects.exclude(opening=[]):
        calendar = calendars.objects.create(
            organisation=organisation, name=NAMES.get(organisation.language, NAMES["fr"]), usual=True
        )
        versions.objects.create(
            calendar=calendar,
            number=1,
            time_zone=organisation.time_zone,
            week=organisation.opening,
            made_at=timezone.now(),
        )


def backwards(apps, schema_editor):
    versions = apps.get_model("calendars", "CalendarVersion").objects.filter(calendar__usual=True)
    for version in versions.order_by("number").select_related("calendar__organisation"):
        organisation = version.calendar.organisation
        organisation.opening = version.week
        organisation.save(update_fields=["opening"])


class Migration(migrations.Migration):
    dependencies = [("calendars", "0001_calendars"), ("people", "0003_badge")]

    operations = [migrations.RunPython(forwards, backwards)]
