"""The contact room's part of the command line: importing call records, and the figures made of them."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from darwin.contact.conformance.commands import conform, conform_adapter
from darwin.contact.imports.report import ImportRefused
from darwin.deadlines.clock import LONDON
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor

if TYPE_CHECKING:
    from darwin.contact.imports.report import ImportReport, Progress
    from darwin.supervisor.house import House

COUNT_EVERY_S = 60.0
FILE = click.Path(path_type=Path, dir_okay=False)
switch_option = click.option(
    "--switch", default="asterisk", show_default=True, help="The switch's name here."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


class Moment(click.ParamType["datetime"]):
    """A moment in ISO 8601; without an offset it is Europe/London."""

    name = "iso"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"“{value}” is not a moment such as 2026-11-22 or 2026-11-22T18:30:00+00:00.", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


@click.group(name="contact", help="Listen to a switch, import call records; measures and lists of calls.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


commands.add_command(conform)
commands.add_command(conform_adapter)


@commands.group(name="import")
def import_group() -> None:
    """Import call records. Importing a file again changes nothing that was known."""


@import_group.command(name="asterisk-ami")
@click.argument("file", type=FILE)
@click.option("--index", type=FILE, help="Receive times of the recording (.idx.jsonl).")
@switch_option
@json_option
def import_ami(file: Path, index: Path | None, switch: str, as_json: bool) -> None:
    """A recording of an Asterisk Manager Interface stream."""

    def run(progress: Progress) -> ImportReport:
        from darwin.contact.imports.switch_import import import_asterisk_ami

        return import_asterisk_ami(actor=_actor(), path=file, index=index, switch=switch, progress=progress)

    _run("asterisk-ami", switch, file, run, as_json)


@import_group.command(name="asterisk-queue-log")
@click.argument("file", type=FILE)
@switch_option
@json_option
def import_queue_log(file: Path, switch: str, as_json: bool) -> None:
    """Asterisk's own queue_log."""

    def run(progress: Progress) -> ImportReport:
        from darwin.contact.imports.switch_import import import_asterisk_queue_log

        return import_asterisk_queue_log(actor=_actor(), path=file, switch=switch, progress=progress)

    _run("asterisk-queue-log", switch, file, run, as_json)


@import_group.command(name="csv")
@click.argument("file", type=FILE)
@click.option("--mapping", type=FILE, required=True, help="How the log is to be read (TOML).")
@json_option
def import_csv_log(file: Path, mapping: Path, as_json: bool) -> None:
    """A log in rows and columns, read by a mapping file."""

    def run(progress: Progress) -> ImportReport:
        from darwin.contact.imports.csv_import import import_csv
        from darwin.contact.imports.mapping import read_mapping

        return import_csv(actor=_actor(), path=file, mapping=read_mapping(mapping), progress=progress)

    _run("csv", mapping.stem, file, run, as_json)


@import_group.command(name="connect")
@click.argument("file", type=FILE)
@json_option
def import_connect_records(file: Path, as_json: bool) -> None:
    """Amazon Connect contact trace records (JSON)."""

    def run(progress: Progress) -> ImportReport:
        from darwin.contact.imports.connect_import import import_connect

        return import_connect(actor=_actor(), path=file, progress=progress)

    _run("connect", "connect", file, run, as_json)


@commands.command()
@click.option("--queue", "slug", required=True, help="The queue's name: 101, bank.")
@click.option("--from", "from_at", type=Moment(), required=True, help="Included.")
@click.option("--to", "to_at", type=Moment(), required=True, help="Not included.")
@click.option("--threshold", type=click.FloatRange(min=0), help="Seconds; the force's own without it.")
@json_option
def measures(slug: str, from_at: datetime, to_at: datetime, threshold: float | None, as_json: bool) -> None:
    """The figures of a queue: offered, answered, abandoned, waits, talk, by handler."""
    _check_window(from_at, to_at)
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.contact.printing import report_as_json, report_as_text
        from darwin.contact.queries import report_on_line

        report = report_on_line(
            actor=_actor(), slug=slug, from_at=from_at, to_at=to_at, threshold_s=threshold
        )
        text = json.dumps(report_as_json(report), ensure_ascii=False) if as_json else report_as_text(report)
    click.echo(text)


@commands.command()
@click.option("--queue", "slug", required=True, help="The queue's name: 101, bank.")
@click.option("--from", "from_at", type=Moment(), required=True, help="Included.")
@click.option("--to", "to_at", type=Moment(), required=True, help="Not included.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def calls(slug: str, from_at: datetime, to_at: datetime, as_json: bool) -> None:
    """Every entry of a queue, and every refusal before it, in order."""
    _check_window(from_at, to_at)
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.contact.printing import entry_as_json, entry_as_text
        from darwin.contact.queries import entries_of_queue

        for entry in entries_of_queue(actor=_actor(), slug=slug, from_at=from_at, to_at=to_at):
            click.echo(
                json.dumps(entry_as_json(entry), ensure_ascii=False) if as_json else entry_as_text(entry)
            )


@commands.command(name="count-months")
@click.option("--forever", is_flag=True, help="Go on after that: look each minute for what has changed.")
def count_months(forever: bool) -> None:
    """Count the full months that the pages of measures show, and keep the figures."""
    from darwin.supervisor.house import open_house

    with open_house():
        counted = _count_months(shown=True)
        if not forever:
            click.echo(f"{counted:,} months were counted; all are kept now.", err=True)
            return
        stopped = _stopped_by_signals()
        while not stopped.wait(COUNT_EVERY_S):
            _count_months(shown=False)


@commands.group(name="listen")
def listen_group() -> None:
    """Listen to a live switch, until Ctrl-C."""


@listen_group.command(name="asterisk")
@click.option("--host", required=True, help="The machine of the switch's manager interface.")
@click.option("--port", type=click.IntRange(1, 65535), default=5038, show_default=True)
@click.option("--user", required=True, help="The manager user (manager.conf).")
@click.option("--secret-file", type=FILE, required=True, help="The file that holds the user's secret.")
@switch_option
@click.option("--queue-log", type=FILE, help="The switch's queue_log, to fill gaps in from.")
@click.option("--ring-out-context", default="", help="The dialplan context that dials for a handler.")
@click.option("--forever", is_flag=True, help="Go on trying where the switch refuses the secret.")
def listen_asterisk(
    host: str,
    port: int,
    user: str,
    secret_file: Path,
    switch: str,
    queue_log: Path | None,
    ring_out_context: str,
    forever: bool,
) -> None:
    """Asterisk, by its manager interface (AMI)."""
    from darwin.contact.listening.secrets import read_secret, spool_folder
    from darwin.supervisor.house import open_house
    from darwin.supervisor.locks import FileLock
    from darwin.supervisor.progress import say

    secret = read_secret(secret_file)
    stopped = _stopped_by_signals()
    with open_house() as house:
        from darwin.contact.listening.run import listen
        from darwin.contact.listening.session import Line

        folder = spool_folder(house.data_dir, switch)
        alone = FileLock(house.data_dir / "lock" / f"listen-{folder.name}")
        if not alone.try_exclusive():
            alone.close()
            raise DarwinError(
                f"Another process listens to the switch {switch} already. Nothing was started. End that one, "
                "or give this switch another name with --switch."
            )
        try:
            listen(
                Line(switch, host, port, user, secret, house.mode == "shadow", ring_out_context),
                folder=folder,
                stop=stopped,
                reopen=_reopener(house),
                say=say,
                queue_log=queue_log,
                keep_trying=forever,
            )
        finally:
            alone.close()


def _stopped_by_signals() -> Event:
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _reopener(house: House) -> Callable[[], None]:
    """Starts the embedded database again when it has ended; a force's own is not ours to start."""
    from darwin.supervisor.house import close_connections
    from darwin.supervisor.postgres import open_server

    server = house.server

    def reopen() -> None:
        nonlocal server
        if server is None or server.is_alive():
            return
        fresh = open_server(house.data_dir)
        server.leave()
        server = fresh
        close_connections()

    return reopen


@commands.command()
@click.argument("recording", type=FILE)
@click.option("--index", type=FILE, help="Receive times of the recording (.idx.jsonl).")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="Where the switch is played.")
@click.option("--speed", type=click.FloatRange(min=0.01), default=1.0, show_default=True)
def play(recording: Path, index: Path | None, port: int, speed: float) -> None:
    """Play a recording as if it were a live switch, on this machine, for tests and training."""
    from darwin.contact.listening.play import play_recording
    from darwin.supervisor.progress import say

    play_recording(recording, index, port=port, speed=speed, stop=_stopped_by_signals(), say=say)


def _count_months(*, shown: bool) -> int:
    from darwin.contact.measures.counting import count_what_is_missing, months_to_count
    from darwin.deadlines import clock
    from darwin.supervisor.progress import progress

    if not shown:
        return count_what_is_missing(clock.now(), lambda _months: None)
    total = sum(len(months) for _family, _queue, months in months_to_count(clock.now()))
    with progress("Counting months", total, "months") as advance:
        return count_what_is_missing(clock.now(), advance)


@commands.command(name="fallback-pack")
@click.option("--forever", is_flag=True, help="Go on after that: make it anew each time it is due.")
def fallback_pack(forever: bool) -> None:
    """Make the printable pack to go on with when Darwin is away: forms, open work, numbers to ring."""
    from darwin.supervisor.house import open_house

    with open_house() as house:
        from darwin.contact.fallback.pack import FOLDER, NEWEST
        from darwin.contact.fallback.turns import renew_forever
        from darwin.contact.services.fallback import renew_pack

        folder = house.data_dir / FOLDER
        if not forever:
            pack = renew_pack(actor=Actor.system("fallback"), folder=folder)
            click.echo(f"The pack {pack.code} is made. Print {folder / NEWEST}.")
            return
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        renew_forever(stopped, folder)


@commands.command()
def route() -> None:
    """Route call-backs and messages to free handlers by the policy that holds, until Ctrl-C."""
    from darwin.supervisor.house import open_house
    from darwin.supervisor.locks import FileLock

    stopped = _stopped_by_signals()
    with open_house() as house:
        from darwin.contact.routing.worker import route_forever

        alone = FileLock(house.data_dir / "lock" / "route")
        try:
            if not alone.try_exclusive():
                raise DarwinError("Another process routes already. Nothing was started.")
            route_forever(stopped)
        finally:
            alone.close()


@commands.command(name="replay-routing")
@click.option("--from", "from_at", type=Moment(), required=True, help="Included.")
@click.option("--to", "to_at", type=Moment(), required=True, help="Not included.")
@json_option
def replay_routing(from_at: datetime, to_at: datetime, as_json: bool) -> None:
    """Make the decisions of a stretch of time again, from the log alone, and say whether each is the same."""
    _check_window(from_at, to_at)
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.contact.routing.replay import replay

        told = replay(from_at, to_at)
    if as_json:
        click.echo(json.dumps(told.as_json()))
    else:
        click.echo(told.as_text())
    if told.different:
        raise SystemExit(1)


def _actor() -> Actor:
    return Actor.system("command-line")


def _check_window(from_at: datetime, to_at: datetime) -> None:
    if from_at >= to_at:
        raise click.UsageError("--from must be earlier than --to. The moment of --to is not included.")


def _run(
    kind: str, source: str, file: Path, importer: Callable[[Progress], ImportReport], as_json: bool
) -> None:
    from darwin.supervisor.house import open_house
    from darwin.supervisor.progress import progress

    if not file.is_file():
        raise ImportRefused(f"There is no file {file.name} at the path given. Nothing was imported.")
    with open_house(), progress(f"Importing {file.name}", file.stat().st_size, "bytes") as advance:
        from darwin.contact.imports.running import run_import
        from darwin.contact.printing import import_as_text

        report = run_import(
            actor=_actor(), kind=kind, source=source, path=file, importer=importer, progress=advance
        )
        text = json.dumps(report.as_json(), ensure_ascii=False) if as_json else import_as_text(report)
    click.echo(text)
