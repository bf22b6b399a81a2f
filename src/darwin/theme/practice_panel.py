"""The one panel that practice mode may show beside every page: a higher room says where it comes from."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from darwin.theme.navigation import Permits


@dataclass(frozen=True, slots=True)
class Panel:
    """Addresses: part gives the panel; telephone is told when somebody opens the page that takes calls."""

    part: str
    telephone: str


_offered: tuple[Panel, Permits] | None = None


def put_beside_every_page(names: Panel, rule: Permits) -> None:
    """Let every page of practice mode ask these addresses (their names) for a panel, if the rule permits."""
    global _offered
    _offered = (names, rule)


def panel_for(request: HttpRequest) -> Panel | None:
    """Where the panel of this person comes from; None if they have none."""
    account = getattr(request, "user", None)
    if _offered is None or account is None or not account.is_authenticated:
        return None
    names, rule = _offered
    if not rule.permits(account):
        return None
    try:
        return Panel(reverse(names.part), reverse(names.telephone))
    except NoReverseMatch:
        # Its addresses exist only where the house was started for practice.
        return None
