"""Places and vehicles, and which people belong to them."""

from django.db import models
from django.db.models import Q

from darwin.deadlines import clock
from darwin.ledger.ids import new_id
from darwin.records.models.people import Person


class Location(models.Model):
    """An address in parts, with the national property number (UPRN) and a point (WGS 84) where known."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    uprn = models.BigIntegerField(null=True, blank=True, unique=True)
    sub_building = models.CharField(max_length=80, default="", blank=True)
    building = models.CharField(max_length=120, default="", blank=True)
    street_number = models.CharField(max_length=20, default="", blank=True)
    street = models.CharField(max_length=120, default="", blank=True)
    locality = models.CharField(max_length=120, default="", blank=True)
    town = models.CharField(max_length=80, default="", blank=True)
    postcode = models.CharField(max_length=8, default="", blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="location_point_is_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            )
        ]

    def __str__(self) -> str:
        return f"location {self.id}"

    @property
    def words(self) -> str:
        """The address on one line."""
        street = " ".join(filter(None, (self.street_number, self.street)))
        parts = (self.sub_building, self.building, street, self.locality, self.town, self.postcode)
        return ", ".join(filter(None, parts))


class PersonLocation(models.Model):
    """A person and a place. kind: a code of the list location_kind (lives, works, stays …)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="places")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="people")
    kind = models.CharField(max_length=30, default="HOME")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "location", "kind"],
                condition=Q(until__isnull=True),
                name="person_at_a_place_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Vehicle(models.Model):
    """A vehicle by its registration mark, kept in capitals without spaces."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    vrm = models.CharField(max_length=12, unique=True)
    make = models.CharField(max_length=60, default="", blank=True)
    model = models.CharField(max_length=60, default="", blank=True)
    colour = models.CharField(max_length=40, default="", blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"vehicle {self.id}"


class PersonVehicle(models.Model):
    """A person and a vehicle. kind: keeper, driver or other, a code of the list vehicle_tie."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="vehicles")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="people")
    kind = models.CharField(max_length=30, default="KEEPER")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "vehicle", "kind"],
                condition=Q(until__isnull=True),
                name="person_of_a_vehicle_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
