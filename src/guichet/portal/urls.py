"""The requester's addresses. Verbs are resources: what one does to a ticket is posted to a thing of that name."""

from django.urls import path

from guichet.portal.views import account, appointments, articles, ask, following, home, outages, send, tickets, verbs

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("new/", ask.start, name="new"),
    path("new/<slug:token>/draft/", ask.autosave, name="ask_draft"),
    path("new/<slug:token>/discarding/", ask.discard, name="ask_discard"),
    path("new/<slug:token>/questions/", ask.questions, name="ask_questions"),
    path("new/<slug:token>/review/", send.review, name="ask_review"),
    path("new/<slug:token>/<slug:step>/", ask.step, name="ask_step"),
    path("tickets/", tickets.listing, name="tickets"),
    path("tickets/<str:reference>/", tickets.detail, name="ticket"),
    path("tickets/<str:reference>/receipt/", tickets.receipt, name="receipt"),
    path("tickets/<str:reference>/draft/", verbs.autosave, name="reply_draft"),
    path("tickets/<str:reference>/replies/", verbs.reply, name="replies"),
    path("tickets/<str:reference>/files/", verbs.attach, name="files"),
    path("tickets/<str:reference>/confirmation/", verbs.confirm, name="confirmation"),
    path("tickets/<str:reference>/refusal/", verbs.refuse, name="refusal"),
    path("tickets/<str:reference>/reopening/", verbs.reopen, name="reopening"),
    path("tickets/<str:reference>/cancellation/", verbs.cancel, name="cancellation"),
    path("tickets/<str:reference>/satisfaction/", verbs.rate, name="satisfaction"),
    path("tickets/<str:reference>/watchers/", verbs.watch, name="watchers"),
    path("tickets/<str:reference>/watching-end/", verbs.unwatch, name="unwatching"),
    path("following/<str:token>/", following.end, name="following_end"),
    path("files/<uuid:key>/", tickets.download, name="file"),
    path("appointments/", appointments.listing, name="appointments"),
    path("appointments/new/", appointments.new, name="new_appointment"),
    path("appointments/<int:number>/", appointments.detail, name="appointment"),
    path("appointments/<int:number>/calendar/", appointments.calendar, name="appointment_calendar"),
    path("appointments/<int:number>/move/", appointments.move, name="appointment_move"),
    path("appointments/<int:number>/cancellation/", appointments.cancel, name="appointment_cancellation"),
    path("articles/", articles.listing, name="articles"),
    path("articles/worker.js", articles.worker, name="articles_worker"),
    path("articles/kept/", articles.kept, name="articles_kept"),
    path("articles/<str:article>/", articles.detail, name="article"),
    path("articles/<str:article>/feedback/", articles.feedback, name="article_feedback"),
    path("articles/<str:article>/pictures/<str:name>", articles.picture, name="article_picture"),
    path("outages/<str:reference>/", outages.detail, name="outage"),
    path("outages/<str:reference>/me-too/", outages.me_too, name="outage_me_too"),
    path("outages/<str:reference>/not-me/", outages.not_me, name="outage_not_me"),
    path("outages/<str:reference>/still-broken/", outages.still_broken, name="outage_still_broken"),
    path("account/", account.profile, name="account"),
    path("account/news/", account.news, name="news"),
]
