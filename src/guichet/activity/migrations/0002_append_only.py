"""Events are only ever added: the database itself refuses to change or remove one."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION activity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'activity events are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER activity_event_append_only BEFORE UPDATE OR DELETE ON activity_event
    FOR EACH ROW EXECUTE FUNCTION activity_append_only();
"""
BACKWARDS = """
DROP TRIGGER activity_event_append_only ON activity_event;
DROP FUNCTION activity_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
