"""Who may use files at all. Which ones is decided by the rule of what they are attached to."""

from darwin.staff.permissions import Rule
from darwin.staff.roles import ROLES, SUPPRESSED

USE_FILES = Rule(
    "files.use",
    "Open and add files where one may see what they are attached to",
    frozenset(ROLES) - SUPPRESSED - {"administrator", "partner"},
)
