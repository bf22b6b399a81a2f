from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry
from darwin.reference import queries, required
from darwin.reference.files import ReferenceFileError
from darwin.reference.middleware import one_version_per_request
from darwin.reference.models import Adoption, Code, Threshold
from darwin.reference.presentation import source_line
from darwin.reference.queries import UnknownReference
from darwin.reference.services import adopt_values, open_installation

ACTOR = Actor.system("test")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def threshold_text(*versions: tuple[float, str, str | None]) -> str:
    tables = []
    for value, begins, ends in versions:
        last = f"valid_to = {ends}\n" if ends else ""
        tables.append(
            f'[[threshold]]\ncode = "a.b"\nvalue = {value}\nunit = "percent"\nvalid_from = {begins}\n{last}'
            'source = "set by the force"\n'
        )
    return "\n".join(tables)


def adopt(folder: Path, text: str) -> Adoption:
    file = folder / "made_up.toml"
    file.write_text(text)
    return adopt_values(actor=ACTOR, file=file)


@pytest.fixture(autouse=True)
def no_room_needs_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up files hold one value; what the rooms rely on is the business of test_files."""
    monkeypatch.setattr(required, "_required", {})


@pytest.fixture
def two_versions(db: None, tmp_path: Path) -> None:
    adopt(tmp_path, threshold_text((70, "2020-04-01", "2024-04-01"), (80, "2024-04-01", None)))


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    ("at", "value"),
    [
        (date(2020, 4, 1), 70),
        (date(2024, 3, 31), 70),
        (date(2024, 4, 1), 80),
        # 23:30 UTC on 31 March 2024 is half past midnight of 1 April in London: the clocks had gone forward.
        (datetime(2024, 3, 31, 22, 59, tzinfo=UTC), 70),
        (datetime(2024, 3, 31, 23, 30, tzinfo=UTC), 80),
    ],
)
def test_a_value_holds_from_its_first_london_day_to_the_day_before_the_next(at: Any, value: int) -> None:
    assert queries.threshold("a.b", at).value == value


@pytest.mark.usefixtures("two_versions")
def test_a_moment_before_the_first_version_is_told_from_when_it_is_valid() -> None:
    with pytest.raises(
        UnknownReference, match=r"no value valid on 31 March 2020\. It is valid from 1 April 2020"
    ):
        queries.threshold("a.b", date(2020, 3, 31))


def test_a_moment_after_the_last_version_is_told_when_it_stopped(db: None, tmp_path: Path) -> None:
    adopt(tmp_path, threshold_text((70, "2020-04-01", "2024-04-01")))
    with pytest.raises(UnknownReference, match="stopped being valid on 1 April 2024"):
        queries.threshold("a.b", NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ask",
    [
        lambda: queries.threshold("no.such", NOON),
        lambda: queries.codes("no_such", NOON),
        lambda: queries.code("contact_channel", "PIGEON", NOON),
        lambda: queries.codes("contact_channel", date(1066, 10, 14)),
    ],
)
def test_what_is_not_held_is_said_in_a_sentence(ask: Any) -> None:
    open_installation("practice", "leicestershire")
    with pytest.raises(UnknownReference, match=r"^(No|The) .*\.$"):
        ask()


@pytest.mark.django_db
def test_the_list_of_channels_is_in_order_and_each_only_while_it_exists() -> None:
    open_installation("practice", "leicestershire")
    before = [str(channel.code) for channel in queries.codes("contact_channel", date(2022, 6, 16))]
    after = [str(channel.code) for channel in queries.codes("contact_channel", date(2022, 6, 17))]
    assert before[:2] == ["PHONE_999", "PHONE_101"]
    assert set(after) - set(before) == {"BSL_999"}


@pytest.mark.django_db
def test_the_title_of_the_local_policing_body_changes_with_the_law() -> None:
    open_installation("practice", "leicestershire")
    titles = [
        str(queries.code("title", "local_policing_body", date(year, 6, 1))) for year in (2010, 2026, 2029)
    ]
    assert titles[0] == "Leicestershire Police Authority"
    assert titles[1] == "Police and Crime Commissioner for Leicestershire"
    assert "to be determined by law" in titles[2]


@pytest.mark.django_db
def test_a_label_is_shown_in_welsh_to_a_reader_of_welsh() -> None:
    open_installation("practice", "leicestershire")
    email = queries.code("contact_channel", "EMAIL", NOON)
    with translation.override("cy"):
        assert str(email) == "E-bost"
    assert str(email) == "Email"


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    ("at", "line"),
    [
        (date(2025, 1, 1), "80%. Set by the force, from 1 Apr 2024"),
        (date(2021, 1, 1), "70%. Set by the force, from 1 Apr 2020 to 31 Mar 2024"),
    ],
)
def test_a_page_says_who_set_a_value_and_for_which_days(at: date, line: str) -> None:
    assert source_line(queries.threshold("a.b", at)) == line


def test_a_new_version_closes_the_one_before_and_both_stay(two_versions: None, tmp_path: Path) -> None:
    adoption = adopt(tmp_path, threshold_text((85, "2026-04-01", None)))
    assert (adoption.added, adoption.closed, adoption.corrected) == (1, 1, 0)
    assert [queries.threshold("a.b", date(year, 6, 1)).value for year in (2021, 2025, 2026)] == [70, 80, 85]
    assert Entry.objects.filter(event="reference.adopted_values").last().counts["closed"] == 1  # type: ignore[union-attr]


def test_a_correction_replaces_a_version_and_keeps_the_wrong_one_on_record(
    two_versions: None, tmp_path: Path
) -> None:
    wrong = queries.threshold("a.b", date(2025, 1, 1))
    adoption = adopt(tmp_path, threshold_text((70, "2020-04-01", "2024-04-01"), (90, "2024-04-01", None)))
    assert (adoption.corrected, adoption.unchanged) == (1, 1)
    assert queries.threshold("a.b", date(2025, 1, 1)).value == 90
    kept = queries.version_by_id(wrong.id)
    assert kept is not None
    assert kept.value == 80
    assert Threshold.objects.get(pk=wrong.id).withdrawn_in_id == adoption.number


def test_adopting_the_same_file_again_changes_no_value(two_versions: None, tmp_path: Path) -> None:
    again = adopt(tmp_path, threshold_text((70, "2020-04-01", "2024-04-01"), (80, "2024-04-01", None)))
    assert (again.added, again.closed, again.corrected, again.unchanged) == (0, 0, 0, 2)


def test_a_file_that_moves_the_end_of_a_closed_version_states_it_anew(
    two_versions: None, tmp_path: Path
) -> None:
    adopt(tmp_path, threshold_text((70, "2020-04-01", "2023-04-01"), (75, "2023-04-01", None)))
    assert [queries.threshold("a.b", date(year, 6, 1)).value for year in (2022, 2023, 2025)] == [70, 75, 75]


def test_a_file_with_a_fault_is_adopted_in_no_part(two_versions: None, tmp_path: Path) -> None:
    with pytest.raises(ReferenceFileError, match="Nothing was adopted"):
        adopt(tmp_path, threshold_text((85, "2026-04-01", None)) + "[[threshold]]\n")
    assert queries.threshold("a.b", NOON).value == 80
    assert Adoption.objects.count() == 1


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reference_threshold SET number = 99",
        "UPDATE reference_threshold SET source = 'somebody else'",
        "UPDATE reference_threshold SET valid_from = '2000-01-01'",
        "UPDATE reference_threshold SET valid_to = '2030-01-01' WHERE valid_to IS NOT NULL",
        "DELETE FROM reference_threshold",
        "UPDATE reference_adoption SET file = 'another'",
        "DELETE FROM reference_adoption",
    ],
)
def test_history_cannot_be_rewritten_even_by_the_owner_of_the_tables(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def stored(begins: date, ends: date | None, adoption: Adoption, code: str = "x.y") -> Threshold:
    return Threshold(
        code=code, number=1, unit="number", valid_from=begins, valid_to=ends, source="s", adopted_in=adoption
    )


@pytest.fixture
def adoption(db: None) -> Adoption:
    return Adoption.objects.create(at=NOON, file="f", added=0, closed=0, corrected=0, unchanged=0)


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        ((2020, 2022), (2022, 2024), True),
        ((2020, 2022), (2021, 2024), False),
        ((2020, None), (2024, None), False),
        ((2024, None), (2020, 2024), True),
        ((2020, 2030), (2024, 2025), False),
    ],
)
def test_two_versions_of_a_code_never_overlap(
    adoption: Adoption, first: Any, second: Any, fits: bool
) -> None:
    def save(years: tuple[int, int | None]) -> None:
        begins, ends = years
        stored(date(begins, 1, 1), date(ends, 1, 1) if ends else None, adoption).save()

    save(first)
    if fits:
        save(second)
    else:
        with pytest.raises(IntegrityError, match="reference_threshold_no_overlap"), transaction.atomic():
            save(second)


def test_versions_of_different_codes_and_of_different_lists_may_hold_at_once(adoption: Adoption) -> None:
    for code in ("x.y", "x.z"):
        stored(date(2020, 1, 1), None, adoption, code).save()
    for name in ("caller_role", "delay_reason"):
        Code(
            list=name,
            code="A",
            label="A",
            position=1,
            valid_from=date(2020, 1, 1),
            source="s",
            adopted_in=adoption,
        ).save()
    assert Threshold.objects.filter(adopted_in=adoption, valid_to=None).count() == 2
    assert Code.objects.filter(adopted_in=adoption, valid_to=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_at_once_only_one_gets_an_overlapping_version_in() -> None:
    adoption = Adoption.objects.create(at=NOON, file="f", added=0, closed=0, corrected=0, unchanged=0)
    both = Barrier(2)

    def write(year: int, code: str) -> bool:
        try:
            with transaction.atomic():
                both.wait(10)
                stored(date(year, 1, 1), None, adoption, code).save()
            return True
        except (IntegrityError, OperationalError):
            # Two that wait for each other at an exclusion constraint: the server ends one (a deadlock).
            return False
        finally:
            connection.close()

    for code in ("a", "b", "c", "d", "e"):
        with ThreadPoolExecutor(2) as writers:
            results = list(writers.map(write, (2020, 2021), (code, code)))
        assert sorted(results) == [False, True]
        assert Threshold.objects.filter(code=code).count() == 1


@pytest.mark.django_db(transaction=True)
def test_adoptions_at_once_take_turns_and_leave_one_line_of_versions(tmp_path: Path) -> None:
    files = []
    for number in range(4):
        file = tmp_path / f"{number}.toml"
        file.write_text(threshold_text((number + 1, f"202{number}-01-01", None)))
        files.append(file)

    def load(file: Path) -> None:
        try:
            adopt_values(actor=ACTOR, file=file)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as loaders:
        list(loaders.map(load, files))
    held = Threshold.objects.filter(withdrawn_in=None).order_by("valid_from")
    assert held.first().valid_from == date(2020, 1, 1)  # type: ignore[union-attr]
    for earlier, later in pairwise(held):
        assert earlier.valid_to == later.valid_from
    assert Adoption.objects.count() == 4


@pytest.mark.django_db
def test_a_page_asks_the_database_once_however_many_values_it_shows(django_assert_num_queries: Any) -> None:
    open_installation("practice", "leicestershire")
    queries.force(NOON)

    def view(_: HttpRequest) -> HttpResponse:
        for _ in range(50):
            queries.threshold("contact.101.answer_within_s", NOON)
            queries.codes("contact_channel", NOON)
            queries.force(NOON)
        return HttpResponse()

    page = one_version_per_request(view)
    with django_assert_num_queries(1):
        page(RequestFactory().get("/"))


def test_a_page_does_not_mix_two_adoptions(two_versions: None, tmp_path: Path) -> None:
    with queries.one_version():
        assert queries.threshold("a.b", NOON).value == 80
        adopt(tmp_path, threshold_text((90, "2024-04-01", None)))
        assert queries.threshold("a.b", NOON).value == 80
    assert queries.threshold("a.b", NOON).value == 90


@pytest.mark.django_db
def test_values_of_an_adoption_that_was_rolled_back_are_forgotten(tmp_path: Path) -> None:
    adopt(tmp_path, threshold_text((70, "2020-04-01", None)))
    point = transaction.savepoint()
    adopt(tmp_path, threshold_text((99, "2020-04-01", None)))
    assert queries.threshold("a.b", NOON).value == 99
    transaction.savepoint_rollback(point)
    assert queries.threshold("a.b", NOON).value == 70


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        queries.threshold("a.b", datetime(2024, 1, 1))  # noqa: DTZ001


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=6, unique=True), st.data())
def test_every_day_has_the_version_that_began_last(begins: list[date], data: Any) -> None:
    begins = sorted(begins)
    day = data.draw(st.dates(begins[0], date(2035, 1, 1)))
    versions = [
        queries.ThresholdValue(
            id=new_id(),
            code="a",
            value=number,
            unit="number",
            valid_from=first,
            valid_to=(begins[number + 1] if number + 1 < len(begins) else None),
            source="s",
            attributes={},
        )
        for number, first in enumerate(begins)
    ]
    snapshot = queries._Snapshot(None, "x", thresholds={"a": versions})
    token = queries._reading.set(queries._Reading(snapshot))
    try:
        found = queries.threshold("a", day).value
    finally:
        queries._reading.reset(token)
    assert found == max(number for number, first in enumerate(begins) if first <= day)


@pytest.mark.usefixtures("two_versions")
def test_without_a_moment_the_installations_clock_decides() -> None:
    with clock.standing_at(datetime(2021, 1, 1, tzinfo=UTC)):
        assert queries.threshold("a.b").value == 70
