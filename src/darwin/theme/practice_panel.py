"""The one panel that practice mode may show beside every page: a higher room says where it comes from."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from darwin.theme.navigation import Permits

_panel: tuple[str, Permits] | None = None


def put_beside_every_page(url_name: str, rule: Permits) -> None:
    """Let every page of practice mode ask this address for a panel, for whom the rule permits."""
    global _panel
    _panel = (url_name, rule)


def panel_address(request: HttpRequest) -> str:
    """Where the panel of this person comes from; "" if they have none."""
    account = getattr(request, "user", None)
    if _panel is None or account is None or not account.is_authenticated or not _panel[1].permits(account):
        return ""
    try:
        return reverse(_panel[0])
    except NoReverseMatch:
        # Its address exists only where the house was started for practice.
        return ""
