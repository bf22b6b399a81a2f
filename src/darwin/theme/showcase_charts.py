"""The charts on the page of parts: the made-up 101 line of two years, a day and a month."""

from datetime import date

from darwin.science.spc import xmr
from darwin.theme.charts import Column, ColumnChart, ControlChart, LineChart, Rebase, Result, Unit

_SHARES: list[float | None] = [
    *(
        68.1,
        69.2,
        65.0,
        64.8,
        67.3,
        70.2,
        67.5,
        64.2,
        65.1,
        66.6,
        54.8,
        66.6,
        65.9,
        66.2,
        67.0,
        65.1,
        66.7,
        67.2,
    ),
    *(
        81.2,
        78.8,
        80.2,
        77.3,
        80.0,
        79.1,
        78.0,
        78.8,
        80.1,
        78.4,
        80.3,
        81.0,
        81.1,
        81.1,
        76.9,
        79.4,
        77.2,
        80.9,
    ),
    78.4,
]
_HALF_HOURS: list[float | None] = [
    *(14, 12, 10, 9, 8, 8, 6, 6, 8, 8, 9, 11, 14, 20, 30, 42, 56, 72, 90, 96, 93, 86, None, 75, 72, 76, 74),
    *(70, 41, *[None] * 19),
]


def shown_results() -> list[Result]:
    """A control chart by month, columns by half-hour, a line by day, and a table of the same."""
    months = [date(2023 + (9 + at) // 12, (9 + at) % 12 + 1, 1) for at in range(len(_SHARES))]
    shares = xmr(_SHARES, rebase_at=[18], floor=0, ceiling=100)
    labels = [f"{at // 2:02d}:{at % 2 * 30:02d}" for at in range(len(_HALF_HOURS))]
    in_time = [None if value is None else round(value * 0.72) for value in _HALF_HOURS]
    days = [date(2026, 10, day) for day in range(1, 32)]
    waits: list[float | None] = [
        None if day.day in (12, 13) else 38_000 + 9_000 * (day.weekday() == 0) + 1_700 * (day.day % 7)
        for day in days
    ]
    return [
        Result(
            "October 2026 was an ordinary month",
            "Share of calls offered that were answered within 30 s, each month",
            [
                Column("month", "Month", "month"),
                Column("share", "of offered", "percentage", target=80, strong=True),
            ],
            [{"month": month, "share": share} for month, share in zip(months, _SHARES, strict=True)],
            ControlChart(
                months,
                shares,
                Unit.PERCENTAGE,
                80,
                [Rebase(18, "call-back key, new limits")],
                len(months) - 1,
            ),
        ),
        Result(
            "Most ring between nine and half past ten",
            "Calls offered each half-hour, 101 line",
            [
                Column("at", "From"),
                Column("calls", "Offered", "count"),
                Column("in_time", "In 30 s", "count"),
            ],
            [
                {"at": at, "calls": calls, "in_time": part}
                for at, calls, part in zip(labels, _HALF_HOURS, in_time, strict=True)
            ],
            ColumnChart(
                labels, _HALF_HOURS, parts=in_time, part_word="in time", rest_word="late, gave up", now=28
            ),
        ),
        Result(
            "Mondays wait longest",
            "Median wait each day, min:s, end to end, of calls answered",
            [Column("day", "Day", "day"), Column("wait", "Median wait", "wait")],
            [{"day": day, "wait": wait} for day, wait in zip(days, waits, strict=True)],
            LineChart(days, waits, Unit.WAIT, "median wait", 30_000, current=18),
        ),
    ]
