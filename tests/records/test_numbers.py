"""The same line is one number, however it was written."""

import pytest

from darwin.science.numbers import normalise_number


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("07700900123", "+447700900123"),
        ("07700 900123", "+447700900123"),
        ("+447700900123", "+447700900123"),
        ("00447700900123", "+447700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("0116 496 0015", "+441164960015"),
        ("(0116) 496-0015", "+441164960015"),
        ("0033140000000", "+33140000000"),
        ("+33 1 40 00 00 00", "+33140000000"),
        ("2101", "2101"),
        ("sip:desk@force.example", "sip:desk@force.example"),
        ("anonymous", ""),
        ("<unknown>", ""),
        ("Unknown", ""),
        ("", ""),
        (None, None),
    ],
)
def test_one_line_has_one_number(written: str | None, kept: str | None) -> None:
    assert normalise_number(written) == kept
    assert normalise_number(kept) == kept
