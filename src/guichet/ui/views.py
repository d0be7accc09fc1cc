"""The living page (every token and component in every state), specimen frames, and preferences."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from guichet.ui import specimens
from guichet.ui.forms import Choice, ChoiceCards, FilesField, GrowingText, Renderer

FRAMES = ("desk", "portal", "sign-in", "failure")
SECTIONS = (
    "tokens", "buttons", "forms", "marks", "promise", "timeline", "lists", "overlays", "feedback", "figures",
)  # fmt: skip
YEAR = 365 * 24 * 3600


class SpecimenForm(forms.Form):
    default_renderer = Renderer()

    title = forms.CharField(
        label=gettext_lazy("What is happening?"), max_length=80, help_text=gettext_lazy("One sentence is enough.")
    )
    details = forms.CharField(label=gettext_lazy("The exact message"), required=False, widget=GrowingText())
    place = forms.ChoiceField(
        label=gettext_lazy("Place"), choices=[("a", gettext_lazy("Main campus")), ("b", gettext_lazy("Annex"))]
    )
    work = forms.ChoiceField(
        label=gettext_lazy("Can you do other work meanwhile?"),
        widget=ChoiceCards(),
        choices=[
            ("yes", Choice(gettext_lazy("Yes"), hint=gettext_lazy("I can go on with something else."), icon="coffee")),
            ("no", Choice(gettext_lazy("No"), hint=gettext_lazy("Everything is stopped."), icon="octagon-pause")),
        ],
    )
    call = forms.BooleanField(label=gettext_lazy("I can be called back today"), required=False)
    screens = FilesField(label=gettext_lazy("Screenshots"), required=False)


def _context() -> dict[str, object]:
    now = timezone.now()
    wrong = SpecimenForm({"title": "", "details": _("Error 0x80070005"), "place": "z"}, auto_id="wrong_%s")
    return {
        "now": now,
        "soon": now + timedelta(minutes=14),
        "later": now + timedelta(hours=26),
        "past": now - timedelta(minutes=5),
        "overdue": now - timedelta(hours=2),
        "last_week": now - timedelta(days=9),
        "form": SpecimenForm(),
        "wrong_form": wrong,
        **specimens.context(now=now),
    }


@require_safe
def living(request: HttpRequest) -> HttpResponse:
    language = request.GET.get("lang", "")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
    return render(
        request, "ui/living.html", {**_context(), "sections": [f"ui/living/{name}.html" for name in SECTIONS]}
    )


@require_safe
def frame(request: HttpRequest, name: str) -> HttpResponse:
    """A base template with something true to life in it, to judge the frame by."""
    if name not in FRAMES:
        raise Http404
    return render(request, f"ui/living/frame_{name.replace('-', '_')}.html", {**_context(), **specimens.frame(name)})


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Theme and density as cookies: works signed out and without scripts."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    allowed = {
        "theme": ("light", "dark", "system"),
        "density": ("compact", "comfortable"),
    }
    for name, values in allowed.items():
        value = request.POST.get(name, "")
        if value in values:
            response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
