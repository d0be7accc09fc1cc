"""What one does with a major incident, from its room: verbs, and small forms in the room itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms import majors as forms
from guichet.desk.forms.base import VerbForm, VersionedForm, as_local
from guichet.desk.views.majors import MajorView
from guichet.desk.views.verb import Verb
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.tickets import major, major_people, major_review, problems
from guichet.tickets.major_frame import moved_on
from guichet.tickets.models import MajorFollowUp, MajorState, Problem, Ticket
from guichet.ui.toasts import toast


class MajorVerb(MajorView, Verb):
    form_class = forms.MajorForm
    template = "desk/majors/verb.html"

    @property
    def trail(self) -> list[tuple[Any, str]]:
        return [(_("Major incidents"), reverse("desk:majors")), (self.major.reference, self.url)]

    def about(self) -> dict[str, Any]:
        return {"major": self.major}

    def again(self, form: VersionedForm) -> int:
        self.major.refresh_from_db(fields=["version", "state"])
        return self.major.version


class News(MajorVerb):
    title = gettext_lazy("Give news to those affected")
    button = gettext_lazy("Tell them")
    icon = "megaphone"
    form_class = forms.NewsForm
    body = "desk/majors/said.html"

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        major.tell(
            self.major,
            text_fr=cleaned["text_fr"],
            text_en=cleaned["text_en"],
            next_minutes=cleaned["next_minutes"],
            **self.by(form),
        )
        return _("Told. The next news is due in %(minutes)s minutes.") % {"minutes": cleaned["next_minutes"]}


class Lead(MajorVerb):
    title = gettext_lazy("Hand the lead over")
    button = gettext_lazy("Hand it over")
    icon = "user-check"
    form_class = forms.LeadForm

    def act(self, form: VerbForm) -> str:
        to: Person = form.cleaned_data["to"]
        major.hand_lead(self.major, to=to, **self.by(form))
        return _("%(name)s leads from now on.") % {"name": to.name}


class Audience(MajorVerb):
    title = gettext_lazy("Who may know of it")
    button = gettext_lazy("Show it so")
    icon = "eye"
    form_class = forms.AudienceForm
    body = "desk/majors/audience.html"

    def initial(self) -> dict[str, Any]:
        return {"audience": self.major.audience}

    def beside(self, form: VerbForm) -> dict[str, Any]:
        """What they will read who may not read it yet: all that was said until now."""
        found = self.major
        return {
            "said": list(found.news.all()),
            "touched": [*found.services.all(), *found.sites.all()],
            "own_places": found.sites.filter(organisation=found.desk_id).count() == found.sites.count(),
        }

    def act(self, form: VerbForm) -> None:
        major.show_to(self.major, audience=form.cleaned_data["audience"], **self.by(form))


class Description(MajorVerb):
    title = gettext_lazy("What is said of it")
    button = gettext_lazy("Save")
    icon = "pencil"
    done = gettext_lazy("Saved.")
    form_class = forms.DescriptionForm

    def initial(self) -> dict[str, Any]:
        found = self.major
        names = ("title_fr", "title_en", "meanwhile_fr", "meanwhile_en", "update_minutes")
        rows = {name: [r.pk for r in getattr(found, name).all()] for name in ("services", "sites", "organisations")}
        return {
            **{name: getattr(found, name) for name in names},
            **rows,
            "started_at": as_local(found.started_at),
        }

    def act(self, form: VerbForm) -> None:
        assert isinstance(form, forms.DescriptionForm)
        major.describe(
            self.major,
            words=form.words,
            touched=form.touched,
            started_at=form.cleaned_data["started_at"],
            update_minutes=form.cleaned_data["update_minutes"],
            **self.by(form),
        )


class Restoration(MajorVerb):
    title = gettext_lazy("The service is back")
    button = gettext_lazy("Tell everybody, and solve the tickets")
    icon = "circle-check"
    form_class = forms.RestoreForm
    body = "desk/majors/restore.html"

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        names = ("kind", "solution", "test", "text_fr", "text_en")
        major.restore(self.major, **{name: cleaned[name] for name in names}, **self.by(form))
        return _("Everybody is told. The tickets are being solved, and their requesters asked whether it works.")


class Resumption(MajorVerb):
    title = gettext_lazy("It broke down again")
    button = gettext_lazy("Go on, and tell everybody")
    icon = "rotate-ccw"
    form_class = forms.SaidForm
    body = "desk/majors/said.html"
    done = gettext_lazy("The major incident runs again.")

    def act(self, form: VerbForm) -> None:
        cleaned = form.cleaned_data
        major.resume(self.major, text_fr=cleaned["text_fr"], text_en=cleaned["text_en"], **self.by(form))


class Review(MajorVerb):
    title = gettext_lazy("The review")
    button = gettext_lazy("Keep the review")
    icon = "clipboard-check"
    done = gettext_lazy("The review is kept. The major incident can be closed now.")
    form_class = forms.ReviewForm
    body = "desk/majors/review.html"

    def initial(self) -> dict[str, Any]:
        found = self.major
        known: dict[str, Any] = {
            "what_happened": found.what_happened,
            "cause": found.cause,
            "problem": found.problem.reference if found.problem else "",
        }
        for n, made in enumerate(found.follow_ups.all(), start=1):
            known |= {f"text_{n}": made.text, f"who_{n}": made.who_id, f"due_{n}": made.due_on}
        return known

    def act(self, form: VerbForm) -> None:
        assert isinstance(form, forms.ReviewForm)
        cleaned = form.cleaned_data
        promised = [
            major_review.Promised(text=cleaned[f"text_{n}"], who=cleaned[f"who_{n}"], due_on=cleaned[f"due_{n}"])
            for n in form.numbers
            if cleaned.get(f"text_{n}")
        ]
        major_review.review(
            self.major,
            what_happened=cleaned["what_happened"],
            cause=cleaned["cause"],
            follow_ups=promised,
            problem=self._problem(cleaned["problem"]),
            **self.by(form),
        )

    def _problem(self, typed: str) -> Problem | None:
        if not typed.strip():
            return None
        reference = problems.reference_of(typed)
        found = Problem.objects.visible_to(self.person).filter(reference=reference).first() if reference else None
        if found is None:
            raise Refused(_("There is no such problem, or you may not see it."), code="unknown", field="problem")
        return found


class Closure(MajorVerb):
    title = gettext_lazy("Close the major incident")
    button = gettext_lazy("Close it")
    icon = "lock"
    done = gettext_lazy("The major incident is closed.")

    def act(self, form: VerbForm) -> None:
        major_review.close(self.major, **self.by(form))


class InRoom(MajorView):
    """A small form that stands in the room itself: what is refused is shown there again, while the form is."""

    name: ClassVar[str] = ""
    form_class: ClassVar[type[forms.MajorForm]] = forms.MajorForm
    # When the room shows it.
    states: ClassVar[tuple[MajorState, ...]] = (MajorState.RUNNING,)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form_class(request.POST, major=self.major, person=self.person, now=self.now)
        is_shown = self.major.state in self.states
        if not form.is_valid():
            if not is_shown:
                raise moved_on()
            return self.room(status=422, **{self.name: form})
        try:
            told = self.act(form)
        except Refused as refusal:
            if not is_shown:
                raise
            form.add_error(next(iter(form.visible_fields())).name, str(refusal.message))
            return self.room(status=refusal.status, **{self.name: form})
        toast(request, told)
        return redirect(self.url)

    def act(self, form: VerbForm) -> str:
        raise NotImplementedError


class Notes(InRoom):
    name = "note_form"
    form_class = forms.NoteForm
    states = tuple(MajorState)

    def act(self, form: VerbForm) -> str:
        major.note(self.major, body=form.cleaned_data["body"], **self.by())
        return _("The note is kept. Only the desk reads it.")


class Tickets(InRoom):
    name = "ticket_form"
    form_class = forms.LinkForm

    def act(self, form: VerbForm) -> str:
        reference = references.parse(form.cleaned_data["reference"])
        treated = Ticket.objects.at_desk_of(self.person)
        ticket = treated.filter(reference=reference).first() if reference else None
        if ticket is None:
            raise Refused(_("There is no such ticket, or you may not see it."), code="unknown", field="reference")
        major_people.link(self.major, ticket=ticket, **self.by())
        return _("%(reference)s goes with it now.") % {"reference": ticket.reference}


class TicketRemoval(MajorView):
    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        reference = references.parse(kwargs["reference"])
        ticket = get_object_or_404(Ticket.objects.at_desk_of(self.person), reference=reference or "")
        major_people.unlink(self.major, ticket=ticket, **self.by())
        toast(request, _("%(reference)s no longer goes with it.") % {"reference": ticket.reference})
        return redirect(self.url)


class Voices(InRoom):
    """Somebody called: they are affected too."""

    name = "caller_form"
    form_class = forms.CallerForm

    def act(self, form: VerbForm) -> str:
        served = Person.objects.filter(email__iexact=form.cleaned_data["email"])
        desk = self.major.desk_id
        found = [p for p in served.select_related("organisation__served_by") if p.organisation.desk.pk == desk]
        if not found:
            raise Refused(_("Nobody whom you serve has this address."), code="unknown", field="email")
        major_people.me_too(self.major, person=found[0], **self.by())
        return _("%(name)s is counted, and will hear of news.") % {"name": found[0].name}


class FollowUp(MajorView):
    """What the review decided is done, or not after all."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        found = MajorFollowUp.objects.filter(major=self.major, pk=kwargs["number"]).first()
        if found is None:
            raise Http404
        major_review.follow_up(found, done=request.POST.get("done") == "1", **self.by())
        return redirect(self.url)
