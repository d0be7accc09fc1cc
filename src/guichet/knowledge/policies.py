"""Who may do what to an article, on one page. `visible_to` has already decided who sees it at all."""

from guichet.knowledge.models import Article
from guichet.people.models import Membership, Person


def can_write(person: Person, *, desk_id: int) -> bool:
    """Whoever treats that desk's tickets writes drafts, adds pictures and corrects what an article is about."""
    return desk_id in person.grants.treats_in


def can_publish(person: Person, article: Article) -> bool:
    """Who answers for what readers read: the desk's managers, the article's owner, and who leads a team of the desk.

    The same people archive it and change who may read it once somebody can.
    """
    grants = person.grants
    if article.desk_id in grants.manages_in:
        return True
    if article.desk_id not in grants.treats_in:
        return False
    return person.pk == article.owner_id or leads(person, desk_id=article.desk_id)


def leads(person: Person, *, desk_id: int) -> bool:
    """Leads one of the desk's teams."""
    return Membership.objects.filter(person=person, lead=True, team__organisation=desk_id).exists()
