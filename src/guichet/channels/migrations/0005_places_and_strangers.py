"""Numbers of a mail server count for the place that gave them; who only wrote to us is marked; mailboxes have no team.

What an earlier version stored is taken for the place that its mailbox has now: this is what it was compared with.
"""

import hashlib

from django.db import migrations

_PREFIXES = """
SELECT DISTINCT regexp_replace(source_key, ':[0-9]+:[0-9]+$', '') FROM channels_contact
WHERE starts_with(source_key, %s) AND source_key ~ ':[0-9]+:[0-9]+$'
"""
_RENAME = """
UPDATE channels_contact SET source_key = %s || substring(source_key from ':[0-9]+:[0-9]+$')
WHERE source_key ~ ':[0-9]+:[0-9]+$' AND regexp_replace(source_key, ':[0-9]+:[0-9]+$', '') = %s
"""
# A record without an account or a role, made in the moment in which a message of that address was read.
_MARK = """
UPDATE people_person AS person SET unconfirmed = true FROM channels_contact AS contact
WHERE contact.sender = lower(person.email) AND person.email <> ''
AND person.created_at BETWEEN contact.read_at - interval '1 second' AND contact.read_at + interval '2 minutes'
AND NOT EXISTS (SELECT 1 FROM people_account WHERE person_id = person.id)
AND NOT EXISTS (SELECT 1 FROM people_role WHERE person_id = person.id)
"""


def rename(apps, schema_editor):
    """As `Mailbox.source_key` has it: the place's hash in place of the folder, or of nothing."""
    with schema_editor.connection.cursor() as cursor:
        for box in apps.get_model("channels", "Mailbox").objects.all():
            own = f"imap:{box.pk}"
            cursor.execute(_PREFIXES, [f"{own}:"])
            for (prefix,) in cursor.fetchall():
                folder = prefix[len(own) + 1 :] or box.folder
                place = "\n".join(str(part) for part in (box.host, box.port, box.user or box.address, folder))
                digest = hashlib.sha256(place.encode()).hexdigest()[:16]
                cursor.execute(_RENAME, [f"{own}:{digest}", prefix])


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0004_mailbox_wording"),
        ("people", "0004_person_unconfirmed"),
    ]

    operations = [
        migrations.RemoveField(model_name="mailbox", name="team"),
        migrations.RunPython(rename, migrations.RunPython.noop),
        migrations.RunSQL(_MARK, migrations.RunSQL.noop),
    ]
