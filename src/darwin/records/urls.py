"""Addresses of the room."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from darwin.records.views import merges, people, retention, search, things

app_name = "records"


class ReviewChange(StringConverter):
    """What can be done to a review."""

    regex = "retain|dispose|confirm|decline"


class NumberChange(StringConverter):
    """What can be said of a number."""

    regex = "mark|link"


register_converter(ReviewChange, "review_change")
register_converter(NumberChange, "number_change")

urlpatterns = [
    path("records/search/", search.find, name="search"),
    path("records/people/<uuid:person_id>/", people.person, name="person"),
    path("records/people/<uuid:person_id>/history/", people.person_history, name="person_history"),
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
    path("records/numbers/<uuid:phone_id>/", things.phone, name="phone"),
    path("records/numbers/<uuid:phone_id>/<number_change:change>/", things.phone_change, name="phone_change"),
    path("records/places/<uuid:location_id>/", things.location, name="location"),
    path("records/vehicles/<uuid:vehicle_id>/", things.vehicle, name="vehicle"),
]
