"""Search keys: derived from the records, rebuilt by `darwin records rebuild-keys`, the truth of nothing."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from darwin.records.models.people import Person


class NameWord(models.Model):
    """A word that occurs in a recorded name, folded; how many name forms have it; and what leads to it.

    keys: its sounds, its near spellings and its pieces, as `records.search.words.keys_of` makes them.
    """

    word = models.CharField(max_length=80, primary_key=True)
    forms = models.IntegerField()
    keys = ArrayField(models.CharField(max_length=90))

    class Meta:
        indexes = [
            GinIndex(fields=["keys"], name="name_word_by_key", fastupdate=False),
            models.Index(fields=["word"], name="name_word_by_beginning", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return "name word"


class Origin(models.TextChoices):
    """Where a name form comes from."""

    OWN = "own", "their own name"
    ALIAS = "alias", "another name"
    JOINED = "joined", "the name of a record joined to theirs"


class NameForm(models.Model):
    """One name of a person as folded words, with the date of birth beside it.

    origin: whether it is their own name, an alias, or that of a record that was joined to theirs. shown: the
    name as it was written. given, family: its folded words, in order. words: each of them once, compounds
    joined too. births: keys of the date of birth as `records.search.births.keys_of` makes them.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="name_forms")
    origin = models.CharField(max_length=10, choices=Origin.choices)
    shown = models.TextField()
    given = models.TextField()
    family = models.TextField()
    words = ArrayField(models.CharField(max_length=80))
    births = ArrayField(models.CharField(max_length=12))

    class Meta:
        indexes = [GinIndex(fields=["words", "births"], name="name_form_by_word", fastupdate=False)]

    def __str__(self) -> str:
        return "name form"


class SearchKey(models.Model):
    """The pieces of a number, a registration mark or an address. kind: phone, vehicle, location."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    subject_id = models.UUIDField()
    form = models.TextField()
    pieces = ArrayField(models.CharField(max_length=90))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="search_key_once")]
        indexes = [GinIndex(fields=["pieces"], name="search_key_by_piece", fastupdate=False)]

    def __str__(self) -> str:
        return "search key"
