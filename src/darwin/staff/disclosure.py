"""Small numbers are not published: they could point at a person."""

from darwin.reference.queries import threshold


def suppress(count: int) -> int | str:
    """A count as those who read published figures see it: "fewer than 5" below disclosure.suppress_below of
    reference data, 0 included, for a zero beside a total gives the rest away.

    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("a count is never negative")
    least = int(threshold("disclosure.suppress_below").value)
    return count if count >= least else f"fewer than {least}"
