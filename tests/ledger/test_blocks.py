"""Closed blocks, and everything that a superuser may do to them behind our back."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from darwin.ledger import blocks, head, keys
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.closer import forget_old_windows
from darwin.ledger.ids import new_id
from darwin.ledger.live.publisher import Publisher
from darwin.ledger.services import (
    erase_reasons,
    erase_subject,
    open_months,
    record_consultation,
    record_entry,
)
from darwin.ledger.verification import Report, verify_ledger

from .looking import as_role, connect, rows, untouched_ledger, without_guards

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_ledger(transactional_db: None, data_dir: Path) -> Iterator[Path]:
    with untouched_ledger():
        yield data_dir


def write(count: int = 1, **changes: Any) -> list[int]:
    made = []
    for _ in range(count):
        with transaction.atomic():
            wanted: dict[str, Any] = {
                "actor": Actor.staff(new_id()),
                "verb": Verb.ALTER,
                "event": "contact.recorded_outcome",
                "subjects": [Subject("contact", new_id())],
                "counts": {"rows": len(made)},
            }
            made.append(record_entry(**(wanted | changes)))
    return made


def kinds(report: Report) -> set[str]:
    return set(report.totals)


def test_a_ledger_that_nobody_touched_verifies() -> None:
    write(7)
    assert blocks.close_blocks(block_size=3) == 7
    write(2, reason="Asked by the caller.")
    report = verify_ledger()
    assert report.ok, report.faults
    assert (report.blocks, report.entries, report.not_yet_closed, report.head) == (3, 7, 2, 3)


def test_an_empty_ledger_verifies_and_closes_nothing() -> None:
    assert blocks.close_blocks() == 0
    assert verify_ledger().ok
    assert rows("SELECT count(*) FROM ledger_block") == [(0,)]


def _edit(made: list[int]) -> None:
    rows("UPDATE ledger_entry SET event = 'contact.closed' WHERE id = %s", [made[3]])


def _edit_subject(made: list[int]) -> None:
    rows("UPDATE ledger_subject SET id = gen_random_uuid() WHERE entry_id = %s", [made[3]])


def _delete(made: list[int]) -> None:
    rows("DELETE FROM ledger_entry WHERE id = %s", [made[3]])


def _delete_last(made: list[int]) -> None:
    rows("DELETE FROM ledger_entry WHERE id = %s", [made[-1]])


def _swap_numbers(made: list[int]) -> None:
    rows("UPDATE ledger_entry SET id = -id WHERE id = ANY(%s)", [[made[0], made[5]]])
    rows("UPDATE ledger_entry SET id = %s WHERE id = %s", [made[5], -made[0]])
    rows("UPDATE ledger_entry SET id = %s WHERE id = %s", [made[0], -made[5]])
    rows("UPDATE ledger_subject SET entry_id = -entry_id WHERE entry_id = ANY(%s)", [[made[0], made[5]]])
    rows("UPDATE ledger_subject SET entry_id = %s WHERE entry_id = %s", [made[5], -made[0]])
    rows("UPDATE ledger_subject SET entry_id = %s WHERE entry_id = %s", [made[0], -made[5]])


def _swap_times(made: list[int]) -> None:
    (first,), (second,) = rows(
        "SELECT at FROM ledger_entry WHERE id = ANY(%s) ORDER BY id", [[made[0], made[1]]]
    )
    for number, moment in ((made[0], second), (made[1], first)):
        rows("UPDATE ledger_entry SET at = %s WHERE id = %s", [moment, number])
        rows("UPDATE ledger_subject SET at = %s WHERE entry_id = %s", [moment, number])


def _move_transaction(made: list[int]) -> None:
    rows("UPDATE ledger_entry SET txid = pg_current_xact_id() WHERE id = %s", [made[2]])


def _insert_behind(made: list[int]) -> None:
    rows(
        "INSERT INTO ledger_entry SELECT nextval('ledger_entry_id_seq'), at, actor_kind, gen_random_uuid(), "
        "actor_name, verb, event, reason_code, fields, counts, NULL, NULL, NULL, txid, system_identifier "
        "FROM ledger_entry WHERE id = %s",
        [made[2]],
    )


def _truncate(made: list[int]) -> None:
    rows("TRUNCATE ledger_entry")


def _truncate_subjects(made: list[int]) -> None:
    rows("TRUNCATE ledger_subject")


def _truncate_blocks(made: list[int]) -> None:
    rows("TRUNCATE ledger_block")


def _cut_tail(made: list[int]) -> None:
    rows("DELETE FROM ledger_block WHERE number > 2")
    rows("DELETE FROM ledger_entry WHERE id >= %s", [made[6]])


def _delete_block(made: list[int]) -> None:
    rows("DELETE FROM ledger_block WHERE number = 2")


def _edit_block(made: list[int]) -> None:
    rows("UPDATE ledger_block SET closed_at = closed_at - interval '1 day' WHERE number = 2")


def _swap_blocks(made: list[int]) -> None:
    rows("UPDATE ledger_block SET number = CASE number WHEN 1 THEN 1002 ELSE 1001 END WHERE number IN (1, 2)")
    rows("UPDATE ledger_block SET number = number - 1000 WHERE number > 1000")


TAMPERING: list[tuple[Callable[[list[int]], None], set[str]]] = [
    (_edit, {"entry_edited"}),
    (_edit_subject, {"entry_edited"}),
    (_delete, {"entry_deleted"}),
    (_delete_last, {"entry_deleted"}),
    (_swap_numbers, {"entry_reordered"}),
    (_swap_times, {"entry_reordered"}),
    (_move_transaction, {"entry_reordered"}),
    (_insert_behind, {"entry_inserted"}),
    (_truncate, {"table_truncated"}),
    (_truncate_subjects, {"table_truncated"}),
    (_truncate_blocks, {"blocks_truncated"}),
    (_cut_tail, {"tail_cut"}),
    (_delete_block, {"block_deleted"}),
    (_edit_block, {"block_edited"}),
]


@pytest.mark.parametrize(("tamper", "expected"), TAMPERING, ids=lambda value: getattr(value, "__name__", ""))
def test_what_a_superuser_does_is_told_apart(tamper: Callable[[list[int]], None], expected: set[str]) -> None:
    made = write(9)
    blocks.close_blocks(block_size=3)
    with without_guards():
        tamper(made)
    report = verify_ledger()
    assert kinds(report) == expected, [fault.sentence for fault in report.faults]


def test_swapped_blocks_are_told_apart_from_edited_ones() -> None:
    write(9)
    blocks.close_blocks(block_size=3)
    with without_guards():
        _swap_blocks([])
    report = verify_ledger()
    assert report.totals["blocks_reordered"] == 2
    assert "block_edited" not in report.totals


def test_a_whole_chain_made_anew_with_another_key_is_not_ours(data_dir: Path) -> None:
    write(6)
    blocks.close_blocks(block_size=3)
    with without_guards():
        rows("TRUNCATE ledger_block")
    (data_dir / "keys").rename(data_dir / "honest")
    head.path_in(data_dir).rename(data_dir / "honest.jsonl")
    blocks.close_blocks(block_size=3)
    for forged in ("keys/ledger.pem", "ledger-head.jsonl"):
        (data_dir / forged).unlink()
    for public in (data_dir / "keys/ledger-public").iterdir():
        public.unlink()
    (data_dir / "honest.jsonl").rename(head.path_in(data_dir))
    for public in (data_dir / "honest/ledger-public").iterdir():
        public.rename(data_dir / "keys/ledger-public" / public.name)
    assert kinds(verify_ledger()) == {"signature_not_ours", "block_rewritten"}


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_head_that_was_cut_is_noticed(data_dir: Path, kept: int) -> None:
    write(9)
    blocks.close_blocks(block_size=3)
    path = head.path_in(data_dir)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:kept]))
    report = verify_ledger()
    assert kinds(report) == ({"head_cut"} if kept else {"head_missing"})


def test_a_head_that_lost_a_line_in_its_middle_is_noticed(data_dir: Path) -> None:
    write(9)
    blocks.close_blocks(block_size=3)
    path = head.path_in(data_dir)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert [fault.sentence for fault in verify_ledger().faults] == [
        "The head outside the database was cut: it lacks blocks 2 to 2."
    ]


def test_a_missing_head_is_noticed(data_dir: Path) -> None:
    write(2)
    blocks.close_blocks()
    head.path_in(data_dir).unlink()
    assert kinds(verify_ledger()) == {"head_missing"}


def test_a_trigger_that_was_switched_off_is_noticed() -> None:
    write(1)
    rows("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_no_truncate")
    try:
        assert kinds(verify_ledger()) == {"guard_missing"}
    finally:
        rows("ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_no_truncate")


def test_a_refusal_that_no_longer_refuses_is_noticed() -> None:
    [(body,)] = rows("SELECT pg_get_functiondef('ledger_refuse'::regproc)")
    rows(
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
        "RETURN NEW; END'"
    )
    try:
        assert kinds(verify_ledger()) == {"guard_missing"}
    finally:
        rows(body)


def test_a_reason_that_was_changed_or_removed_is_noticed_and_an_erased_one_is_not() -> None:
    write(3, reason="Because.")
    blocks.close_blocks()
    first, second, third = [row[0] for row in rows("SELECT id FROM ledger_reason ORDER BY id")]
    rows("UPDATE ledger_reason SET text = 'Because not.' WHERE id = %s", [first])
    rows("DELETE FROM ledger_reason WHERE id = %s", [second])
    erase_reasons(actor=Actor.system("retention"), ids=[third])
    report = verify_ledger()
    assert report.totals == {"reason_edited": 1, "reason_removed": 1}


def test_a_writer_with_an_open_transaction_neither_blocks_nor_is_missed() -> None:
    entry = (
        '[{"at": "2026-03-01T00:00Z", "actor_kind": "system", "actor_name": "slow", "verb": '
        '"alter", "event": '
        '"slow.wrote", "reason_code": "", "fields": [], "counts": {}, "subjects": []}]'
    )
    write(2)
    with connect() as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT ledger_write(%s::jsonb)", [entry])
        write(3)
        assert blocks.close_blocks() == 2
        rows("SET lock_timeout = '2s'")
        write(1)
        slow.execute("COMMIT")
    assert blocks.close_blocks() == 5
    report = verify_ledger()
    assert report.ok, report.faults
    assert (report.entries, report.not_yet_closed) == (7, 0)


def test_a_long_transaction_in_another_database_of_the_cluster_does_not_hold_up_closing() -> None:
    with connect(dbname="postgres") as elsewhere:
        elsewhere.execute("BEGIN")
        elsewhere.execute("SELECT pg_current_xact_id()")
        write(3)
        assert blocks.close_blocks() == 3
        elsewhere.execute("ROLLBACK")


def test_writers_and_two_closers_at_once_lose_and_double_nothing() -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def close() -> None:
        try:
            while not stop.is_set():
                blocks.close_blocks(block_size=7)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    def writer() -> None:
        try:
            write(40)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    closers = [threading.Thread(target=close) for _ in range(2)]
    writers = [threading.Thread(target=writer) for _ in range(3)]
    for thread in closers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in closers:
        thread.join()
    blocks.close_blocks()
    assert failures == []
    report = verify_ledger()
    assert report.ok, report.faults
    assert (report.entries, report.not_yet_closed) == (120, 0)


def test_the_application_role_can_do_all_that_the_workers_do(roles: None) -> None:
    about = Subject("contact", new_id())
    with as_role("darwin_app"):
        write(3, subjects=[about], reason="Because.")
        record_consultation(actor=Actor.system("test"), screen="contact.line_today", subjects=[about])
        open_months()
        assert blocks.close_blocks() == 4
        assert erase_subject(actor=Actor.system("retention"), subject=about) == 3
        blocks.close_blocks()
        forget_old_windows()
        Publisher().tick()
        report = verify_ledger()
    assert report.ok, [fault.sentence for fault in report.faults]
    assert (report.entries, report.not_yet_closed) == (5, 0)


def test_a_head_one_line_short_is_completed_by_the_next_closing(data_dir: Path) -> None:
    write(6)
    blocks.close_blocks(block_size=3)
    path = head.path_in(data_dir)
    whole = path.read_bytes()
    path.write_bytes(whole.splitlines(keepends=True)[0])
    blocks.close_blocks()
    assert path.read_bytes() == whole


def test_half_a_line_left_by_a_power_cut_is_a_remark(data_dir: Path) -> None:
    write(6)
    blocks.close_blocks(block_size=3)
    path = head.path_in(data_dir)
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:40])
    blocks.close_blocks()
    report = verify_ledger()
    assert report.ok
    assert "cannot be read" in report.remarks[0]


def test_the_private_key_is_for_its_owner_only(data_dir: Path) -> None:
    write(1)
    blocks.close_blocks()
    assert (data_dir / "keys/ledger.pem").stat().st_mode & 0o777 == 0o600
    (data_dir / "keys/ledger.pem").chmod(0o644)
    with pytest.raises(keys.KeyTrouble, match="chmod 600"):
        blocks.close_blocks()


class TestRestore:
    """The cluster is another after a restore: `ledger_cluster` answers with its identifier."""

    @pytest.fixture
    def new_cluster(self) -> Iterator[Callable[[], None]]:
        def move() -> None:
            rows(
                "CREATE OR REPLACE FUNCTION ledger_cluster() RETURNS bigint LANGUAGE sql STABLE AS "
                "'SELECT 4242'"
            )

        yield move
        rows(
            "CREATE OR REPLACE FUNCTION ledger_cluster() RETURNS bigint LANGUAGE sql STABLE AS "
            "'SELECT system_identifier FROM pg_control_system()'"
        )

    def _restore_older(self, new_cluster: Callable[[], None]) -> None:
        write(9)
        blocks.close_blocks(block_size=3)
        with without_guards():
            rows("DELETE FROM ledger_block WHERE number > 2")
        new_cluster()

    def test_a_restore_is_not_closed_over_but_told(self, new_cluster: Callable[[], None]) -> None:
        write(3)
        blocks.close_blocks()
        new_cluster()
        write(1)
        with pytest.raises(blocks.NeedsAdoption, match="new database cluster"):
            blocks.close_blocks()
        assert kinds(verify_ledger()) == {"restored"}

    def test_an_adopted_restore_verifies_and_is_remembered(self, new_cluster: Callable[[], None]) -> None:
        self._restore_older(new_cluster)
        assert kinds(verify_ledger()) == {"restored", "tail_cut"}
        number = blocks.adopt_restore(
            actor=Actor.system("command_line"), reason="Disk of the old machine failed."
        )
        assert number == 3
        write(2)
        blocks.close_blocks()
        report = verify_ledger()
        assert report.ok, [fault.sentence for fault in report.faults]
        assert (report.adoptions, report.entries, report.not_yet_closed) == ([3], 12, 0)

    def test_a_head_that_goes_back_without_an_adoption_is_noticed(self, data_dir: Path) -> None:
        write(9)
        blocks.close_blocks(block_size=3)
        path = head.path_in(data_dir)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([*lines, *lines[1:]]))
        assert kinds(verify_ledger()) == {"head_rewritten"}

    def test_an_adoption_on_a_new_machine_without_the_old_head_verifies(
        self, new_cluster: Callable[[], None], data_dir: Path
    ) -> None:
        write(9)
        blocks.close_blocks(block_size=3)
        head.path_in(data_dir).unlink()
        new_cluster()
        blocks.adopt_restore(actor=Actor.system("command_line"), reason="New machine.")
        blocks.close_blocks()
        report = verify_ledger()
        assert report.ok, [fault.sentence for fault in report.faults]

    def test_what_was_not_restored_is_not_adopted(self) -> None:
        write(3)
        blocks.close_blocks()
        with pytest.raises(blocks.NothingToAdopt):
            blocks.adopt_restore(actor=Actor.system("command_line"), reason="By mistake.")

    def test_an_adoption_that_was_killed_before_its_head_line_is_completed(
        self, new_cluster: Callable[[], None], data_dir: Path
    ) -> None:
        self._restore_older(new_cluster)
        path = head.path_in(data_dir)
        before = path.read_bytes()
        blocks.adopt_restore(actor=Actor.system("command_line"), reason="Disk failed.")
        with without_guards():
            rows("DELETE FROM ledger_block WHERE number > 3")
        path.write_bytes(before)
        blocks.close_blocks()
        assert path.read_bytes().startswith(before)
        assert '"number":3' in path.read_bytes().splitlines()[3].decode()
