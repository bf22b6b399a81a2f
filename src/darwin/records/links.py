"""What a link of a number says of ringing it. Pure values.

Only somebody who may be hurt by the call makes it unsafe: a link to domestic abuse, stalking, honour-based
abuse, sexual violence, exploitation or a sealed report. That a child or a weapon was spoken of tells the
reader to take care, and nothing of who listens.
"""

HARMLESS_LINKS = frozenset({"child", "weapon"})
"""Links that leave a number as safe to ring as it was. Every other one, one not heard of included, makes it
not safe, and takes two people to end."""


def protects(link: str) -> bool:
    """Does a link of this kind keep its number from being rung?"""
    return link not in HARMLESS_LINKS
