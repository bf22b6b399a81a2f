"""What a leg is in the caller's journey, and where in it a caller can give up."""

from django.db import models


class LegKind(models.TextChoices):
    """What a leg is. IVR: the recorded announcement and its menu, before any queue."""

    IVR = "IVR", "Recorded announcement"
    SWITCHBOARD_QUEUE = "SWITCHBOARD_QUEUE", "Switchboard queue"
    HANDLER_QUEUE = "HANDLER_QUEUE", "Contact handler queue"
    TRANSFER = "TRANSFER", "Transfer"
    INTERPRETER_WAIT = "INTERPRETER_WAIT", "Waiting for an interpreter"


class AbandonPoint(models.TextChoices):
    """Where in the journey the caller gave up."""

    IVR = "IVR", "During the recorded announcement"
    SWITCHBOARD_QUEUE = "SWITCHBOARD_QUEUE", "In the switchboard queue"
    HANDLER_QUEUE = "HANDLER_QUEUE", "In the contact handler queue"
    TRANSFER = "TRANSFER", "During a transfer"
    INTERPRETER_WAIT = "INTERPRETER_WAIT", "While waiting for an interpreter"
