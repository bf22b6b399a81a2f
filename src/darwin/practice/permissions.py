"""Who may see and change what of the practice force. The addresses exist in practice mode only."""

from darwin.staff.permissions import Rule
from darwin.staff.roles import EVERYONE

SEE_CLOCK = Rule(
    "practice.clock",
    "See which time it is in the practice force, and how fast it passes",
    EVERYONE,
)
SET_CLOCK = Rule(
    "practice.set_clock",
    "Choose how fast time passes in the practice force, for everybody, and put its clock forward",
    {"contact_supervisor", "duty_inspector", "quality_assessor", "chief_officer", "administrator"},
)
HEAR_CALLER = Rule(
    "practice.hear_caller",
    "In practice, read what the made-up caller at one's own telephone says",
    {"contact_handler", "contact_supervisor"},
)
