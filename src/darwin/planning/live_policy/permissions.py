"""Who proposes a routing policy for the live line, who decides, and who may go back."""

from darwin.staff.permissions import Rule

PROPOSE_POLICY = Rule(
    "planning.propose_policy",
    "Propose a routing policy for the live line, and withdraw what one has proposed",
    {"resource_planner", "contact_supervisor"},
)
DECIDE_POLICY = Rule(
    "planning.decide_policy",
    "Decide about a routing policy that somebody else proposed",
    {"duty_inspector", "chief_officer"},
)
# Going back is never the harm: whoever runs the line or answers for it can, alone and at once.
RETURN_POLICY = Rule(
    "planning.return_policy",
    "Go back to the routing policy before, alone and at once",
    {"resource_planner", "contact_supervisor", "duty_inspector", "chief_officer"},
)
SEE_LIVE_POLICY = Rule(
    "planning.live_policy",
    "See which routing policy holds, its guardrails, and every decision about it",
    PROPOSE_POLICY.roles | DECIDE_POLICY.roles | RETURN_POLICY.roles | {"analyst", "inspector"},
)
