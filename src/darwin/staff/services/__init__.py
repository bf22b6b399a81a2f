"""Every write of the room. Each is one transaction: rows and one ledger entry."""

from darwin.staff.services.accounts import (
    StaffFault,
    change_team,
    choose_language,
    choose_theme,
    close_account,
    open_account,
    open_team,
    set_line_manager,
)
from darwin.staff.services.enrolment import (
    bind_directory_subject,
    invite,
    register_first_passkey,
    register_passkey,
    remove_passkey,
)
from darwin.staff.services.practice import open_practice_accounts
from darwin.staff.services.roles import end_role, grant_role
from darwin.staff.services.tokens import make_token, note_token_used, revoke_token
from darwin.staff.services.walls import end_wall_screen, make_wall_code, pair_wall_screen

__all__ = [
    "StaffFault",
    "bind_directory_subject",
    "change_team",
    "choose_language",
    "choose_theme",
    "close_account",
    "end_role",
    "end_wall_screen",
    "grant_role",
    "invite",
    "make_token",
    "make_wall_code",
    "note_token_used",
    "open_account",
    "open_practice_accounts",
    "open_team",
    "pair_wall_screen",
    "register_first_passkey",
    "register_passkey",
    "remove_passkey",
    "revoke_token",
    "set_line_manager",
]
