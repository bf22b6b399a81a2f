"""The helpdesk's own addresses, and the sign-in page that its pages link to."""

from django.contrib.auth import views
from django.urls import include, path

urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("", include("helpdesk.urls")),
]
