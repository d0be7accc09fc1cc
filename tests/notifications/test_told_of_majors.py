"""Who was told of a major incident, and who wasn't reached: nobody is left out in silence."""

from __future__ import annotations

from guichet.channels.models import DeadAddress
from guichet.lib.models import Outgoing
from guichet.notifications import of_majors
from guichet.notifications import sent as sent_mail
from guichet.notifications.models import Notification
from guichet.notifications.told_of_majors import DEAD, NO_ADDRESS, NO_MAIL, REFUSED, tellings, unreached
from guichet.people.models import Person
from guichet.tickets import major, major_people
from guichet.tickets.models import MajorIncident
from tests import builders
from tests.channels.mail.sink import Sink
from tests.notifications.post import MUCH_LATER, sent, sink, stage, to
from tests.notifications.test_of_majors import running
from tests.tickets.stage import Stage, later

__all__ = ["sink", "stage"]


def caller(stage: Stage, found: MajorIncident, *, email: str) -> Person:
    someone = builders.person(stage.desk.organisation, account=False, email=email)
    major_people.me_too(found, person=someone, actor=stage.agent, now=later(4))
    return someone


def test_a_dead_address_is_written_to_given_up_in_sight_and_listed(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    gone = caller(stage, found, email="parti@essai.example")
    DeadAddress.objects.create(email="parti@essai.example", status="5.1.1", since=later(0))
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    assert "parti@essai.example" not in {to(mail) for mail in sent(sink)}
    row = Outgoing.objects.get(kind=of_majors.KIND, recipient="parti@essai.example")
    assert row.given_up_at is not None
    [shown] = sent_mail.shown([row], now=MUCH_LATER)
    assert shown.standing == sent_mail.Standing.GIVEN_UP
    [missed] = unreached(found)
    assert (missed.person, missed.why, missed.signs_in) == (gone, DEAD, False)


def test_who_has_no_address_is_listed_those_who_cannot_sign_in_first(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    Person.objects.filter(pk=stage.neighbour.pk).update(email="")
    caller(stage, found, email="")
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    sent(sink)
    assert [(one.why, one.signs_in) for one in unreached(found)] == [(NO_ADDRESS, False), (NO_ADDRESS, True)]


def test_a_refused_mail_is_listed_until_one_arrives(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    sent(sink)
    assert unreached(found) == []
    row = Outgoing.objects.get(kind=of_majors.KIND, recipient=stage.neighbour.email.lower())
    Outgoing.objects.filter(pk=row.pk).update(delivered_at=None, given_up_at=later(6), answer="550 5.1.1 no")
    [missed] = unreached(found)
    assert (missed.person, missed.why) == (stage.neighbour, REFUSED)
    [telling] = tellings(found)
    assert (telling.delivered, telling.failed) == (1, 1)
    sent_mail.again(Outgoing.objects.get(pk=row.pk), actor=stage.agent, now=later(7))
    assert stage.neighbour.email in {to(mail) for mail in sent(sink)}
    assert unreached(found) == []


def test_each_piece_of_news_says_how_many_were_told_and_how(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    major.tell(found, text_fr="Nous avons trouvé.", actor=stage.agent, now=later(6))
    Notification.objects.filter(person=stage.neighbour, major=found).update(read_at=later(8))
    first = {one.news.text_fr: (one.under_bell, one.looked, one.waiting) for one in tellings(found)}
    assert first == {"Nous avons trouvé.": (2, 1, 2), "Nous cherchons.": (2, 1, 2)}
    sent(sink)
    after = {one.news.text_fr: (one.delivered, one.needless, one.waiting) for one in tellings(found)}
    assert after == {"Nous avons trouvé.": (2, 0, 0), "Nous cherchons.": (0, 2, 0)}


def test_while_only_the_desk_may_know_nobody_counts_as_missed_and_without_mail_everybody(
    stage: Stage, sink: Sink, settings: object
) -> None:
    hidden = running(stage, sink, audience="desk")
    assert unreached(hidden) == []
    shown = running(stage, sink)
    settings.SMTP = None
    assert {one.why for one in unreached(shown)} == {NO_MAIL}
