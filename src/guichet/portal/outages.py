"""Known incidents as those see them whom they concern: what is wrong, what to do meanwhile, who else it hits."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from guichet.catalog.models import Service
from guichet.lib.text import fold
from guichet.people.models import Person, Site
from guichet.tickets.major_people import counts
from guichet.tickets.models import MajorAudience, MajorIncident, MajorNews, MajorTicket, MajorVoice
from guichet.tickets.models.major import MajorQuerySet

# More at the same time are on the page of each.
_SHOWN = 3
_SHORTEST_WORD = 4


@dataclass(frozen=True)
class Outage:
    """One incident for one person."""

    major: MajorIncident
    # How many people it hits, as far as they said so.
    people: int
    last: MajorNews | None
    touched: list[Service | Site]
    # What this person has said of it already.
    voice: MajorVoice | None
    ticket: str

    @property
    def url(self) -> str:
        return reverse("portal:outage", args=[self.major.reference])

    @property
    def mine(self) -> bool:
        return self.voice is not None or bool(self.ticket)


def shown_to(person: Person) -> list[Outage]:
    """Those that run now and concern the person, newest first. One query where there is none."""
    return told(running(person), person=person)


def running(person: Person) -> list[MajorIncident]:
    found = MajorIncident.objects.visible_to(person).running().exclude(audience=MajorAudience.DESK)
    return list(_with_names(found)[:_SHOWN])


def like(outages: list[Outage], text: str) -> list[Outage]:
    """The same, first those that share words with what the person said."""
    said = _words(text)
    return sorted(outages, key=lambda outage: -len(said & _words(about(outage.major))))


def find(person: Person, reference: str) -> Outage | None:
    """One of them, running or past; None where it isn't shown to this person."""
    shown = MajorIncident.objects.visible_to(person).exclude(audience=MajorAudience.DESK)
    return next(iter(told(list(_with_names(shown.filter(reference=reference))), person=person)), None)


def told(majors: list[MajorIncident], *, person: Person) -> list[Outage]:
    if not majors:
        return []
    people = counts(majors)
    voices = {v.major_id: v for v in MajorVoice.objects.filter(major__in=majors, person=person)}
    asked = MajorTicket.objects.filter(major__in=majors, ticket__requester=person)
    tickets = dict(asked.values_list("major", "ticket__reference"))
    return [
        Outage(
            major=major,
            people=people[major.pk],
            last=next(iter(major.news.all()), None),
            touched=[*major.services.all(), *major.sites.all()],
            voice=voices.get(major.pk),
            ticket=tickets.get(major.pk, ""),
        )
        for major in majors
    ]


def _with_names(majors: MajorQuerySet) -> MajorQuerySet:
    return majors.prefetch_related("services", "sites", "news")


def about(major: MajorIncident) -> str:
    """What is said of it, in both languages, and what it touches."""
    said = (major.title_fr, major.title_en, major.meanwhile_fr, major.meanwhile_en)
    return " ".join((*said, *touched(major)))


def touched(major: MajorIncident) -> list[str]:
    return [*(service.name for service in major.services.all()), *(site.name for site in major.sites.all())]


def _words(text: str) -> set[str]:
    """The longer words, folded and without what their plural adds."""
    parts = "".join(c if c.isalnum() else " " for c in fold(text)).split()
    return {word.rstrip("sx") for word in parts if len(word) >= _SHORTEST_WORD}
