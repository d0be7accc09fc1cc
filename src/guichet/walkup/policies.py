"""Who may do what at a walk-up counter, on one page. `visible_to` has already decided who sees it at all."""

from guichet.people.models import Organisation, Person
from guichet.walkup.models import Venue


def desk_of(venue: Venue) -> Organisation:
    """The organisation whose agents receive there."""
    return venue.organisation.desk


def may_receive(person: Person, venue: Venue) -> bool:
    """Sit at a counter and call: whoever treats the desk's tickets."""
    return desk_of(venue).pk in person.grants.treats_in


def may_set_up(person: Person, venue: Venue) -> bool:
    """Change hours, counters, duties, reasons and devices: the desk's managers."""
    return desk_of(venue).pk in person.grants.manages_in


def may_book_for(person: Person, other: Person) -> bool:
    """Take an appointment: everybody for themselves, the desk for its own people and its clients'."""
    return person.pk == other.pk or other.organisation.desk.pk in person.grants.treats_in
