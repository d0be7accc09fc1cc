"""Forms of training: a topic, a session, who is registered, who came, what is handed out."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.catalog.models import Category
from guichet.desk.forms.base import MomentField, VerbForm, VersionedForm, agents_of
from guichet.knowledge.models import Article
from guichet.people.models import Organisation, Person, Site
from guichet.training import policies
from guichet.training.models import Presence, Registration, Session, Standing, Topic, Way
from guichet.training.planning import (
    ABOUT_MAX,
    LINK_MAX,
    LONGEST,
    MOST_PLACES,
    REASON_MAX,
    ROOM_MAX,
    SHORTEST,
    TITLE_MAX,
    Said,
)
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices, offer_rows

_WAYS = (
    (Way.WEBINAR, Choice(_("Webinar"), hint=_("Everybody joins by a link."), icon="video")),
    (Way.ON_SITE, Choice(_("On site"), hint=_("In a room of yours or of theirs."), icon="map-pin")),
)


class TopicForm(VerbForm):
    name_fr = forms.CharField(label=_("Name in French"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    categories = forms.ModelMultipleChoiceField(
        label=_("Tickets that it should spare"),
        required=False,
        queryset=Category.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Needs are found, and the effect of sessions is measured, on tickets of these categories."),
    )
    active = forms.BooleanField(label=_("Still taught"), required=False, initial=True)

    def __init__(self, *args: Any, topic: Topic | None, desk: Organisation, **kwargs: Any) -> None:
        self.topic, self.desk = topic, desk
        super().__init__(*args, **kwargs)

    def arrange(self) -> None:
        mine = Q(organisation=self.desk) | Q(organisation=None)
        offer_rows(self, "categories", Category.objects.filter(mine, active=True))
        if self.topic is not None:
            for name in ("name_fr", "name_en", "active"):
                self.initial.setdefault(name, getattr(self.topic, name))
            self.initial.setdefault("categories", list(self.topic.categories.all()))


class SessionForm(VersionedForm):
    """A form about one session. By itself it says nothing: the button is the form."""

    def __init__(self, *args: Any, session: Session | None, desk: Organisation, **kwargs: Any) -> None:
        self.session, self.desk = session, desk
        super().__init__(*args, version=session.version if session else None, **kwargs)


class PlanForm(SessionForm):
    use_required_attribute = False

    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.none())
    title = forms.CharField(
        label=_("Title"), required=False, max_length=TITLE_MAX, help_text=_("Left empty, it is the topic’s name.")
    )
    about = forms.CharField(
        label=_("What will one know afterwards?"),
        required=False,
        max_length=ABOUT_MAX,
        widget=GrowingText({"rows": 3}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("fr", "Français"), ("en", "English")])
    starts_at = MomentField(label=_("Begins"))
    minutes = forms.IntegerField(label=_("Length in minutes"), min_value=SHORTEST, max_value=LONGEST, initial=60)
    time_zone = forms.ChoiceField(label=_("By the clock of"), required=False)
    way = forms.ChoiceField(label=_("How does one take part?"), widget=ChoiceCards(), choices=_WAYS)
    link = forms.CharField(label=_("Address of the webinar"), required=False, max_length=LINK_MAX)
    site = forms.ModelChoiceField(
        label=_("Place"), required=False, queryset=Site.objects.none(), empty_label=_("Elsewhere")
    )
    room = forms.CharField(label=_("Room"), required=False, max_length=ROOM_MAX)
    capacity = forms.IntegerField(
        label=pgettext_lazy("seats", "Places"), min_value=1, max_value=MOST_PLACES, initial=12
    )
    trainer = forms.ModelChoiceField(label=_("Who gives it?"), queryset=Person.objects.none())
    organisations = forms.ModelMultipleChoiceField(
        label=_("Only for the people of"),
        required=False,
        queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all whom we serve."),
    )

    def arrange(self) -> None:
        served = Organisation.objects.filter(Q(served_by=self.desk) | Q(pk=self.desk.pk)).order_by("name")
        kept = self.session.topic_id if self.session else None
        topics = Topic.objects.filter(Q(active=True) | Q(pk=kept), desk=self.desk)
        offer_rows(self, "topic", topics, empty=_("Choose a topic"))
        offer_rows(self, "organisations", served)
        offer_rows(self, "site", Site.objects.filter(organisation__in=served).order_by("organisation__name", "name"))
        agents = agents_of(self.desk)
        if not policies.can_manage(self.person, desk_id=self.desk.pk):
            agents = agents.filter(pk__in={self.person.pk, self.session.trainer_id if self.session else 0})
        offer_rows(self, "trainer", agents, empty=None)
        zones = {self.desk.time_zone, *served.values_list("time_zone", flat=True).order_by()}
        if self.session is not None:
            zones.add(self.session.time_zone)
        offer_choices(self, "time_zone", [(name, name.replace("_", " ")) for name in sorted(zones)])
        self.initial.setdefault("time_zone", self.desk.time_zone)
        self.initial.setdefault("language", self.desk.language)
        self.initial.setdefault("trainer", self.person.pk)
        self.initial.setdefault("way", Way.WEBINAR)
        if len(zones) == 1:
            self.fields["time_zone"].widget = forms.HiddenInput()
        if self.session is not None:
            self._as_it_is(self.session)

    def _as_it_is(self, session: Session) -> None:
        names = ("title", "about", "language", "minutes", "time_zone", "way", "link", "room", "capacity")
        self.initial.update({name: getattr(session, name) for name in names})
        self.initial.update(topic=session.topic_id, site=session.site_id, trainer=session.trainer_id)
        self.initial["organisations"] = list(session.organisations.all())
        self.initial["starts_at"] = session.starts_at.astimezone(session.zone).strftime("%Y-%m-%dT%H:%M")

    def clean(self) -> dict[str, Any]:
        """What was typed is the hour on the wall of the zone that was chosen."""
        cleaned = super().clean() or self.cleaned_data
        moment = cleaned.get("starts_at")
        zone = cleaned.get("time_zone") or self.desk.time_zone
        if moment is not None:
            wall = moment.astimezone(timezone.get_current_timezone()).replace(tzinfo=None)
            cleaned["starts_at"] = wall.replace(tzinfo=zoneinfo.ZoneInfo(zone))
        return cleaned

    @property
    def said(self) -> Said:
        given = {name: self.cleaned_data[name] for name in self.fields if name != "version"}
        return Said(**given)


class CancellationForm(SessionForm):
    reason = forms.CharField(
        label=_("Why?"), required=False, max_length=REASON_MAX, help_text=_("Told to those who registered.")
    )


class RegistrationForm(SessionForm):
    """Somebody whom the session is for, by the address that we know of them."""

    email = forms.EmailField(label=_("Their e-mail address"), max_length=254)
    someone: Person

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        served = Q(organisation=self.desk) | Q(organisation__served_by=self.desk)
        found = Person.objects.filter(served, email__iexact=email, unconfirmed=False)
        known = found.select_related("organisation__served_by").first()
        if known is None:
            raise forms.ValidationError(_("We know nobody of that address among those whom you serve."))
        self.someone = known
        return email


class AttendanceForm(SessionForm):
    """One choice for each who held a place."""

    def arrange(self) -> None:
        assert self.session is not None
        self.rows: list[Registration] = list(
            self.session.registrations.filter(standing=Standing.REGISTERED).select_related("person", "attendance")
        )
        for row in self.rows:
            said = getattr(row, "attendance", None)
            self.fields[f"came_{row.pk}"] = forms.ChoiceField(
                label=row.person.name,
                required=False,
                choices=[("", _("Not said yet")), *Presence.choices],
                initial=said.presence if said else "",
            )

    @property
    def came(self) -> dict[int, str]:
        return {row.pk: self.cleaned_data[f"came_{row.pk}"] for row in self.rows}


class MaterialForm(SessionForm):
    title = forms.CharField(label=_("What is it called?"), required=False, max_length=TITLE_MAX)
    link = forms.CharField(label=_("Address"), required=False, max_length=LINK_MAX)
    article = forms.ModelChoiceField(
        label=_("Or one of our articles"), required=False, queryset=Article.objects.none(), empty_label=_("None")
    )

    def arrange(self) -> None:
        articles = Article.objects.at_desk_of(self.person).published().filter(desk=self.desk).order_by("title")
        offer_rows(self, "article", articles, label=lambda article: f"{article.reference} {article.title}")
