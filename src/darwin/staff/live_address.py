"""The live stream's address behind the gate: signed in here, each screen by its own rule in the stream."""

from django.urls import path

from darwin.ledger.live.stream import stream_view
from darwin.staff.gate import page
from darwin.staff.idle import in_background
from darwin.staff.permissions import BE_AT_HOME

app_name = "ledger"
urlpatterns = [path("live/", in_background(page(BE_AT_HOME, personal=False)(stream_view)), name="live")]
