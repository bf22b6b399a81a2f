"""The addresses of the theme."""

from django.urls import include, path

from darwin.theme import views

app_name = "theme"
urlpatterns = [
    path("theme/parts/", views.parts, name="parts"),
    path("theme/choose/", views.choose_theme, name="choose"),
]
# Django's own view for the choice of language has no namespace.
language_urls = [path("language/", include("django.conf.urls.i18n"))]
