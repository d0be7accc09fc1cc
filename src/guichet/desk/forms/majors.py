"""Forms of major incidents: declaring one, news, the lead, what is said of it, how it ends, its review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Service
from guichet.desk.forms.base import MomentField, VersionedForm, agents_of, as_local
from guichet.people.models import Organisation, Person, Site
from guichet.tickets.major import usual_minutes
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import AttemptKind, MajorAudience, MajorIncident, Ticket
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_rows

FOLLOW_UPS = 5
_AUDIENCES = [
    (MajorAudience.DESK.value, Choice(MajorAudience.DESK.label, hint=_("Nobody outside hears of it."), icon="lock")),
    (
        MajorAudience.CONCERNED.value,
        Choice(
            MajorAudience.CONCERNED.label,
            hint=_("They find it when they ask for help, and may say “me too”."),
            icon="users",
        ),
    ),
    (
        MajorAudience.EVERYBODY.value,
        Choice(
            MajorAudience.EVERYBODY.label,
            hint=_("Also read by people who haven’t signed in, and while Guichet is down."),
            icon="globe",
        ),
    ),
]


class MajorForm(VersionedForm):
    """A form about a major incident, or about the ticket that it is to be declared from."""

    def __init__(
        self, *args: Any, major: MajorIncident | None = None, ticket: Ticket | None = None, **kwargs: Any
    ) -> None:
        about = major or ticket
        assert about is not None, "about one or the other"
        self.major, self.ticket, self.desk = major, ticket, about.desk
        super().__init__(*args, version=major.version if major else None, **kwargs)


class SaidForm(MajorForm):
    """Text for those outside, in both languages."""

    text_fr = forms.CharField(
        label=_("In French"),
        max_length=4000,
        required=False,
        widget=GrowingText(),
        help_text=_("Those affected read this: what you know, what you do, when it ends. No names."),
    )
    text_en = forms.CharField(label=_("In English"), max_length=4000, required=False, widget=GrowingText())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed = [cleaned.get(name, "").strip() for name in ("text_fr", "text_en")]
        if not any(typed) and not self.errors:
            self.add_error("text_fr", _("Please write something here."))
        return cleaned


class NewsForm(SaidForm):
    next_minutes = forms.IntegerField(
        label=_("Next news in how many minutes?"), min_value=5, max_value=1440, widget=forms.NumberInput()
    )

    def arrange(self) -> None:
        if self.major is not None:
            self.initial.setdefault("next_minutes", self.major.update_minutes)


class NoteForm(MajorForm):
    body = forms.CharField(label=_("Internal note"), max_length=4000, widget=GrowingText({"rows": 2}))


class LeadForm(MajorForm):
    to = forms.ModelChoiceField(
        label=_("Who leads from now on?"), queryset=Person.objects.none(), empty_label=_("Choose somebody")
    )

    def arrange(self) -> None:
        offer_rows(self, "to", agents_of(self.desk))


class AudienceForm(MajorForm):
    audience = forms.ChoiceField(
        label=_("Who may know of it?"), widget=ChoiceCards(one_column=True), choices=_AUDIENCES
    )


class DescriptionForm(MajorForm):
    """What is said of it, and what is touched."""

    title_fr = forms.CharField(
        label=_("What doesn’t work? In French"),
        max_length=160,
        required=False,
        help_text=_("In words for those affected: “Nobody can sign in to the Wi-Fi in Laval”."),
    )
    title_en = forms.CharField(label=_("The same in English"), max_length=160, required=False)
    meanwhile_fr = forms.CharField(
        label=_("What can one do meanwhile? In French"),
        max_length=4000,
        required=False,
        widget=GrowingText({"rows": 2}),
    )
    meanwhile_en = forms.CharField(
        label=_("What can one do meanwhile? In English"),
        max_length=4000,
        required=False,
        widget=GrowingText({"rows": 2}),
    )
    started_at = MomentField(label=_("Since when?"))
    services = forms.ModelMultipleChoiceField(
        label=_("Services touched"), queryset=Service.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple(),
    )  # fmt: skip
    sites = forms.ModelMultipleChoiceField(
        label=_("Places touched"), queryset=Site.objects.none(), required=False, widget=forms.CheckboxSelectMultiple()
    )
    organisations = forms.ModelMultipleChoiceField(
        label=_("Whom does it concern?"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("None ticked means everybody whom you serve."),
    )
    update_minutes = forms.IntegerField(
        label=_("News every how many minutes?"), min_value=5, max_value=1440, widget=forms.NumberInput()
    )

    def arrange(self) -> None:
        # What was chosen stays offered, whatever became of it since: what a form can't show, saving it would take away.
        named = self._chosen("organisations")
        served = Organisation.objects.filter(Q(pk=self.desk.pk) | Q(served_by=self.desk) | named)
        about = self.ticket or (self.major.ticket if self.major else None)
        places = [self.desk.pk] if about is None else [self.desk.pk, about.organisation_id]
        offers: dict[str, QuerySet[Any]] = {
            "services": Service.objects.filter(Q(organisation=self.desk, active=True) | self._chosen("services")),
            "sites": Site.objects.filter(Q(organisation__in=places) | self._chosen("sites")),
        }
        for name, rows in offers.items():
            if rows.exists():
                offer_rows(self, name, rows)
            else:
                del self.fields[name]
        offer_rows(self, "organisations", served.order_by("name"))
        if not named and not served.exclude(pk=self.desk.pk).exists():
            del self.fields["organisations"]

    def _chosen(self, name: str) -> Q:
        """Those that stand in it already; matches nothing, and is false, where there are none."""
        known = list(getattr(self.major, name).values_list("pk", flat=True)) if self.major else []
        return Q(pk__in=known) if known else Q()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        titles = [cleaned.get(name, "").strip() for name in ("title_fr", "title_en")]
        if not any(titles) and not {"title_fr", "title_en"} & set(self.errors):
            self.add_error("title_fr", _("Say in a few words what doesn’t work."))
        return cleaned

    @property
    def words(self) -> Words:
        names = ("title_fr", "title_en", "meanwhile_fr", "meanwhile_en")
        return Words(**{name: self.cleaned_data[name] for name in names})

    @property
    def touched(self) -> Touched:
        given = {name: list(self.cleaned_data.get(name) or ()) for name in ("organisations", "services", "sites")}
        return Touched(**given)


class DeclareForm(DescriptionForm):
    """One form makes it: who leads, what is said, who may know."""

    lead = forms.ModelChoiceField(
        label=_("Who leads it?"),
        queryset=Person.objects.none(),
        help_text=_("One person at a time: they coordinate and give news, they need not repair it themselves."),
    )
    audience = forms.ChoiceField(
        label=_("Who may know of it?"),
        widget=ChoiceCards(one_column=True),
        choices=_AUDIENCES,
        help_text=_("Whoever leads it says so. Declare it for the desk alone where somebody else leads."),
    )
    field_order = (
        "title_fr", "title_en", "lead", "audience", "meanwhile_fr", "meanwhile_en", "services", "sites",
        "organisations", "started_at", "update_minutes",
    )  # fmt: skip

    def arrange(self) -> None:
        super().arrange()
        offer_rows(self, "lead", agents_of(self.desk))
        assert self.ticket is not None, "declared from a ticket"
        ticket = self.ticket
        english = self.desk.language == "en"
        self.initial.setdefault("title_en" if english else "title_fr", ticket.title[:160])
        self.initial.setdefault("lead", self.person.pk)
        # The title is the requester's own, until whoever leads it has read it: nothing leaves the desk by default.
        self.initial.setdefault("audience", MajorAudience.DESK.value)
        self.initial.setdefault("services", [ticket.service_id] if ticket.service_id else [])
        self.initial.setdefault("sites", [ticket.site_id] if ticket.site_id else [])
        self.initial.setdefault("organisations", [ticket.organisation_id])
        self.initial.setdefault("started_at", as_local(ticket.opened_at))
        self.initial.setdefault("update_minutes", usual_minutes(ticket))


class RestoreForm(SaidForm):
    kind = forms.ChoiceField(
        label=_("What brought it back?"),
        widget=ChoiceCards(),
        choices=[
            (AttemptKind.WORKAROUND.value, Choice(AttemptKind.WORKAROUND.label, hint=_("The cause is still there."))),
            (AttemptKind.FIX.value, Choice(AttemptKind.FIX.label, hint=_("The cause is removed."))),
        ],
    )
    solution = forms.CharField(
        label=_("What was done?"), max_length=4000, widget=GrowingText({"rows": 2}), help_text=_("For the desk only.")
    )
    test = forms.CharField(label=_("How was that tested?"), max_length=300)
    field_order = ("kind", "solution", "test", "text_fr", "text_en")


class ReviewForm(MajorForm):
    """What happened, why, and what to change: five rows, or as many as there are and one more."""

    what_happened = forms.CharField(
        label=_("What happened?"), max_length=20_000, widget=GrowingText(),
        help_text=_("In the order of time, without blame."),
    )  # fmt: skip
    cause = forms.CharField(label=_("Why?"), max_length=20_000, widget=GrowingText())
    problem = forms.CharField(
        label=_("Reference of the problem behind it"), required=False, max_length=40,
        widget=forms.TextInput({"class": "field-width-sm"}),
    )  # fmt: skip

    def arrange(self) -> None:
        people = agents_of(self.desk)
        assert self.major is not None, "about one that there is"
        self.numbers = range(1, max(FOLLOW_UPS, self.major.follow_ups.count() + 1) + 1)
        for n in self.numbers:
            self.fields[f"text_{n}"] = forms.CharField(label=_("What do you change?"), max_length=300, required=n == 1)
            self.fields[f"who_{n}"] = forms.ModelChoiceField(
                label=_("Who does it?"), queryset=people, required=n == 1, empty_label=_("Choose somebody")
            )
            self.fields[f"due_{n}"] = forms.DateField(
                label=_("By when?"), required=n == 1, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            )

    def rows(self) -> list[Any]:
        """The follow-ups as the template shows them."""
        return [[self[f"{name}_{n}"] for name in ("text", "who", "due")] for n in self.numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for n in self.numbers:
            given = {name: cleaned.get(f"{name}_{n}") for name in ("text", "who", "due")}
            if any(given.values()) and not all(given.values()):
                missing = next(name for name, value in given.items() if not value)
                if f"{missing}_{n}" not in self.errors:
                    self.add_error(f"{missing}_{n}", _("Say what, who and by when."))
        return cleaned


class LinkForm(MajorForm):
    reference = forms.CharField(
        label=_("A ticket’s reference"), max_length=40, widget=forms.TextInput({"class": "field-width-sm"})
    )


class CallerForm(MajorForm):
    email = forms.EmailField(label=_("E-mail address of who called"), max_length=254)
