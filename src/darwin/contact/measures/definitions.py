"""What each measure means, as versioned code and data: the text that stands beside the figure.

A definition is never edited once figures have been shown by it: a change is a new version with its date.
"""

from dataclasses import dataclass
from datetime import date


class UnknownMeasure(ValueError):
    """No measure of that name, or none valid on that day. The text lists those there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDefinition:
    """One version of a measure.

    numerator and denominator are sentences ("" where the measure is not a share); left_out says what does
    not count; timing names the rule by which a wait is timed; source is where the wording comes from.
    """

    name: str
    version: int
    valid_from: date
    title: str
    unit: str
    meaning: str
    numerator: str = ""
    denominator: str = ""
    left_out: str = ""
    timing: str = ""
    source: str = "The usual definitions of call handling; to be verified by the force"

    def text(self, threshold_s: float | None = None) -> str:
        """The definition in plain English, with the threshold in it where the measure has one."""
        parts = [self.meaning]
        if self.numerator:
            parts.append(f"Counted: {self.numerator}")
        if self.denominator:
            parts.append(f"Divided by: {self.denominator}")
        if self.left_out:
            parts.append(f"Left out: {self.left_out}")
        if self.timing:
            parts.append(f"Timing: {self.timing}")
        words = " ".join(parts)
        if threshold_s is not None:
            words = words.replace("{threshold}", f"{threshold_s:g} seconds")
        return f"{words} (version {self.version}, from {self.valid_from.isoformat()})"


_FROM = date(2015, 1, 1)
WAIT_RULE = (
    "a wait runs from joining the queue to being connected for an answered caller, to leaving for every "
    "other, "
    "by the switch's own time stamps, or by the time of receipt where it sends none. A log that states "
    "the wait "
    "is taken at its word. Waits known in whole seconds only stay so."
)
PERIOD_RULE = (
    "a call belongs to the period in which it joined the queue, a refused one to the period in which it was "
    "refused; a log that dates calls by reaching the line keeps that date."
)


def _measure(name: str, title: str, unit: str, meaning: str, **words: str) -> MeasureDefinition:
    return MeasureDefinition(
        name=name, version=1, valid_from=_FROM, title=title, unit=unit, meaning=meaning, **words
    )


_DEFINITIONS = (
    _measure(
        "arrived",
        "Reached the number",
        "calls",
        "Different calls that reached the number.",
        numerator="calls that were announced, joined the queue or were refused by it; one call once.",
        left_out="nothing; a source that does not record arrivals gives no figure.",
    ),
    _measure(
        "entries",
        "Joined the queue",
        "entries",
        "Joinings of the queue; a call that is transferred back joins again.",
        left_out="callers refused before the queue.",
        timing=PERIOD_RULE,
    ),
    _measure(
        "distinct_calls", "Different calls", "calls", "Different calls among those that joined the queue."
    ),
    _measure(
        "refused",
        "Refused before the queue",
        "calls",
        "Callers whom the switch never let into the queue, because it was full or nobody was logged on.",
        left_out="nothing; a source that does not record refusals gives no figure.",
    ),
    _measure(
        "offered_including_refused",
        "Offered",
        "entries",
        "Joinings of the queue and refusals before it, added.",
    ),
    _measure("answered", "Answered", "entries", "Joinings that a handler answered."),
    _measure(
        "abandoned",
        "Gave up",
        "entries",
        "Joinings that the caller ended by hanging up before an answer, however short the wait.",
        left_out="callers whose wait the switch ended (expelled) and those who asked to be called back.",
    ),
    _measure(
        "callback_requested",
        "Asked to be called back",
        "entries",
        "Joinings that ended with the call-back key.",
    ),
    _measure(
        "expelled",
        "Ended by the switch",
        "entries",
        "Joinings that the switch ended: nobody logged on, time-out, withdrawn.",
    ),
    _measure("unknown", "Not known", "entries", "Joinings whose end no imported record tells."),
    _measure(
        "abandonment_pct",
        "Abandonment",
        "%",
        "Share of callers who gave up.",
        numerator="joinings that the caller ended before an answer.",
        denominator="joinings of the queue.",
        left_out="callers refused before the queue.",
    ),
    _measure(
        "pct_within_of_offered",
        "Answered in time, of those offered",
        "%",
        "Share answered within {threshold} of all who were offered.",
        numerator="joinings answered after a wait of at most {threshold}.",
        denominator="joinings and refusals together.",
        timing=WAIT_RULE,
    ),
    _measure(
        "pct_within_of_answered",
        "Answered in time, of those answered",
        "%",
        "Share answered within {threshold} of those answered.",
        numerator="joinings answered after a wait of at most {threshold}.",
        denominator="joinings that were answered.",
        timing=WAIT_RULE,
    ),
    _measure(
        "answered_within_threshold",
        "Answered in time",
        "entries",
        "Joinings answered after a wait of at most {threshold}.",
        timing=WAIT_RULE,
    ),
    _measure(
        "asa_s",
        "Average speed of answer",
        "s",
        "Mean wait of the answered.",
        left_out="everybody who was not answered, and answered callers whose wait is not known.",
        timing=WAIT_RULE,
    ),
    _measure(
        "median_wait_answered_s",
        "Median wait of the answered",
        "s",
        "Half waited no longer.",
        timing=WAIT_RULE,
    ),
    _measure(
        "p90_wait_answered_s",
        "90th percentile wait of the answered",
        "s",
        "Nine in ten waited no longer; linear interpolation between neighbours.",
        timing=WAIT_RULE,
    ),
    _measure(
        "max_wait_answered_s", "Longest wait of the answered", "s", "The longest wait that was answered."
    ),
    _measure(
        "mean_wait_abandoned_s", "Average wait of those who gave up", "s", "Mean wait before hanging up."
    ),
    _measure(
        "end_to_end_mean_s",
        "Average wait end to end",
        "s",
        "From reaching the number to the first contact handler, all legs added.",
        left_out="callers who never reached a contact handler; an answer at the switchboard is not the end.",
        timing="the first moment the source knows of the call, to the first connection to a contact handler.",
    ),
    _measure(
        "end_to_end_median_s",
        "Median wait end to end",
        "s",
        "Half waited no longer from reaching the number to the first contact handler, all legs added.",
        left_out="callers who never reached a contact handler; an answer at the switchboard is not the end.",
        timing="the first moment the source knows of the call, to the first connection to a contact handler.",
    ),
    _measure(
        "online_share_pct",
        "Online share",
        "%",
        "Share of contacts made by an online report or a live chat.",
        numerator="online reports and live chats.",
        denominator="contacts of every channel, 999 and 101 calls among them.",
        left_out="nothing; a channel whose records are not imported is not among them.",
    ),
    _measure(
        "longest_queue",
        "Most waiting at once",
        "callers",
        "The most callers in the queue at one instant.",
        left_out="waits of no length.",
        timing=(
            "every stay from joining to leaving, those who were waiting when the period began included; who "
            "leaves in the instant another joins has left first. At least the greatest length or position "
            "that "
            "the switch itself stated."
        ),
    ),
    _measure(
        "mean_talk_s",
        "Average talk",
        "s",
        "Mean of the handler's own part of an answered call, from connection to its end or its transfer.",
        left_out="what a call goes on for after a transfer, and calls whose talk is not known.",
    ),
    _measure(
        "transfers", "Transfers", "entries", "Answered joinings that a handler passed on, blind or attended."
    ),
    _measure(
        "no_answer",
        "Rang and was not taken",
        "rings",
        "Rings at a handler that were not taken or were rejected.",
        left_out="a ring that the caller ended by hanging up.",
    ),
    _measure(
        "lost_caller_recovery_pct",
        "Lost callers who came back",
        "%",
        "Share of callers who gave up and came back by any channel within the matching time.",
        numerator="those of the same number who made contact again within the matching time.",
        denominator="callers who gave up and whose number is known.",
        left_out="withheld numbers, which cannot be matched.",
    ),
    _measure(
        "repeat_contact_pct",
        "Repeat contact",
        "%",
        "Share of contacts whose number had made contact before within the window.",
        numerator="contacts with an earlier one of the same number within the window.",
        denominator="contacts whose number is known.",
        left_out="withheld numbers. A number is not a person: this counts lines, not people.",
    ),
    _measure(
        "failure_demand_pct",
        "Failure demand",
        "%",
        "Share of contacts tagged as caused by something not done, or not done right, for the caller.",
        numerator="contacts with such a tag.",
        denominator="contacts.",
        source="Seddon's term; to be verified by the force",
    ),
)

MEASURES: dict[str, tuple[MeasureDefinition, ...]] = {
    name: tuple(sorted((d for d in _DEFINITIONS if d.name == name), key=lambda d: d.valid_from))
    for name in dict.fromkeys(definition.name for definition in _DEFINITIONS)
}


def definition(name: str, on: date | None = None) -> MeasureDefinition:
    """The version of a measure valid on a day; without a day the newest. Raises UnknownMeasure."""
    versions = [found for found in MEASURES.get(name, ()) if on is None or found.valid_from <= on]
    if not versions:
        raise UnknownMeasure(
            f"There is no measure “{name}” on that day. Those there are: {', '.join(MEASURES)}."
        )
    return versions[-1]


def definition_text(threshold_s: float) -> str:
    """One paragraph on how the figures of a line are counted, for a page's head or a command's answer."""
    return (
        f"An entry is one joining of the queue. Answered in time: a wait of at most {threshold_s:g} seconds. "
        "“Of offered” divides by joinings and refusals together, “of answered” by answered joinings. "
        f"Wait: {WAIT_RULE} Period: {PERIOD_RULE} Percentiles by linear interpolation. Abandoned: the "
        f"caller hung "
        "up; expelled: the switch ended the wait. Talk is the handler's own part. A figure that no imported "
        "record can give is left empty, never nought. Version 1, from 2015-01-01."
    )
