"""The printed packs that were made, and the paper forms that were keyed in afterwards."""

from django.conf import settings
from django.db import models

from darwin.contact.models.contacts import Contact
from darwin.ledger.ids import new_id


class FallbackPack(models.Model):
    """One printed pack. code: what its forms' numbers begin with (LEI-27NOV-1415); forms: how many it has."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField()
    forms = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-made_at"]


class PaperForm(models.Model):
    """A contact that was taken on paper and keyed in later: marked "entered later" wherever it is shown.

    form_number: as printed on the form, keyed once. taken_by: the handler's own words for who took it, with
    the account where it is known; entered_by keyed it in. The contact bears the true time; entered_at says
    when it was keyed in.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    form_number = models.CharField(max_length=40, unique=True)
    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="paper_form")
    taken_by = models.CharField(max_length=120, default="")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="paper_forms_entered"
    )
