"""What every template knows: the mode, the chosen theme and what stands in the top bar."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from darwin.deadlines import clock
from darwin.theme.navigation import Shown, navigation
from darwin.theme.practice_panel import Panel, panel_for
from darwin.theme.tokens import THEMES
from darwin.theme.version import assets_version

COOKIE = "darwin_theme"


@dataclass(frozen=True, slots=True)
class Theme:
    """What the templates know as `theme`."""

    mode: str
    request: HttpRequest

    @property
    def choice(self) -> str:
        """ "light", "low-light", or "" until somebody chooses: then the page follows the system.

        The choice is kept on the account; before anybody has signed in, in a cookie.
        """
        account = getattr(self.request, "user", None)
        signed_in = account is not None and account.is_authenticated
        chosen = getattr(account, "theme", "") if signed_in else self.request.COOKIES.get(COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def practice(self) -> bool:
        """True in practice mode: every page says so."""
        return self.mode == "practice"

    @property
    def clock(self) -> str:
        """The installation's clock and its rate when the page is made: the page counts on from there."""
        return f"{clock.now().isoformat()} {clock.rate():g}"

    @property
    def version(self) -> str:
        """Of the browser's files; a page that was opened before a new one came says so."""
        return assets_version()

    @property
    def shadow(self) -> bool:
        """True beside an old system that stays the record: every page says so."""
        return self.mode == "shadow"

    @property
    def rate(self) -> int:
        """How many times as fast as real time the installation's clock runs."""
        return clock.rate()

    @property
    def panel(self) -> Panel | None:
        """Where the panel of practice mode comes from for this person; None if they have none."""
        return panel_for(self.request) if self.practice else None

    @property
    def navigation(self) -> list[Shown]:
        """The top bar of this person. Asked once a page, by the base template."""
        return navigation.shown_for(self.request)


def theme(request: HttpRequest) -> dict[str, Theme]:
    """The context processor: `theme` for every template."""
    return {"theme": Theme(settings.DARWIN_MODE, request)}
