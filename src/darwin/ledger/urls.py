"""The ledger's address: the live stream."""

from django.urls import path

from darwin.ledger.live.stream import stream_view

app_name = "ledger"
urlpatterns = [path("live/", stream_view, name="live")]
