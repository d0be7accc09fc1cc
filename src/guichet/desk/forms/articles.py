"""Forms of articles: writing one, publishing it, who may read it, who sees to it and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.desk.forms.base import VersionedForm, agents_of
from guichet.knowledge.actions import REVIEW_AFTER
from guichet.knowledge.changing import BODY_MAX, NOTE_MAX, TITLE_MAX
from guichet.knowledge.models import Article, ArticleKind, Audience
from guichet.people.models import Expertise, Level, Organisation, Person
from guichet.ui.forms import Choice, ChoiceCards, FilesField, GrowingText, offer_choices, offer_rows

# Bodies in other words than everybody's, as the form calls them.
WORDINGS = (Expertise.INEXPERIENCED, Expertise.EXPERIENCED, Expertise.SPECIALISED)
_LABELS = {
    Expertise.INEXPERIENCED: _("For those who are not at ease"),
    Expertise.EXPERIENCED: _("For those who find their way in the settings"),
    Expertise.SPECIALISED: _("For those whose job it is"),
}
_HINTS = {
    Expertise.INEXPERIENCED: _("Every click, what one sees after it, no word of the trade."),
    Expertise.EXPERIENCED: _("The steps without their pictures."),
    Expertise.SPECIALISED: _("Commands, logs, and why."),
}
_AUDIENCES = (
    (Audience.PUBLIC, Choice(_("Everybody"), hint=_("Also without signing in, from anywhere."), icon="globe")),
    (Audience.REQUESTERS, Choice(_("Those whom we serve"), hint=_("Once they have signed in."), icon="users")),
    (
        Audience.AGENTS,
        Choice(_("The desk only"), hint=_("Agents find it and speak of it; no requester sees it."), icon="lock"),
    ),
)
_FIRST_LEVEL = ""


class ArticleForm(VersionedForm):
    """A form about an article of `desk`; `article` is None while there is none yet."""

    def __init__(self, *args: Any, article: Article | None, desk: Organisation, **kwargs: Any) -> None:
        self.article, self.desk = article, desk
        super().__init__(*args, version=article.version if article else None, **kwargs)


class WritingForm(ArticleForm):
    use_required_attribute = False

    title = forms.CharField(
        label=_("Title"), max_length=TITLE_MAX, help_text=_("The question as a reader would ask it.")
    )
    kind = forms.ChoiceField(label=_("What a reader comes for"), choices=ArticleKind.choices)
    category = forms.ModelChoiceField(
        label=_("Category"), required=False, queryset=Category.objects.none(), empty_label=_("Not sorted yet")
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("fr", "Français"), ("en", "English")])
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY_MAX,
        strip=False,
        widget=GrowingText({"rows": 16, "class": "article-body"}),
        help_text=_("# title, **bold**, - list, 1. steps. A pasted picture is shown where the cursor stands."),
        error_messages={"required": _("Write what readers should know.")},
    )
    pictures = FilesField(
        label=_("Add pictures"), required=False, help_text=_("They are shown at the end of the text.")
    )
    note = forms.CharField(
        label=_("What is different, and why?"),
        required=False,
        max_length=NOTE_MAX,
        help_text=_("For colleagues who compare the versions."),
    )

    def arrange(self) -> None:
        for expertise in WORDINGS:
            self.fields[f"wording_{expertise}"] = forms.CharField(
                label=_LABELS[expertise],
                help_text=_HINTS[expertise],
                required=False,
                max_length=BODY_MAX,
                strip=False,
                widget=GrowingText({"rows": 8}),
            )
        chosen = self.article.category_id if self.article else None
        offered = Category.objects.filter(
            Q(organisation=self.desk) | Q(organisation=None), Q(active=True) | Q(pk=chosen)
        )
        offer_rows(self, "category", offered)
        self.fields["pictures"].widget.attrs["accept"] = "image/png,image/jpeg,image/gif,image/webp"

    @property
    def wordings(self) -> Iterator[BoundField]:
        return (self[f"wording_{expertise}"] for expertise in WORDINGS)

    @property
    def worded(self) -> dict[str, str]:
        return {expertise.value: self.cleaned_data[f"wording_{expertise}"] for expertise in WORDINGS}


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput({"type": "date", "class": "field-width-sm"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class PublicationForm(ArticleForm):
    note = forms.CharField(
        label=_("What is different, and why?"),
        required=False,
        max_length=NOTE_MAX,
        help_text=_("For colleagues who compare the versions."),
    )
    review_due_on = DayField(
        label=_("When is it looked at again?"), help_text=_("On that day its owner is asked whether it is still right.")
    )

    def arrange(self) -> None:
        draft = self.article.draft if self.article else None
        due = self.article.review_due_on if self.article else None
        self.initial.setdefault("note", draft.note if draft else "")
        self.initial.setdefault("review_due_on", usual_review(due, today=self.now.date()))


class ReviewForm(ArticleForm):
    owner = forms.ModelChoiceField(label=_("Who sees to it?"), queryset=Person.objects.none())
    due_on = DayField(
        label=_("When is it looked at again?"), help_text=_("On that day they are asked whether it is still right.")
    )

    def arrange(self) -> None:
        offer_rows(self, "owner", agents_of(self.desk))
        if self.article:
            self.initial.setdefault("owner", self.article.owner_id)
            self.initial.setdefault("due_on", usual_review(self.article.review_due_on, today=self.now.date()))


class AudienceForm(ArticleForm):
    """Who may read it, in words; the organisations and the level count for the choice that they belong to."""

    audience = forms.ChoiceField(label=_("Who may read it?"), widget=ChoiceCards(one_column=True))
    organisations = forms.ModelMultipleChoiceField(
        label=_("Only the people of"),
        required=False,
        queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For those whom we serve. None ticked: all of them."),
    )
    from_rank = forms.ChoiceField(
        label=_("From which level on"),
        required=False,
        help_text=_("For the desk: whoever works at that level or above."),
    )

    def arrange(self) -> None:
        published = self.article is not None and self.article.is_published
        when = _("Takes effect at once.") if published else _("Takes effect once published.")
        self.fields["audience"].help_text = when
        offer_choices(self, "audience", _AUDIENCES)
        offer_rows(self, "organisations", _served(self.desk))
        levels = Level.objects.filter(scheme=self.desk.scheme_id).order_by("rank")
        named = [(str(level.rank), f"{level.code} – {level.name}") for level in levels]
        offer_choices(self, "from_rank", [(_FIRST_LEVEL, _("Every level")), *named])
        if self.article:
            self.initial.setdefault("audience", self.article.audience)
            self.initial.setdefault("organisations", list(self.article.organisations.all()))
            rank = self.article.from_rank
            self.initial.setdefault("from_rank", _FIRST_LEVEL if rank is None else str(rank))

    def clean_from_rank(self) -> int | None:
        said = self.cleaned_data["from_rank"]
        return int(said) if said else None


def usual_review(due: date | None, *, today: date) -> date:
    """The day that stands, as long as it is to come; else a year from now."""
    return due if due is not None and due > today else today + REVIEW_AFTER - timedelta(days=1)


def _served(desk: Organisation) -> Any:
    return Organisation.objects.filter(Q(served_by=desk) | Q(pk=desk.pk)).order_by("name")
