"""The desk's URLs. A verb of a ticket is a resource under it: GET shows its form, POST does it."""

from django.urls import include, path

from guichet.desk.views import (
    alerts,
    bulk,
    contacts,
    conversation,
    ending,
    handing_over,
    new_ticket,
    search,
    ticket,
    tickets,
    treatment,
    work,
)
from guichet.desk.views import path as solution_path

app_name = "desk"

of_a_ticket = [
    path("", ticket.TicketPage.as_view(), name="ticket"),
    path("receipt", new_ticket.Receipt.as_view(), name="receipt"),
    path("presence", ticket.PresenceView.as_view(), name="presence"),
    path("draft", conversation.Draft.as_view(), name="draft"),
    path("macros/<int:macro>", conversation.MacroText.as_view(), name="macro"),
    path("messages", conversation.Messages.as_view(), name="messages"),
    path("replies", conversation.Replies.as_view(), name="replies"),
    path("notes", conversation.Notes.as_view(), name="notes"),
    path("tags", conversation.Tags.as_view(), name="tags"),
    path("watchers", conversation.Watchers.as_view(), name="watchers"),
    path("watchers/<int:person>", conversation.Watcher.as_view(), name="watcher"),
    path("take", treatment.Take.as_view(), name="take"),
    path("assignment", treatment.Assignment.as_view(), name="assignment"),
    path("release", treatment.Release.as_view(), name="release"),
    path("hold", treatment.Hold.as_view(), name="hold"),
    path("wake", treatment.Wake.as_view(), name="wake"),
    path("promise", treatment.Promise.as_view(), name="promise"),
    path("assessment", treatment.Assessment.as_view(), name="assessment"),
    path("severity", treatment.Severity.as_view(), name="severity"),
    path("priority", treatment.Priority.as_view(), name="priority"),
    path("subject", treatment.Subject.as_view(), name="subject"),
    path("hand-overs", handing_over.HandOvers.as_view(), name="hand_overs"),
    path("escalations", handing_over.Escalations.as_view(), name="escalations"),
    path("hypotheses", solution_path.Hypotheses.as_view(), name="hypotheses"),
    path("hypotheses/<int:hypothesis>", solution_path.Judgement.as_view(), name="judgement"),
    path("attempts", solution_path.Attempts.as_view(), name="attempts"),
    path("attempts/<int:attempt>", solution_path.AttemptTest.as_view(), name="attempt_test"),
    path("resolution", ending.Resolution.as_view(), name="resolution"),
    path("confirmation", ending.Confirmation.as_view(), name="confirmation"),
    path("refusal", ending.Refusal.as_view(), name="refusal"),
    path("closure", ending.Closure.as_view(), name="closure"),
    path("cancellation", ending.Cancellation.as_view(), name="cancellation"),
    path("reopening", ending.Reopening.as_view(), name="reopening"),
]

urlpatterns = [
    path("", work.Work.as_view(), name="work"),
    path("next", work.Next.as_view(), name="next"),
    path("search", search.Search.as_view(), name="search"),
    path("alerts/", alerts.Alerts.as_view(), name="alerts"),
    path("alerts/<int:alert>", alerts.Alert.as_view(), name="alert"),
    path("contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("contacts/<int:contact>", contacts.ContactPage.as_view(), name="contact"),
    path("contacts/<int:contact>/raw", contacts.Raw.as_view(), name="contact_raw"),
    path("contacts/<int:contact>/accept", contacts.Accept.as_view(), name="contact_accept"),
    path("contacts/<int:contact>/attach", contacts.Attach.as_view(), name="contact_attach"),
    path("contacts/<int:contact>/discard", contacts.Discard.as_view(), name="contact_discard"),
    path("contacts/<int:contact>/undo", contacts.Undo.as_view(), name="contact_undo"),
    path("files/<str:key>", conversation.File.as_view(), name="file"),
    path("tickets/", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/filters", tickets.Filters.as_view(), name="filters"),
    path("tickets/bulk", bulk.Bulk.as_view(), name="bulk"),
    path("tickets/new", new_ticket.NewTicket.as_view(), name="new_ticket"),
    path("tickets/<str:reference>/", include(of_a_ticket)),
    path("settings/", include("guichet.desk.settings.urls")),
]
