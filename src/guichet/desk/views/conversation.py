"""What is said on a ticket from the desk: replies, notes, drafts, canned texts, files, followers, tags."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk import wording
from guichet.desk.forms import treatment as forms
from guichet.desk.forms.base import VerbForm
from guichet.desk.shell import DeskView
from guichet.desk.views.base import TicketVerb, TicketView
from guichet.desk.views.ticket import TicketPage
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.people.models import Person
from guichet.tickets import actions, drafts, files
from guichet.tickets.models import Attachment, Macro, MessageKind
from guichet.ui.toasts import toast


class Messages(TicketPage):
    """The composer. A kind that is not said is refused: nothing meant as a note may ever leave as a reply."""

    kind: ClassVar[str] = ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        kind = self.kind or request.POST.get("kind", "")
        body = request.POST.get("body", "")
        uploads: list[UploadedFile[Any]] = request.FILES.getlist("files")
        seen = whole_number(request.POST.get("version"))
        typed = {"kind": kind, "body": body}
        if kind not in MessageKind.values:
            message = _("Say whether this is a reply or an internal note.")
            return self.show(typed={**typed, "kind": "note"}, error=message, status=422)
        others = self._said_since(seen) if kind == MessageKind.REPLY else []
        if others:
            message = _("Somebody else answered while you were writing. Read it, then send yours if it still fits.")
            return self.show(typed=typed, error=message, meanwhile=others, status=409)
        try:
            verb = actions.reply if kind == MessageKind.REPLY else actions.note
            verb(self.ticket, body=body, actor=self.person, now=self.now, uploads=uploads)
        except Refused as refusal:
            return self.show(typed=typed, error=str(refusal.message), status=refusal.status)
        drafts.discard(person=self.person, key=self.draft_key)
        toast(request, _("Sent.") if kind == MessageKind.REPLY else _("Noted, for the desk only."))
        return redirect(f"{self.url}?sent=1#end")

    def _said_since(self, version: int | None) -> list[Any]:
        """Replies by others that the writer had not seen. Other changes don't stand in a reply's way."""
        if version is None or version >= self.ticket.version:
            return []
        return [entry for entry in self.meanwhile(version) if entry.kind == "message"]


class Replies(Messages):
    kind = MessageKind.REPLY.value


class Notes(Messages):
    kind = MessageKind.NOTE.value


class Draft(TicketView):
    """What is typed in the composer and not sent yet."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        key = f"desk-{self.ticket.reference}"
        body = request.POST.get("body", "")[:50_000]
        if body.strip():
            kind = request.POST.get("kind", "")
            drafts.save(
                person=self.person,
                key=key,
                body={"body": body, "kind": kind if kind in MessageKind.values else MessageKind.NOTE.value},
                now=self.now,
            )
        else:
            drafts.discard(person=self.person, key=key)
        return HttpResponse(status=204)


class MacroText(TicketView):
    """A canned text with this ticket's values, in the requester's language."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        macro = get_object_or_404(Macro, pk=kwargs["macro"], organisation=self.ticket.desk_id)
        text = wording.macro_text(macro, ticket=self.ticket, agent=self.person)
        return JsonResponse({"kind": macro.kind, "body": text})


class File(DeskView):
    """A file of a ticket that the person may see; pictures may be shown in place."""

    def get(self, request: HttpRequest, key: str) -> HttpResponseBase:
        try:
            found = files.find(person=self.person, key=key)
            return files.response(found, inline="show" in request.GET)
        except (Attachment.DoesNotExist, FileNotFoundError) as missing:
            raise Http404 from missing


class Tags(TicketVerb):
    verb = "note"
    title = gettext_lazy("Tags")
    button = gettext_lazy("Keep these tags")
    icon = "tag"
    done = gettext_lazy("Tagged.")
    form_class = forms.TagsForm

    def initial(self) -> dict[str, Any]:
        return {"tags": ", ".join(self.ticket.tags.values_list("name", flat=True))}

    def act(self, form: VerbForm) -> None:
        actions.set_tags(self.ticket, names=form.cleaned_data["tags"].split(","), actor=self.person, now=self.now)


class Watchers(TicketVerb):
    verb = "note"
    title = gettext_lazy("Let somebody follow the ticket")
    button = gettext_lazy("Add")
    icon = "eye"
    form_class = forms.WatcherForm

    def act(self, form: VerbForm) -> str:
        watcher: Person = form.cleaned_data["watcher"]
        actions.watch(self.ticket, person=watcher, actor=self.person, now=self.now)
        return _("%(name)s follows the ticket.") % {"name": watcher.name}


class Watcher(TicketVerb):
    """One follower; posting here ends it."""

    verb = "note"
    title = gettext_lazy("No longer follow")
    button = gettext_lazy("Remove")
    icon = "x"

    watcher: Person

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        # Only those who follow it have a name here: numbers of others would tell who else is known.
        self.watcher = get_object_or_404(Person, pk=kwargs["person"], pk__in=self.ticket.watchers.values("person"))

    def act(self, form: VerbForm) -> str:
        actions.unwatch(self.ticket, person=self.watcher, actor=self.person, now=self.now)
        return _("%(name)s no longer follows the ticket.") % {"name": self.watcher.name}
