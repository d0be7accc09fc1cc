"""What one does with a session, from its page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms import training as forms
from guichet.desk.forms.base import VerbForm, VersionedForm
from guichet.desk.views.training import RunningView
from guichet.desk.views.verb import Verb
from guichet.lib.errors import Refused
from guichet.training import planning, registering
from guichet.training.changing import need
from guichet.training.models import Material, Registration, Session, Standing


class SessionVerb(RunningView, Verb):
    verb: ClassVar[str] = ""
    back = gettext_lazy("Back to the session")
    form_class = forms.SessionForm

    @property
    def trail(self) -> list[tuple[Any, str]]:
        return [(_("Training"), reverse("desk:training")), (self.session.title, self.url)]

    def about(self) -> dict[str, Any]:
        return {"session": self.session, "desk": self.session.desk}

    def impossible(self) -> str:
        try:
            need(self.session, self.verb, now=self.now)
        except Refused as refusal:
            return str(refusal.message)
        return ""

    def again(self, form: VersionedForm) -> int:
        self.session = Session.objects.with_names().get(pk=self.session.pk)
        return self.session.version


class Opening(SessionVerb):
    verb = "open"
    title = gettext_lazy("Open registration")
    button = gettext_lazy("Open registration")
    icon = "door-open"
    done = gettext_lazy("Open: those for whom it is may register.")

    def act(self, form: VerbForm) -> None:
        planning.open_up(self.session, **self.by(form))


class Cancellation(SessionVerb):
    verb = "cancel"
    title = gettext_lazy("Cancel the session")
    button = gettext_lazy("Cancel the session")
    icon = "calendar-x"
    variant = "danger"
    done = gettext_lazy("Cancelled; those who registered are told.")
    form_class = forms.CancellationForm

    def act(self, form: VerbForm) -> None:
        planning.cancel(self.session, reason=form.cleaned_data["reason"], **self.by(form))


class End(SessionVerb):
    verb = "hold"
    title = gettext_lazy("End the session")
    button = gettext_lazy("End and thank those who came")
    icon = "flag"
    done = gettext_lazy("Ended; those who came are thanked, with what they can take along.")

    def act(self, form: VerbForm) -> None:
        planning.hold(self.session, **self.by(form))


class AttendanceOfSession(SessionVerb):
    verb = "mark"
    title = gettext_lazy("Who came?")
    button = gettext_lazy("Note who came")
    icon = "user-check"
    done = gettext_lazy("Noted. Only those who run the session, and each for themselves, see it.")
    form_class = forms.AttendanceForm
    body = "desk/training/attendance.html"

    def act(self, form: VerbForm) -> None:
        assert isinstance(form, forms.AttendanceForm)
        registering.mark(self.session, came=form.came, actor=self.person, now=self.now)


class Registrations(SessionVerb):
    verb = "register"
    title = gettext_lazy("Register somebody")
    button = gettext_lazy("Register them")
    icon = "user-plus"
    form_class = forms.RegistrationForm

    def act(self, form: VerbForm) -> str:
        assert isinstance(form, forms.RegistrationForm)
        made = registering.register(self.session, person=form.someone, actor=self.person, now=self.now)
        names = {"name": form.someone.name}
        return (
            _("%(name)s has a place.") % names if made.holds_a_place else _("%(name)s is on the waiting list.") % names
        )


class RegistrationRemoval(SessionVerb):
    verb = "withdraw"
    title = gettext_lazy("Give a place back")
    button = gettext_lazy("Give the place back")
    icon = "user-minus"
    done = gettext_lazy("The place is given back.")
    registration: Registration

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        rows = self.session.registrations.exclude(standing=Standing.WITHDRAWN).select_related("person", "session")
        self.registration = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def heading(self) -> str:
        return _("Give the place of %(name)s back") % {"name": self.registration.person.name}

    def act(self, form: VerbForm) -> None:
        registering.withdraw(self.registration, actor=self.person, now=self.now)


class Materials(SessionVerb):
    verb = "hand_out"
    title = gettext_lazy("Add something to take along")
    button = gettext_lazy("Add")
    icon = "paperclip"
    done = gettext_lazy("Added.")
    form_class = forms.MaterialForm

    def act(self, form: VerbForm) -> None:
        said = {name: form.cleaned_data[name] for name in ("title", "link", "article")}
        planning.hand_out(self.session, actor=self.person, now=self.now, **said)


class MaterialRemoval(SessionVerb):
    verb = "hand_out"
    title = gettext_lazy("Take this out of the materials")
    button = gettext_lazy("Take it out")
    icon = "trash-2"
    done = gettext_lazy("It is no longer handed out.")
    material: Material

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.material = get_object_or_404(self.session.materials.select_related("session"), pk=kwargs["pk"])

    @property
    def heading(self) -> str:
        return _("Take “%(title)s” out of the materials") % {"title": self.material.title}

    def act(self, form: VerbForm) -> None:
        planning.take_back(self.material, actor=self.person, now=self.now)
