"""A contact's message as it was sent: its own document for a frame, and the files that came with it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from guichet.channels import as_sent
from guichet.channels.mail.pictures import picture_type
from guichet.channels.mail.reading import Mail
from guichet.desk.frames import framed
from guichet.desk.views.contacts import ContactView
from guichet.tickets.files import safe_name


class MailView(ContactView):
    """Something out of a message that could be read."""

    def mail(self) -> Mail:
        mail = as_sent.mail_of(self.contact)
        if mail is None:
            raise Http404
        return mail


class Sent(MailView):
    """The document that the contact's page frames."""

    def get(self, request: HttpRequest, contact: int) -> HttpResponse:
        mail = self.mail()
        return framed(request, lambda nonce: as_sent.document(mail, nonce=nonce))


class Part(MailView):
    """A file of the message. Only what really is a picture is shown; all else can be saved."""

    def get(self, request: HttpRequest, contact: int, part: int) -> HttpResponse:
        attached = self.mail().attachments
        if not 1 <= part <= len(attached):
            raise Http404
        file = attached[part - 1]
        kind = picture_type(file.content)
        answer = HttpResponse(file.content, content_type=kind or "application/octet-stream")
        name = content_disposition_header(as_attachment=not kind, filename=safe_name(file.name))
        answer["Content-Disposition"] = name or "attachment"
        answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cross-Origin-Resource-Policy"] = "same-origin"
        answer["Cache-Control"] = "private, no-store"
        return answer
