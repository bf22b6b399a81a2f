"""Addresses of the room."""

from django.urls import URLPattern, path

from darwin.files import views

app_name = "files"

urlpatterns: list[URLPattern] = [
    path("files/<slug:kind>/<uuid:subject_id>/", views.files, name="files"),
    path("attachments/<uuid:attachment_id>/", views.download, name="download"),
    path("attachments/<uuid:attachment_id>/remove/", views.remove, name="remove"),
]
