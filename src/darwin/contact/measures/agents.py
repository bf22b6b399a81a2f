"""Who took the calls: handlers as the switch names them."""

from datetime import datetime

from darwin.contact.measures.results import AgentFigures, as_seconds
from darwin.contact.models import ContactQueue
from darwin.contact.services.bulk import select_rows

# A log that knows handlers by their display name is read through the pairs that another source of the same
# switch has shown; a name that stood beside two interfaces stays a name.
NAMED_INTERFACES = """
SELECT switch, member, min(interface) AS interface
FROM contact_switchmember GROUP BY switch, member HAVING count(*) = 1
"""
AGENT_OF_LEG = "coalesce(leg.agent, named.interface, leg.member)"

_ANSWERED = f"""
SELECT {AGENT_OF_LEG} AS name, count(*), sum(leg.talk_ms)
FROM contact_contactleg AS leg
JOIN contact_contact AS contact ON contact.id = leg.contact_id
LEFT JOIN ({NAMED_INTERFACES}) AS named ON named.switch = contact.source AND named.member = leg.member
WHERE leg.queue_id = %s AND leg.offered_at >= %s AND leg.offered_at < %s AND leg.outcome = 'answered'
GROUP BY 1
"""  # noqa: S608
_NOT_TAKEN = f"""
SELECT coalesce(ring.agent, named.interface, ring.member) AS name, count(*)
FROM contact_noanswer AS ring
JOIN contact_contactleg AS leg ON leg.id = ring.leg_id
JOIN contact_contact AS contact ON contact.id = leg.contact_id
LEFT JOIN ({NAMED_INTERFACES}) AS named ON named.switch = contact.source AND named.member = ring.member
WHERE leg.queue_id = %s AND leg.offered_at >= %s AND leg.offered_at < %s
GROUP BY 1
"""  # noqa: S608


def agent_figures(
    queue: ContactQueue, from_at: datetime, to_at: datetime, *, rings_told: bool, talk_told: bool
) -> tuple[tuple[AgentFigures, ...], int]:
    """By name, never by rank: what each telephone answered; and how many answers nobody is named for."""
    window = (queue.id, from_at, to_at)
    answered = {name: (count, talk) for name, count, talk in select_rows(_ANSWERED, window)}
    rings = dict(select_rows(_NOT_TAKEN, window)) if rings_told else {}
    unnamed, _ = answered.pop(None, (0, None))
    names = sorted(answered.keys() | {name for name in rings if name is not None})
    figures = tuple(
        AgentFigures(
            agent=name,
            answered=answered.get(name, (0, None))[0],
            no_answer=rings.get(name, 0) if rings_told else None,
            talk_s=as_seconds(answered.get(name, (0, 0))[1]) if talk_told else None,
        )
        for name in names
    )
    return figures, unnamed
