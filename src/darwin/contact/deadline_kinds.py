"""The deadlines of this room."""

from darwin.deadlines.kinds import DeadlineKind, declare_kind

CALLBACK_PROMISE = "contact.callback_promise"


def declare() -> None:
    """Tell the deadlines room which clocks this room starts."""
    declare_kind(
        DeadlineKind(
            name=CALLBACK_PROMISE,
            room="contact",
            starts="a handler promises the caller to call back",
            acts="contact_supervisor",
            when_due="the promise counts as late, on the pop of that number and on the supervisor's home",
            handler="darwin.contact.services.promises.mark_promise_late",
        )
    )
