"""What the live policy tells the house at its start."""

from django.utils.translation import gettext_lazy as _

from darwin.planning.live_policy.permissions import SEE_LIVE_POLICY
from darwin.planning.tabs import Tab, put_beside
from darwin.staff.subject_pages import SubjectPage, declare_subject_page


def declare() -> None:
    """Put the page beside the others of the room, and let the ledger's pages lead to it."""
    put_beside(Tab(_("Live policy"), "live_policy:live_policy", SEE_LIVE_POLICY, 60))
    declare_subject_page(
        SubjectPage("policy_hold", SEE_LIVE_POLICY, lambda hold: f"/planning/live-policy/#decision-{hold}")
    )
    for kind in ("policy_proposal", "routing_policy"):
        declare_subject_page(SubjectPage(kind, SEE_LIVE_POLICY, lambda _id: "/planning/live-policy/"))
