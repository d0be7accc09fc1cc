"""What readers have read stays as it was: the database itself refuses to change a published version or its wordings."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION knowledge_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'knowledge_version' THEN
        IF OLD.published_at IS NULL THEN
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM knowledge_version AS version
        WHERE version.published_at IS NOT NULL AND version.id = ANY (
            CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id] WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                 ELSE ARRAY[OLD.version_id, NEW.version_id] END)
    ) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER knowledge_version_stays BEFORE UPDATE OR DELETE ON knowledge_version
    FOR EACH ROW EXECUTE FUNCTION knowledge_published_stays();
CREATE TRIGGER knowledge_wording_stays BEFORE INSERT OR UPDATE OR DELETE ON knowledge_wording
    FOR EACH ROW EXECUTE FUNCTION knowledge_published_stays();
"""
BACKWARDS = """
DROP TRIGGER knowledge_wording_stays ON knowledge_wording;
DROP TRIGGER knowledge_version_stays ON knowledge_version;
DROP FUNCTION knowledge_published_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_articles")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
