"""What `guichet run` says when it is ready: where to go and as whom, in French and then in English."""

from guichet.demo.cast import DOORS, PASSWORD


def staged() -> bool:
    """Whether the cast lives in this database."""
    from guichet.people.models import Account

    return Account.objects.filter(email__in=[door.someone.email for door in DOORS]).exists()


def lines(base_url: str) -> list[str]:
    """The welcome, line by line. Looks nothing up: it is said from inside the server's loop."""
    from django.conf import settings

    if not settings.DEMO:
        return [f"Guichet : {base_url}   (Ctrl-C pour arrêter / to stop)"]
    wide = max(len(door.someone.email) for door in DOORS)
    named = max(len(door.someone.name) for door in DOORS)
    role = max(len(door.role_fr) for door in DOORS)

    def row(email: str, name: str, fr: str, en: str) -> str:
        return f"    {email:<{wide}}   {name:<{named}}   {fr:<{role}}   {en}"

    return [
        "",
        f"  Guichet est ouvert : {base_url}",
        f"  Guichet is open:     {base_url}",
        "",
        f"  Mot de passe de chacun / everyone’s password: {PASSWORD}",
        "",
        *(row(door.someone.email, door.someone.name, door.role_fr, door.role_en) for door in DOORS),
        "",
        "  Ctrl-C pour arrêter ; tout est gardé. / Ctrl-C to stop; everything is kept.",
        "",
    ]
