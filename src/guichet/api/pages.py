"""One's API tokens (list, create, revoke), and a reference of the operations that needs no script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from guichet.api.models import Token
from guichet.api.tokens import SCOPES, issue, revoke
from guichet.api.v1 import api
from guichet.lib.errors import Refused
from guichet.people.middleware import PersonRequest
from guichet.people.models import Person
from guichet.ui.entry import sign_in_first
from guichet.ui.toasts import toast

LIFETIMES: tuple[tuple[str, Promise], ...] = (
    ("7", _l("7 days")),
    ("30", _l("30 days")),
    ("90", _l("90 days")),
    ("365", _l("One year")),
)
_LIVE_SHOWN = 100
View = Callable[..., HttpResponse]
_METHODS = ("get", "post", "put", "patch", "delete")


def signed_in(view: View) -> View:
    """For whoever is signed in; others are asked to."""

    @wraps(view)
    def guarded(request: PersonRequest, **parts: Any) -> HttpResponse:
        if getattr(request, "person", None) is None:
            return sign_in_first(request, otherwise=reverse("api:tokens"))
        return view(request, **parts)

    return guarded


class TokenForm(forms.Form):
    """A new token: what for, what it may do, and for how long."""

    name = forms.CharField(
        label=_l("What is it for?"),
        help_text=_l("For example: nightly report, monitoring, my script."),
        max_length=80,
        error_messages={"required": _l("Say what the token is for.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_l("What may it do?"),
        help_text=_l("Never more than you may do yourself."),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=["tickets:read"],
        error_messages={"required": _l("Choose at least one right from the list.")},
    )
    lifetime = forms.ChoiceField(label=_l("For how long?"), choices=LIFETIMES, initial="90")


@dataclass(frozen=True)
class Line:
    """A token as it is listed."""

    token: Token
    scopes: list[str]


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: PersonRequest) -> HttpResponse:
    """The tokens that still work, and a form for one more. A new one is shown once, in this very answer."""
    if request.method != "POST":
        return _page(request, form=TokenForm())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    now = timezone.now()
    try:
        _token, text = issue(
            person=request.person,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=now + timedelta(days=int(form.cleaned_data["lifetime"])),
            now=now,
        )
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return _page(request, form=form, status=refused.status)
    return _page(request, form=TokenForm(), new=text)


@signed_in
@require_POST
def revoke_token(request: PersonRequest, *, number: int) -> HttpResponse:
    """End a token at once. Somebody else's is unknown here."""
    if number >= 2**63 or not Token.objects.filter(pk=number, person=request.person).exists():
        raise Http404
    revoke(person=request.person, token_id=number, now=timezone.now())
    toast(request, _("The token is revoked. Programs that used it are refused from now on."))
    return redirect("api:tokens")


@signed_in
@require_http_methods(["GET", "HEAD"])
def reference(request: PersonRequest) -> HttpResponse:
    """Every operation by group, from the same description that programs read."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in api.describe()["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                groups.setdefault(operation["tags"][0], []).append(
                    {
                        "method": method.upper(),
                        "path": path,
                        "text": operation.get("description", ""),
                        "scope": operation.get("x-scope", ""),
                    }
                )
    return render(request, "api/reference.html", {"groups": groups.items(), **_frame(request.person)})


def _page(request: PersonRequest, *, form: TokenForm, new: str = "", status: int = 200) -> HttpResponse:
    person = request.person
    now = timezone.now()
    tokens = Token.objects.filter(person=person, revoked_at__isnull=True, expires_at__gt=now)[:_LIVE_SHOWN]
    lines = [Line(token=token, scopes=[str(SCOPES[s]) for s in token.scopes if s in SCOPES]) for token in tokens]
    context = {"form": form, "lines": lines, "new": new, "now": now, **_frame(person)}
    return render(request, "api/tokens.html", context, status=status)


def _frame(person: Person) -> dict[str, Any]:
    return {
        "home_url": reverse("home"),
        "account": {
            "name": person.name,
            "detail": person.organisation.name,
            "links": [],
            "sign_out_url": reverse("sign_out"),
        },
        "counter_name": person.organisation.desk.name,
    }
