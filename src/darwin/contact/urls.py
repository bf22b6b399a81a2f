"""Addresses of the room."""

from django.urls import URLPattern, path

from darwin.contact.views import (
    entries,
    fair_access,
    handlers,
    imports,
    line,
    lost_callers,
    measures,
    my_call,
    notes,
    speaking,
    switch,
    wall,
)

app_name = "contact"

urlpatterns: list[URLPattern] = [
    path("contact/my-call/", my_call.my_call, name="my_call"),
    path("contact/my-call/shell/", my_call.shell, name="call_shell"),
    path("contact/my-call/worker.js", my_call.worker, name="call_worker"),
    path("contact/my-call/ask/", switch.ask, name="ask_switch"),
    path("contact/my-call/asked/<uuid:command_id>/", switch.asked, name="switch_asked"),
    path("contact/my-call/<uuid:key>/parts/", my_call.parts, name="call_parts"),
    path("contact/my-call/<uuid:key>/notes/", notes.notes, name="call_notes"),
    path("contact/my-call/<uuid:key>/who/", speaking.who, name="call_who"),
    path("contact/my-call/<uuid:key>/history/", speaking.history, name="call_history"),
    path("contact/line/", line.line, name="line"),
    path("contact/lost-callers/", lost_callers.lost, name="lost_callers"),
    path("contact/entries/", entries.entries, name="entries"),
    path("contact/contacts/<uuid:contact_id>/", entries.contact, name="contact"),
    path("contact/fair-access/", fair_access.fair, name="fair_access"),
    path("contact/handlers/me/", handlers.me, name="my_figures"),
    path("contact/handlers/<uuid:account_id>/", handlers.handler, name="handler"),
    path("contact/imports/", imports.imports, name="imports"),
    path("contact/imports/<uuid:run_id>/", imports.import_run, name="import_run"),
    path("wall/", wall.wall, name="wall"),
    path("wall/pair/", wall.pair, name="wall_pair"),
    path("wall/screens/", wall.screens, name="wall_screens"),
    path("wall/screens/add/", wall.add_screen, name="wall_screen_add"),
    path("wall/screens/<uuid:screen_id>/end/", wall.end_screen, name="wall_screen_end"),
    path("measures/", measures.measures, name="measures"),
    path("measures/<slug:slug>/", measures.measure, name="measure"),
    path("measures/<slug:slug>/note/", measures.note, name="note"),
    path("measures/notes/<uuid:note_id>/take-back/", measures.note_withdraw, name="note_withdraw"),
]
