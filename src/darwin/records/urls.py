"""Addresses of the room."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from darwin.records.parts import MARKERS, PARTS
from darwin.records.views import (
    links,
    merges,
    parts,
    people,
    recording,
    restrictions,
    retention,
    search,
    things,
)

app_name = "records"


class ReviewChange(StringConverter):
    """What can be done to a review."""

    regex = "retain|dispose|confirm|decline"


class NumberChange(StringConverter):
    """What can be said of a number."""

    regex = "mark|link"


class PersonPart(StringConverter):
    """A part of a person's record that whoever records people may add; a number has its own rule."""

    regex = "|".join(name for name in PARTS if name != "number")


class MarkerPart(StringConverter):
    """A marker of a place or a number."""

    regex = "|".join(MARKERS)


class RecordKind(StringConverter):
    """What can be restricted."""

    regex = "|".join(restrictions.RECORDS)


register_converter(PersonPart, "person_part")
register_converter(MarkerPart, "marker_part")
register_converter(RecordKind, "record_kind")
register_converter(ReviewChange, "review_change")
register_converter(NumberChange, "number_change")

urlpatterns = [
    path("records/search/", search.find, name="search"),
    path("records/people/new/", recording.new_person, name="new_person"),
    path("records/people/<uuid:person_id>/", people.person, name="person"),
    path("records/people/<uuid:person_id>/history/", people.person_history, name="person_history"),
    path("records/people/<uuid:person_id>/correct/", recording.correct, name="correct"),
    path("records/people/<uuid:person_id>/add/number/", parts.person_number_add, name="person_number_add"),
    path("records/people/<uuid:person_id>/add/<person_part:part>/", parts.person_add, name="person_add"),
    path(
        "records/people/<uuid:person_id>/end/number/<uuid:row_id>/",
        parts.person_number_end,
        name="person_number_end",
    ),
    path(
        "records/people/<uuid:person_id>/end/<person_part:part>/<uuid:row_id>/",
        parts.person_end,
        name="person_end",
    ),
    path("records/places/<uuid:location_id>/add/<marker_part:part>/", parts.place_add, name="place_add"),
    path(
        "records/places/<uuid:location_id>/end/<marker_part:part>/<uuid:row_id>/",
        parts.place_end,
        name="place_end",
    ),
    path("records/numbers/<uuid:phone_id>/add/<marker_part:part>/", parts.phone_add, name="phone_add"),
    path(
        "records/numbers/<uuid:phone_id>/end/<marker_part:part>/<uuid:row_id>/",
        parts.phone_end,
        name="phone_end",
    ),
    path("records/restrict/<record_kind:kind>/<uuid:record_id>/", restrictions.restrict, name="restrict"),
    path(
        "records/restrictions/<uuid:restriction_id>/end/",
        restrictions.restriction_end,
        name="restriction_end",
    ),
    path("records/people/<uuid:person_id>/same/", merges.same_as, name="same_as"),
    path("records/people/<uuid:person_id>/join/<uuid:other_id>/", merges.merge, name="merge"),
    path("records/merges/<uuid:merge_id>/undo/", merges.merge_undo, name="merge_undo"),
    path("records/people/<uuid:person_id>/hold/", retention.hold, name="hold"),
    path("records/holds/<uuid:hold_id>/release/", retention.hold_release, name="hold_release"),
    path("records/people/<uuid:person_id>/answer/", retention.subject_access, name="subject_access"),
    path("records/reviews/", retention.reviews, name="reviews"),
    path(
        "records/reviews/<uuid:review_id>/<review_change:change>/",
        retention.review_change,
        name="review_change",
    ),
    path("records/numbers/links/", links.link_endings, name="link_endings"),
    path("records/numbers/links/<uuid:link_id>/end/", links.link_end, name="link_end"),
    path("records/numbers/links/endings/<uuid:ending_id>/", links.link_ending, name="link_ending"),
    path("records/numbers/<uuid:phone_id>/", things.phone, name="phone"),
    path("records/numbers/<uuid:phone_id>/<number_change:change>/", things.phone_change, name="phone_change"),
    path("records/places/<uuid:location_id>/", things.location, name="location"),
    path("records/vehicles/<uuid:vehicle_id>/", things.vehicle, name="vehicle"),
]
