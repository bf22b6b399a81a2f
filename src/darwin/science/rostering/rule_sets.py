"""Rule sets to begin from: the law that binds everybody, staff on a contract, officers on variable shifts.

The law is the Working Time Regulations 1998 (SI 1998/1833): reg 4 (48 hours a week on average over 17 weeks),
reg 10 (11 hours of rest in each 24), reg 11 (24 hours without a break in each 7 days), reg 12 (a break of 20
minutes in more than 6 hours: a matter of the shift types, see `too_long_without_break`). The force's own
agreements, the determinations under the Police Regulations 2003 and the contracts are reference data of the
force; what stands here beside the law is the advice of the Police Federation on shift rotas (six shifts
at most before rest days, four nights at most together, forward rotation, rest days in twos).
"""

from dataclasses import replace

from darwin.science.rostering.problem import RuleSet, ShiftType

WORKING_TIME = "Working Time Regulations 1998"
FEDERATION = "Police Federation of England and Wales, shift rota management"
CONTRACT = "the contract"
# Regulation 12: a break of 20 minutes where the working day is longer than 6 hours.
BREAK_FROM_MINUTES, BREAK_MINUTES = 6 * 60, 20


def the_law(slot_minutes: int = 30) -> RuleSet:
    """What the Working Time Regulations ask of every roster."""
    return RuleSet(
        key="law",
        name="The law on working time",
        rest_slots=-(-11 * 60 // slot_minutes),
        weekly_rest_slots=-(-24 * 60 // slot_minutes),
        average_minutes=48 * 60,
        reference_weeks=17,
        sources={
            "rest_slots": f"{WORKING_TIME}, reg 10",
            "weekly_rest_slots": f"{WORKING_TIME}, reg 11",
            "average_minutes": f"{WORKING_TIME}, reg 4",
            "reference_weeks": f"{WORKING_TIME}, reg 4(3)",
        },
    )


def staff(minutes_a_week: int, slot_minutes: int = 30) -> RuleSet:
    """Police staff on a contract of `minutes_a_week`: the law, and the hours of the contract."""
    law = the_law(slot_minutes)
    return replace(
        law,
        key="staff",
        name="Police staff",
        most_minutes_a_week=minutes_a_week,
        sources={**law.sources, "most_minutes_a_week": CONTRACT},
    )


def officers(slot_minutes: int = 30) -> RuleSet:
    """Officers on variable shifts: the law, and what their Federation advises."""
    law = the_law(slot_minutes)
    advised = ("most_days_in_a_row", "most_nights_in_a_row", "fewest_rest_days_together", "forward_rotation")
    return replace(
        law,
        key="officers",
        name="Police officers",
        most_days_in_a_row=6,
        most_nights_in_a_row=4,
        fewest_rest_days_together=2,
        forward_rotation=True,
        sources={**law.sources, **dict.fromkeys(advised, FEDERATION)},
    )


def too_long_without_break(shift: ShiftType, slot_minutes: int = 30) -> bool:
    """Whether a shift is longer than 6 hours and its break shorter than 20 minutes (reg 12)."""
    long = shift.length_slots * slot_minutes > BREAK_FROM_MINUTES
    return long and shift.break_slots * slot_minutes < BREAK_MINUTES
