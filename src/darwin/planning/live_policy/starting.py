"""What the live policy tells the house at its start."""

from django.utils.translation import gettext_lazy as _

from darwin.planning.live_policy.permissions import SEE_LIVE_POLICY
from darwin.theme.navigation import Item, navigation


def declare() -> None:
    """Put the page where those who may see it find it."""
    navigation.register(Item(_("Live policy"), "live_policy:live_policy", SEE_LIVE_POLICY, order=47))
