"""Who may do what with training, on one page. `visible_to` has already decided who sees a session at all."""

from guichet.people.models import Organisation, Person
from guichet.training.models import Session


def can_plan(person: Person, *, desk_id: int) -> bool:
    """Whoever treats that desk's tickets plans sessions that they give; managers plan anybody's."""
    return desk_id in person.grants.treats_in


def can_manage(person: Person, *, desk_id: int) -> bool:
    """Topics, and whatever session: the desk's managers."""
    return desk_id in person.grants.manages_in


def can_run(person: Person, session: Session) -> bool:
    """Open, move, cancel and end it, and see who registered and who came: its trainer and the desk's managers."""
    gives = person.pk == session.trainer_id and session.desk_id in person.grants.treats_in
    return gives or can_manage(person, desk_id=session.desk_id)


def is_for(session: Session, organisation: Organisation) -> bool:
    """Whether the organisation's people may register."""
    if organisation.desk.pk != session.desk_id:
        return False
    named = {found.pk for found in session.organisations.all()}
    return not named or organisation.pk in named
