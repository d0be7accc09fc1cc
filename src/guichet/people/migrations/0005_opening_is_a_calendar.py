from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0004_person_unconfirmed"), ("calendars", "0002_opening_hours")]

    operations = [migrations.RemoveField(model_name="organisation", name="opening")]
