"""People: find, enter, change; their roles in each organisation; the account they sign in with."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlencode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.settings.base import EditView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.people import PersonForm, RolesForm, roles_open_to, served_by
from guichet.lib import paging
from guichet.lib.errors import Refused
from guichet.lib.text import fold, one_line
from guichet.people import actions
from guichet.people.models import Account, Organisation, Person, Role, RoleKind

PAGE = 50
_KEY = "settings_invitation"
# A folded letter finds its accented forms: the database at hand has no function for that.
_FORMS = {
    "a": "aàâäáãå", "c": "cç", "e": "eéèêë", "i": "iîïíì", "n": "nñ", "o": "oôöóòõ", "u": "uùûüú", "y": "yÿý",
}  # fmt: skip


def reach(desk: Organisation) -> Any:
    """People of the desk's organisation and of its clients."""
    return Person.objects.filter(Q(organisation=desk) | Q(organisation__served_by=desk))


def matching(text: str) -> Q:
    """People whose name, e-mail or telephone holds every word of `text`, accents aside."""
    found = Q()
    for word in fold(one_line(text))[:80].split()[:6]:
        pattern = "".join(f"[{_FORMS[c]}]" if c in _FORMS else re.escape(c) for c in word)
        found &= Q(name__iregex=pattern) | Q(email__icontains=word) | Q(phone__icontains=word)
    return found


class People(SettingsView):
    section = "people"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        text = request.GET.get("q", "")
        chosen = request.GET.get("of", "")
        people = reach(self.desk).select_related("organisation", "site", "account").prefetch_related("roles")
        organisations = list(served_by(self.desk))
        if chosen in {organisation.slug for organisation in organisations}:
            people = people.filter(organisation__slug=chosen)
        if text.strip():
            people = people.filter(matching(text))
        shown = paging.page(people, order=("name", "pk"), cursor=request.GET.get("cursor", ""), size=PAGE)
        here = {organisation.pk for organisation in organisations}
        more = urlencode({"q": text, "of": chosen, "cursor": shown.next_cursor}) if shown.next_cursor else ""
        context = {
            "rows": [self._row(person, here) for person in shown.items],
            "more_url": f"?{more}" if more else "",
            "q": text,
            "of": chosen,
            "organisations": organisations if len(organisations) > 1 else [],
            "new_url": self.link("new_person"),
        }
        if self.is_htmx and request.headers.get("HX-Target") == "people-more":
            return self.fragment("settings/parts/people_rows.html", context)
        return self.page("settings/people.html", context)

    def _row(self, person: Person, here: set[int]) -> dict[str, Any]:
        kinds = {role.kind for role in person.roles.all() if role.organisation_id in here}
        account: Account | None = getattr(person, "account", None)
        return {
            "person": person,
            "detail": " · ".join(
                filter(None, (person.organisation.name if len(here) > 1 else "", person.job_title, person.email))
            ),
            "url": self.link("person", person.pk),
            "roles": [RoleKind(kind).label for kind in RoleKind.values if kind in kinds],
            "account": bool(account and account.is_active),
        }


class PersonPage(EditView):
    section = "people"
    form_class = PersonForm
    template = "settings/person.html"
    new_title = gettext_lazy("New person")
    saved = gettext_lazy("The person is saved.")
    roles_error: RolesForm | None = None
    roles_place: Organisation | None = None

    def find(self, pk: int) -> Person | None:
        found: Person | None = (
            reach(self.desk).select_related("organisation__served_by", "account").filter(pk=pk).first()
        )
        return found

    def initial(self) -> dict[str, Any]:
        if not self.row:
            return {"organisation": self.desk.pk, "language": self.desk.language, "expertise": "general"}
        names = ("name", "email", "phone", "job_title", "badge", "language", "time_zone", "expertise", "availability")
        return {
            **{name: getattr(self.row, name) for name in names},
            "organisation": self.row.organisation_id,
            "site": self.row.site_id,
            "skills": list(self.row.skills.values_list("pk", flat=True)),
        }

    def act(self, data: dict[str, Any]) -> Any:
        return actions.save_person(person=self.row, desk=self.desk, **data, **self.by())

    def after(self, made: Person) -> str:
        return self.link("person", made.pk)

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        if not self.row:
            return {}
        invitation = self.request.session.get(_KEY)
        shown = invitation["link"] if invitation and invitation.get("person") == self.row.pk else ""
        if shown:
            del self.request.session[_KEY]
        return {
            "roles_forms": [self._roles(place) for place in self.places()],
            "account": getattr(self.row, "account", None),
            "invitation": shown,
            "is_oneself": self.row.pk == self.person.pk,
        }

    def places(self) -> list[Organisation]:
        """The organisations in which this person may have roles: the desk, and their own."""
        assert self.row is not None
        own = self.row.organisation
        return [self.desk] if own.pk == self.desk.pk else [own, self.desk]

    def _roles(self, place: Organisation) -> dict[str, Any]:
        assert self.row is not None
        kinds = roles_open_to(self.row, organisation=place, desk=self.desk)
        form = self.roles_error if self.roles_place == place else None
        if form is None:
            held = Role.objects.filter(person=self.row, organisation=place).values_list("kind", flat=True)
            form = RolesForm(initial={"roles": list(held)}, desk=self.desk, kinds=kinds, auto_id=f"id_{place.pk}_%s")
        return {"form": form, "place": place, "url": self.link("person_roles", self.row.pk, place.slug)}


class PersonRoles(PersonPage):
    """POST gives a person exactly these roles in an organisation."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        assert self.row is not None
        place = next((place for place in self.places() if place.slug == kwargs["organisation"]), None)
        if place is None:
            raise Http404
        kinds = roles_open_to(self.row, organisation=place, desk=self.desk)
        form = RolesForm(request.POST, desk=self.desk, kinds=kinds, auto_id=f"id_{place.pk}_%s")
        status = 422
        if form.is_valid():
            try:
                actions.set_roles(
                    person=self.row, organisation=place, kinds=form.cleaned_data["roles"], desk=self.desk, **self.by()
                )
                return self.done(_("The roles are saved. They hold from the next page on."), to=self.after(self.row))
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
        self.roles_error, self.roles_place = form, place
        return self.show(self.form(), status=status)


class Invitation(PersonPage):
    """POST makes the account, or makes it ready for a new password; the link to set one is shown once."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        assert self.row is not None
        try:
            account = actions.invite(person=self.row, desk=self.desk, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.after(self.row))
        request.session[_KEY] = {"person": self.row.pk, "link": password_link(account)}
        return self.done(_("The link is ready. It is shown once, below."), to=self.after(self.row) + "#account")


class AccountClosing(PersonPage):
    """POST: the person can no longer sign in."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        assert self.row is not None
        try:
            actions.close_account(person=self.row, desk=self.desk, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.after(self.row))
        return self.done(_("The account is closed."), to=self.after(self.row) + "#account")


def password_link(account: Account) -> str:
    """Where the person sets a password: on the configured address, never on the one of this request."""
    key = urlsafe_base64_encode(force_bytes(account.pk))
    return settings.BASE_URL + reverse(
        "desk:settings:invitation_link", args=[key, default_token_generator.make_token(account)]
    )
