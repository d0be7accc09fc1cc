"""An article as its reader reads it: in the words that suit them, with its pictures and its way to others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from guichet.knowledge import actions, markdown
from guichet.knowledge.models import Article, Picture, Version
from guichet.people.models import Expertise, Person

# Whoever knows more reads the next best; the others read what is written for everybody.
_NEXT_BEST = {
    Expertise.INEXPERIENCED: (Expertise.INEXPERIENCED,),
    Expertise.GENERAL: (),
    Expertise.EXPERIENCED: (Expertise.EXPERIENCED,),
    Expertise.SPECIALISED: (Expertise.SPECIALISED, Expertise.EXPERIENCED),
}


@dataclass(frozen=True)
class Reading:
    """A version in one of its wordings, rendered; and all that it has, by their expertise, the general one first."""

    version: Version
    expertise: str
    html: str
    contents: tuple[markdown.Heading, ...]
    choices: tuple[str, ...]


def wordings_of(version: Version) -> dict[str, str]:
    """Every wording by its expertise, the general one first."""
    others = {wording.expertise: wording.body for wording in version.wordings.all()}
    ordered = {value: others[value] for value in Expertise.values if value in others}
    return {Expertise.GENERAL.value: version.body, **ordered}


def suited(wordings: Mapping[str, str], expertise: str) -> str:
    """The expertise whose wording somebody of `expertise` reads."""
    wanted = _NEXT_BEST.get(Expertise(expertise), ()) if expertise in Expertise.values else ()
    return next((value.value for value in wanted if value in wordings), Expertise.GENERAL.value)


def read(
    version: Version,
    *,
    person: Person | None,
    link_url: Callable[[str], str],
    picture_url: Callable[[Picture], str],
    wording: str = "",
    top: int = 2,
) -> Reading:
    """`version` for `person` (None: a visitor), in the wording they chose or the one that suits them.

    `link_url` gives the page of an article by its reference, `picture_url` that of a picture: pages differ by who
    reads. Links to articles that this reader may not read lead nowhere, and their words stay.
    """
    wordings = wordings_of(version)
    chosen = wording if wording in wordings else suited(wordings, person.expertise if person else Expertise.GENERAL)
    rendered = render(
        wordings[chosen],
        article=version.article,
        person=person,
        link_url=link_url,
        picture_url=picture_url,
        top=top,
    )
    return Reading(
        version=version,
        expertise=chosen,
        html=rendered.html,
        contents=rendered.contents,
        choices=tuple(wordings),
    )


def render(
    body: str,
    *,
    article: Article | None,
    person: Person | None,
    link_url: Callable[[str], str],
    picture_url: Callable[[Picture], str],
    top: int = 2,
) -> markdown.Rendered:
    """Some Markdown as it would be read in `article` (None: not written yet): for previews too. Two queries."""
    links, sources = markdown.named_in(body)
    references = {link: actions.reference_of(link.partition("#")[0]) for link in links}
    wanted = {reference for reference in references.values() if reference}
    readable = set(
        Article.objects.visible_to(person).filter(reference__in=wanted).values_list("reference", flat=True)
        if wanted
        else ()
    )
    pictures = {p.name: p for p in article.pictures.filter(name__in=sources)} if article and sources else {}

    def link(address: str) -> str | None:
        reference = references.get(address)
        if reference is None or reference not in readable:
            return None
        anchor = markdown.anchor_of(address.partition("#")[2])
        return link_url(reference) + (f"#{anchor}" if anchor else "")

    def picture(name: str) -> markdown.Shown | None:
        found = pictures.get(name)
        if found is None:
            return None
        return markdown.Shown(url=picture_url(found), width=found.width, height=found.height)

    return markdown.render(body, link=link, picture=picture, labels=callout_labels(), top=top)


def callout_labels() -> dict[str, str]:
    """What a callout without a title of its own is called."""
    return {"note": _("Good to know"), "tip": _("Tip"), "warning": _("Take care"), "danger": _("Danger")}


def in_other_languages(article: Article, *, person: Person | None) -> list[Article]:
    """The articles that say the same in another language, as far as this reader may read them."""
    original = article.translation_of_id or article.pk
    family = Article.objects.visible_to(person).filter(Q(translation_of=original) | Q(pk=original))
    return list(family.exclude(pk=article.pk).order_by("language"))
