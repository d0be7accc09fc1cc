"""Addresses of a kiosk (a machine that was enrolled), of waiting rooms' screens and of the page on one's phone."""

from django.urls import path

from guichet.kiosk.views import board, check_in, enrol, handover, poster_check_in, visit, workers

app_name = "kiosk"

urlpatterns = [
    path("kiosk/", check_in.home, name="home"),
    path("kiosk/done/<slug:token>/", check_in.done, name="done"),
    path("kiosk/enrol/", enrol.enrol, name="enrol"),
    path("kiosk/ready/", handover.ready, name="ready"),
    path("kiosk/handover/", handover.handover, name="handover"),
    path("kiosk/worker.js", workers.kiosk, name="worker"),
    path("kiosk/board/", board.of_machine, name="board_of_machine"),
    path("board/<slug:venue>/<slug:key>/", board.board, name="board"),
    path("visit/worker.js", workers.visit, name="visit_worker"),
    path("visit/new/<slug:slug>/", poster_check_in.page, name="poster_check_in"),
    path("visit/<slug:token>/", visit.page, name="visit"),
    path("visit/<slug:token>/leaving/", visit.leave, name="leaving"),
]
