"""One result: the same figures as a chart, a table and a CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol
from zlib import crc32

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from darwin.deadlines.clock import LONDON
from darwin.theme import formats

Kind = Literal["text", "words", "count", "decimal", "percentage", "wait", "month", "day", "moment"]
_FIGURES: frozenset[Kind] = frozenset({"count", "decimal", "percentage", "wait"})
# What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Drawn(Protocol):
    """A chart."""

    def draw(self, *, title: str, name: str) -> SafeString:
        """The SVG element."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in the rows, its head, and what kind of value it has.

    text: a word or two. words: a sentence, which gets room. count: whole number. decimal: a number with one
    decimal. percentage: 0 to 100. wait: milliseconds. month, day: a date. moment: an aware datetime.
    `target`, of a percentage: it is never rounded to meet it. `strong` sets the values bold.
    """

    key: str
    head: str
    kind: Kind = "text"
    target: float | None = None
    strong: bool = False

    def shown(self, value: Any) -> str:
        """A value as the page writes it. None is "not known", never 0 and never blank."""
        if value is None:
            return _("not known")
        match self.kind:
            case "count":
                return formats.count(value)
            case "decimal":
                return f"{value:,.1f}"
            case "percentage":
                return formats.percentage(value, self.target)
            case "wait":
                return formats.wait(value)
            case "month":
                return formats.month(value)
            case "day":
                return formats.day(value)
            case "moment":
                return formats.moment(value)
            case _:
                return str(value)

    def exported(self, value: Any) -> str | int | float:
        """A value for a CSV: waits in whole seconds rounded down, dates by ISO 8601, nothing for None.

        A text that a spreadsheet would run as a formula gets an apostrophe before it.
        """
        if value is None:
            return ""
        if self.kind == "wait":
            return int(value) // 1000
        if self.kind in ("decimal", "percentage"):
            return round(float(value), 4)
        if self.kind == "count":
            return int(value)
        if self.kind == "moment" and isinstance(value, datetime):
            return value.astimezone(LONDON).isoformat(timespec="seconds")
        if self.kind == "month" and isinstance(value, date):
            return f"{value:%Y-%m}"
        text = value.isoformat() if isinstance(value, date) else str(value)
        return f"'{text}" if text.startswith(_FORMULA) else text

    @property
    def shown_head(self) -> str:
        """The head in a table, with the unit of a wait."""
        unit = _("min:s")
        return f"{self.head}, {unit}" if self.kind == "wait" else self.head

    @property
    def exported_head(self) -> str:
        """The head in a CSV, with its unit."""
        head = self.head + {"wait": " (s)", "percentage": " (%)"}.get(self.kind, "")
        return f"'{head}" if head.startswith(_FORMULA) else head


@dataclass(frozen=True, slots=True)
class Result:
    """Figures that belong together.

    title: the finding. subtitle: the measure, its unit and denominator. rows: one mapping a row, by the
    columns' keys; the first column names the row. chart: how they are drawn, if they are.
    """

    title: str
    subtitle: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    chart: Drawn | None = None
    links: Mapping[int, str] = field(default_factory=dict)

    def svg(self, name: str = "") -> SafeString:
        """The chart. `name` begins its ids, for two of one title on a page.

        Raises ValueError if this result has none.
        """
        if self.chart is None:
            raise ValueError(f"“{self.title}” is a table and has no chart")
        name = name or f"chart-{crc32(self.title.encode()):08x}"
        return self.chart.draw(title=f"{self.title}. {self.subtitle}", name=name)

    def table(self) -> SafeString:
        """The table: figures to the right; the first column heads its row, with its link if there is one."""
        heads = format_html_join(
            "",
            '<th scope="col"{}>{}</th>',
            ((_figure_class(column), column.shown_head) for column in self.columns),
        )
        body = format_html_join(
            "", "<tr>{}</tr>\n", ((self._row(position, row),) for position, row in enumerate(self.rows))
        )
        return format_html(
            '<div class="d-scroll" tabindex="0" role="group" aria-label="{0}"><table class="d-table">'
            '<caption class="govuk-visually-hidden">{0}. {1}</caption>'
            "<thead><tr>{2}</tr></thead><tbody>{3}</tbody></table></div>",
            self.title,
            self.subtitle,
            heads,
            body,
        )

    def csv(self) -> str:
        """The CSV (RFC 4180), the units in the heads."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([column.exported_head for column in self.columns])
        for row in self.rows:
            writer.writerow([column.exported(row.get(column.key)) for column in self.columns])
        return text.getvalue()

    def _row(self, position: int, row: Mapping[str, Any]) -> SafeString:
        first, *rest = self.columns
        named: str = first.shown(row.get(first.key))
        if position in self.links:
            named = format_html('<a href="{}">{}</a>', self.links[position], named)
        cells = format_html_join(
            "",
            "<td{}>{}</td>",
            ((_figure_class(column), _weighed(column, row.get(column.key))) for column in rest),
        )
        return format_html('<th scope="row">{}</th>{}', named, cells)


def _figure_class(column: Column) -> SafeString:
    if column.kind == "words":
        return SafeString(' class="d-words"')
    return SafeString(' class="d-figure"' if column.kind in _FIGURES else "")


def _weighed(column: Column, value: Any) -> str:
    shown = column.shown(value)
    if value is None:
        return format_html('<span class="d-second">{}</span>', shown)
    return format_html("<b>{}</b>", shown) if column.strong else shown
