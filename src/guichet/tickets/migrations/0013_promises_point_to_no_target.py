from django.db import migrations


class Migration(migrations.Migration):
    """Nothing read it, and removing a target scanned and locked every promise that was ever made."""

    dependencies = [("tickets", "0012_what_if")]

    operations = [migrations.RemoveField(model_name="commitment", name="target")]
