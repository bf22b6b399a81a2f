"""What people may ask of the pages of this room; every form is a plain GET and keeps what was typed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.measures.figures import GroupBy
from darwin.contact.models import AbandonPoint, ContactQueue
from darwin.contact.periods import NotADay, Period, add_months, read_moment
from darwin.deadlines import clock
from darwin.deadlines.clock import LONDON

LONGEST_DAYS = 1100
# How long a period is shown in steps of this size: more rows say less.
LONGEST_BY = {GroupBy.HALF_HOUR: 7, GroupBy.HOUR: 14, GroupBy.DAY: 92, GroupBy.MONTH: LONGEST_DAYS}
STEPS = (
    (GroupBy.HALF_HOUR.value, gettext_lazy("half-hour")),
    (GroupBy.HOUR.value, gettext_lazy("hour")),
    (GroupBy.DAY.value, gettext_lazy("day")),
    (GroupBy.MONTH.value, gettext_lazy("month")),
)


class MomentField(forms.Field):
    """A day or a moment as text: a control that refuses to hold 31 November could not say why."""

    def __init__(self, *, last: bool, **kwargs: Any) -> None:
        self.last = last
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return read_moment(str(value), last=self.last)
        except NotADay as fault:
            raise forms.ValidationError(str(fault)) from None


class QueueField(forms.ChoiceField):
    """One of the queues that are known; `queues` is set by the form."""

    queues: Sequence[ContactQueue] = ()

    def offer(self, queues: Sequence[ContactQueue]) -> None:
        self.queues = queues
        self.choices = [(queue.slug, queue.label) for queue in queues]

    def validate(self, value: Any) -> None:
        if not any(queue.slug == value for queue in self.queues):
            raise forms.ValidationError(
                _("No imported record names a queue “%(name)s”. Choose one of the list.")
                % {"name": str(value)[:40]}
            )

    def clean(self, value: Any) -> ContactQueue:
        slug = super().clean(value)
        return next(queue for queue in self.queues if queue.slug == slug)


class PeriodForm(forms.Form):
    """A queue and a period; `period` and `queue` are there once the form is valid.

    Days are both included; a moment given with its time of day is the last one not included.
    """

    # Named by the words of the address; "from" can be no attribute.
    def __init__(
        self, typed: Mapping[str, Any], queues: Sequence[ContactQueue], defaults: Mapping[str, str]
    ) -> None:
        given = {key: typed[key] for key in typed if str(typed[key]).strip()}
        super().__init__({**defaults, **given}, auto_id="%s")
        for name in ("to", "from"):
            label = gettext_lazy("To, included") if name == "to" else gettext_lazy("From")
            self.fields[name] = MomentField(label=label, last=name == "to")
        self.fields["queue"] = QueueField(label=gettext_lazy("Queue"))
        self.fields["queue"].offer(queues)  # type: ignore[attr-defined]
        self.order_fields(["queue", "from", "to"])

    @property
    def queue(self) -> ContactQueue:
        queue: ContactQueue = self.cleaned_data["queue"]
        return queue

    @property
    def period(self) -> Period:
        return Period(self.cleaned_data["from"], self.cleaned_data["to"])

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        start, end = cleaned.get("from"), cleaned.get("to")
        if start is not None and end is not None:
            if start >= end:
                self.add_error("from", _("“From” is after “To”. Turn them round. What you typed is kept."))
            elif (end - start).days > LONGEST_DAYS:
                self.add_error(
                    "from", _("Three years at most are shown at once. Choose a later day to begin with.")
                )
        return cleaned


class LineForm(PeriodForm):
    """The line: a queue, a period, and by what it is shown.

    published: the reader sees published figures only, which are never cut finer than a day.
    """

    by = forms.ChoiceField(label=gettext_lazy("By"), choices=STEPS)

    def __init__(
        self,
        typed: Mapping[str, Any],
        queues: Sequence[ContactQueue],
        defaults: Mapping[str, str],
        *,
        published: bool = False,
    ) -> None:
        super().__init__(typed, queues, defaults)
        self.published = published
        if published:
            self.fields["by"].choices = STEPS[2:]  # type: ignore[attr-defined]
        self.fields["by"].error_messages["invalid_choice"] = (
            _("Published figures are shown by day or by month. Choose one of them.")
            if published
            else _("Figures are shown by half-hour, hour, day or month. Choose one of them.")
        )
        self.order_fields(["queue", "from", "to", "by"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "by" in cleaned and cleaned.get("from") and cleaned.get("to") and not self.errors:
            by = GroupBy(cleaned["by"])
            if self.period.days > LONGEST_BY[by]:
                self.add_error(
                    "by",
                    _("By %(step)s, %(days)s days at most are shown. Choose a larger step or a shorter time.")
                    % {"step": dict(STEPS)[by.value], "days": LONGEST_BY[by]},
                )
        return cleaned

    @property
    def by_step(self) -> GroupBy:
        return GroupBy(self.cleaned_data["by"])


class LostCallersForm(PeriodForm):
    """Who gave up: a queue, a period, and whether only those are shown who have not got through."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=(("", gettext_lazy("everyone who gave up")), ("waiting", gettext_lazy("not yet through"))),
        error_messages={"invalid_choice": gettext_lazy("Choose everyone, or those not yet through.")},
    )


OUTCOMES = (
    ("answered", gettext_lazy("answered")),
    ("abandoned", gettext_lazy("gave up")),
    ("callback_requested", gettext_lazy("asked to be called back")),
    ("expelled", gettext_lazy("ended by the switch")),
    ("refused", gettext_lazy("refused before the queue")),
    ("unknown", gettext_lazy("not known")),
)


class EntriesForm(PeriodForm):
    """The list behind a figure: a queue, a period, and what the figure counts."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        required=False,
        choices=(("", gettext_lazy("every outcome")), *OUTCOMES),
        error_messages={"invalid_choice": gettext_lazy("Choose an outcome of the list.")},
    )
    within = forms.FloatField(
        label=gettext_lazy("Answered within, seconds"),
        required=False,
        min_value=0,
        max_value=86_400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("Write the seconds as a number. What you typed is kept."),
            "min_value": gettext_lazy("A wait is not below nought. What you typed is kept."),
            "max_value": gettext_lazy("A day at most. What you typed is kept."),
        },
    )
    point = forms.ChoiceField(
        label=gettext_lazy("Gave up"),
        required=False,
        choices=(("", gettext_lazy("at any point")), *AbandonPoint.choices),
        error_messages={"invalid_choice": gettext_lazy("Choose a point of the list.")},
    )


class NoteForm(forms.Form):
    """A note at a month of a measure, or new limits from it."""

    KINDS: ClassVar = (
        ("note", gettext_lazy("A note: what happened in this month")),
        ("rebase", gettext_lazy("New limits from this month on: the way of working changed")),
    )
    month = forms.CharField(
        label=gettext_lazy("Month"),
        help_text=gettext_lazy("For example 10 2026."),
        error_messages={"required": gettext_lazy("Say which month.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it is a note or new limits.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy(
            "One or two sentences that a member of the public can read. No names and no numbers of people."
        ),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Say what happened."),
            "max_length": gettext_lazy("300 characters at most. What you typed is kept."),
        },
    )

    def __init__(self, typed: Any = None, *, months: Sequence[date] = ()) -> None:
        super().__init__(typed, auto_id="%s")
        self.months = months

    def clean_month(self) -> date:
        from darwin.contact.periods import read_month

        try:
            month = read_month(self.cleaned_data["month"])
        except NotADay as fault:
            raise forms.ValidationError(str(fault)) from None
        if month not in self.months:
            raise forms.ValidationError(
                _("This measure has no figure for that month. Choose one that stands on the chart.")
            )
        return month


def today() -> date:
    """This day in London."""
    return clock.now().astimezone(LONDON).date()


def usual_periods() -> list[tuple[str, Period, GroupBy]]:
    """The periods that stand ready to be pressed: their word, the period, and by what it is shown."""
    day = today()
    month = day.replace(day=1)
    return [
        (_("Today"), Period.of_days(day, day), GroupBy.HALF_HOUR),
        (_("Yesterday"), Period.of_days(day - timedelta(days=1), day - timedelta(days=1)), GroupBy.HALF_HOUR),
        (_("Last 7 days"), Period.of_days(day - timedelta(days=7), day - timedelta(days=1)), GroupBy.DAY),
        (_("Last 28 days"), Period.of_days(day - timedelta(days=28), day - timedelta(days=1)), GroupBy.DAY),
        (_("This month"), Period.of_days(month, day), GroupBy.DAY),
        (
            _("Last 12 months"),
            Period.of_days(add_months(month, -12), month - timedelta(days=1)),
            GroupBy.MONTH,
        ),
        (
            _("Last 3 years"),
            Period.of_days(add_months(month, -36), month - timedelta(days=1)),
            GroupBy.MONTH,
        ),
    ]
