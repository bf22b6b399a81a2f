"""Opening queues: by name for a person, and as they turn up in a switch's stream."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from darwin.contact.models import ContactQueue, LegKind
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry

TELEPHONE = "PHONE_101"


@transaction.atomic
def open_queue(
    *,
    actor: Actor,
    slug: str,
    label: str = "",
    channel: str = TELEPHONE,
    switch: str = "",
    leg_kind: LegKind = LegKind.HANDLER_QUEUE,
) -> ContactQueue:
    """The queue of this slug, made if it was not known. A known one is left as it is."""
    queue, made = ContactQueue.objects.get_or_create(
        slug=slug,
        defaults={"label": label or slug, "channel": channel, "switch": switch, "leg_kind": leg_kind},
    )
    if made:
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="contact.queue_opened",
            subjects=[Subject("queue", queue.id)],
        )
    return queue


def queues_by_slug(slugs: Iterable[str], *, channel: str, switch: str) -> dict[str, tuple[UUID, str]]:
    """Identifier and leg kind of each slug; unknown ones are made, labelled with their slug.

    Runs in the caller's transaction, whose ledger entry stands for it.
    """
    wanted = set(slugs)
    known = {queue.slug: queue for queue in ContactQueue.objects.filter(slug__in=wanted)}
    missing = sorted(wanted - known.keys())
    if missing:
        ContactQueue.objects.bulk_create(
            [ContactQueue(slug=slug, label=slug, channel=channel, switch=switch) for slug in missing],
            ignore_conflicts=True,
        )
        known |= {queue.slug: queue for queue in ContactQueue.objects.filter(slug__in=missing)}
    return {slug: (queue.id, queue.leg_kind) for slug, queue in known.items()}


def channels_of(slugs: Iterable[str]) -> dict[str, str]:
    """The channel of each queue."""
    return dict(ContactQueue.objects.filter(slug__in=set(slugs)).values_list("slug", "channel"))
