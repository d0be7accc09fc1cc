"""One of two counters that write to each other: what is done in its database. `python -m tests.channels.instance`.

seed NAME OTHER   a desk at NAME with a mailbox, and the other counter's address as one of its people
open              an agent opens a ticket for the other counter
reply             an agent answers on the only ticket that is there
told              what came in and went out, as JSON
"""

from __future__ import annotations

import json
import sys


def main(what: str, *names: str) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from guichet.channels.models import Contact, Mailbox, Outcome
    from guichet.lib.models import Outgoing
    from guichet.people.models import Person
    from guichet.routing.actions import submit
    from guichet.tickets import actions
    from guichet.tickets.models import Ticket
    from tests import builders

    now = timezone.now()
    if what == "seed":
        name, other = names
        desk = builders.desk()
        builders.agent(desk)
        Mailbox.objects.create(organisation=desk.organisation, address=f"aide@{name}.example", name=name)
        builders.person(desk.organisation, email=f"aide@{other}.example", account=False)
        return
    agent = Person.objects.filter(roles__kind="agent").order_by("pk").first()
    assert agent is not None
    if what == "open":
        other_counter = Person.objects.get(email__startswith="aide@")
        submit(
            organisation=agent.organisation, requester=other_counter, actor=agent, now=now, title="Liaison coupée",
            description="La liaison entre nos sites est coupée.", impact="group", urgency="hampered",
        )  # fmt: skip
    elif what == "reply":
        actions.reply(Ticket.objects.get(), body="Nous regardons cela.", actor=agent, now=now)
    else:
        said = {
            "came": list(
                Contact.objects.exclude(outcome=Outcome.WAITING).order_by("pk").values_list("outcome", "reason")
            ),
            "unread": Contact.objects.filter(outcome=Outcome.WAITING).count(),
            "tickets": Ticket.objects.count(),
            "public": sum(t.messages.filter(kind="reply").count() for t in Ticket.objects.all()),
            "went": Outgoing.objects.filter(delivered_at__isnull=False).count(),
            "waits": Outgoing.objects.filter(delivered_at=None, given_up_at=None).count(),
        }
        sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
