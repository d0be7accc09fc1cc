"""Routes of the smallest project."""

from django.urls import path

from tests.lib.minimal import views

urlpatterns = [
    path("", views.home),
    path("upload", views.upload),
    path("download", views.download),
    path("echo", views.echo),
    path("slow", views.slow),
    path("publish", views.publish_event),
    path("enqueue", views.enqueue),
    path("enqueue-slow", views.enqueue_slow),
]
