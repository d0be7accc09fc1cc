"""The door: signing in and out, the language, where to go first, and whether the house stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from axes.decorators import axes_dispatch
from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import connection
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guichet.lib.bilingual import pick
from guichet.lib.text import clean
from guichet.people.middleware import LANGUAGE_COOKIE, LANGUAGES, PersonRequest
from guichet.people.models import Account
from guichet.portal.frame import signed_in

# Where the demo world's people are found, when there is one; the portal itself knows nothing of it.
_CAST = "guichet.demo.cast.DOORS"
_DEMO_PASSWORD = "guichet.demo.cast.PASSWORD"  # noqa: S105 (where it stands)
_YEAR = 365 * 24 * 3600
# Many people may share one address: a school, a company. One who tries one password on each of them stops here.
GUESSES_FROM_ONE_PLACE = 100
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Entrance:
    """Somebody of the demo world whom one may sign in as with one touch."""

    email: str
    name: str
    role: str
    sentence: str


class SignInForm(AuthenticationForm):
    """E-mail and password; one message for every way of being wrong."""

    error_messages = {
        "invalid_login": _("This e-mail address and this password don’t go together. Check both and try again."),
        "inactive": _("This account is closed. Your IT department can open it again."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["password"].label = _("Password")
        for name, hint in (("username", "username"), ("password", "current-password")):
            self.fields[name].widget.attrs.update({"autocomplete": hint})
        self.fields["username"].widget.input_type = "email"

    def clean_username(self) -> str:
        return clean(self.cleaned_data["username"]).strip().lower()

    def clean_password(self) -> str:
        """The demo's password is printed in this program: it opens nothing once the demo is over."""
        password: str = self.cleaned_data["password"]
        if not settings.DEMO and password == import_string(_DEMO_PASSWORD):
            raise self.get_invalid_login_error()
        return password


@method_decorator([never_cache, axes_dispatch], name="dispatch")
class SignIn(LoginView):
    template_name = "portal/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.DEMO and request.POST.get("entrance"):
            return self._enter_demo(request)
        if guesses(request) >= GUESSES_FROM_ONE_PLACE:
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "entrances": entrances()}

    def _enter_demo(self, request: HttpRequest) -> HttpResponse:
        """Sign in as one of the cast without a password: only in a demo, only as one of them."""
        email = request.POST["entrance"]
        if email in {entrance.email for entrance in entrances()}:
            account = Account.objects.filter(email=email, is_active=True).first()
            if account is not None:
                login(request, account, backend=_BACKEND)
                return redirect(self.get_success_url())
        return self.form_invalid(self.get_form_class()(request))


def guesses(request: HttpRequest) -> int:
    """Wrong passwords that lately came from the request's address, whosever they were to be."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tried = AccessAttempt.objects.filter(ip_address=get_client_ip_address(request), attempt_time__gte=since)
    return int(tried.aggregate(count=Sum("failures_since_start", default=0))["count"])


def entrances() -> list[Entrance]:
    """The demo's people to sign in as; none outside a demo."""
    if not settings.DEMO:
        return []
    return [
        Entrance(
            email=door.someone.email,
            name=door.someone.name,
            role=pick(door.role_fr, door.role_en),
            sentence=pick(door.fr, door.en),
        )
        for door in import_string(_CAST)
    ]


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    # Drafts kept in the browser are not for whoever sits down next; the server has its own copies.
    response["Clear-Site-Data"] = '"storage"'
    return response


def locked_out(request: HttpRequest, original_response: Any = None, credentials: Any = None) -> HttpResponse:
    """Too many wrong passwords from one place: say for how long."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "portal/locked_out.html", {"minutes": minutes}, status=429)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """French or English, from now on: in this browser, and for the person where someone is signed in."""
    chosen = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    if chosen in LANGUAGES:
        person = getattr(request, "person", None)
        if person is not None and person.language != chosen:
            person.language = chosen
            person.save(update_fields=["language"])
        response.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@require_safe
@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """Those who treat go to the desk, those who ask to the portal."""
    at_desk = request.person.grants.at_desk
    return redirect("/desk/" if at_desk else "portal:home")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """`ok` when pages and database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
