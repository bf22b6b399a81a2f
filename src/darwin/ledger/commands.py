"""The ledger's part of the command line."""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

import click

if TYPE_CHECKING:
    from darwin.ledger.verification import Report


@click.group(name="ledger", help="The record of every change and every read: close it, verify it, export it.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def verify(as_json: bool) -> None:
    """Find out whether the ledger is what was written. Status 0 if it is, 1 if not. Changes nothing in it.

    The result is kept in the data folder, where the auditor's page shows it.
    """
    from darwin.supervisor.house import open_house

    with open_house():
        report = _verify_with_progress()
        _keep(report)
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        _print(report)
    sys.exit(0 if report.ok else 1)


@commands.command("close-blocks")
@click.option("--forever/--once", default=False, help="Every few seconds until stopped, or once.")
def close_blocks(forever: bool) -> None:
    """Gather finished entries into signed blocks."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.ledger import blocks, closer

        if forever:
            closer.close_forever(_stop_on_signals())
        else:
            click.echo(f"{blocks.close_blocks()} entries closed.", err=True)


@commands.command("adopt-restore")
@click.option("--reason", required=True, help="Why a backup was restored; kept where it can be erased.")
def adopt_restore(reason: str) -> None:
    """Go on from a database that was restored from a backup. What was lost stays visible for ever."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.ledger import blocks
        from darwin.ledger.actors import Actor

        number = blocks.adopt_restore(actor=Actor.system("command-line"), reason=reason)
        click.echo(f"The restore is adopted by block {number}.", err=True)


@commands.command()
@click.option(
    "--reader", required=True, help="The name under which the auditor or data protection officer signs in."
)
@click.option("--reason", required=True, help="What it is for; kept where it can be erased.")
@click.option("--subject", default="", help="KIND:UUID of the one thing it is about.")
@click.option("--from", "start", required=True, type=click.DateTime(), help="First moment, in London.")
@click.option("--to", "end", required=True, type=click.DateTime(), help="First moment after, in London.")
def export(reader: str, reason: str, subject: str, start: datetime, end: datetime) -> None:
    """Print entries as JSON lines, each with its proof. Recorded as a disclosure."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.deadlines.clock import LONDON
        from darwin.ledger import queries, readers
        from darwin.ledger.actors import Subject
        from darwin.ledger.search import Search

        about = None
        if subject:
            kind, _, identifier = subject.partition(":")
            try:
                about = Subject(kind, UUID(identifier))
            except ValueError:
                raise click.BadParameter(
                    "write KIND:UUID, such as contact:0190…", param_hint="--subject"
                ) from None
        lines = queries.export_entries(
            actor=readers.reader_named(reader),
            reason=reason,
            search=Search(
                subject=about,
                start=start.replace(tzinfo=LONDON).astimezone(UTC),
                end=end.replace(tzinfo=LONDON).astimezone(UTC),
            ),
        )
        for line in lines:
            click.echo(json.dumps(line))


@commands.command()
@click.option("--forever", is_flag=True, required=True, help="Until stopped.")
def publish(forever: bool) -> None:
    """Follow what is written and send the live screens on to the web."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.ledger.live.publisher import publish_forever

        publish_forever(_stop_on_signals())


def _verify_with_progress() -> Report:
    from tqdm import tqdm

    from darwin.ledger.verification import verify_ledger
    from darwin.ledger.verification.run import total_entries

    with tqdm(total=total_entries(), desc="Verifying", unit=" entries", file=sys.stderr, delay=2) as bar:
        return verify_ledger(bar.update)


def _keep(report: Report) -> None:
    from pathlib import Path

    from django.conf import settings

    from darwin.ledger.verification.kept import keep_result

    try:
        keep_result(Path(settings.DARWIN_DATA_DIR), report)
    except OSError as fault:
        click.echo(f"The result could not be kept for the auditor's page: {fault.strerror}.", err=True)


def _print(report: Report) -> None:
    for fault in report.faults:
        click.echo(fault.sentence)
    for kind, total in report.totals.items():
        listed = sum(1 for fault in report.faults if fault.kind == kind)
        if total > listed:
            click.echo(f"… and {total - listed} more of the same kind ({kind}).")
    for remark in report.remarks:
        click.echo(f"Remark: {remark}")
    for number in report.adoptions:
        click.echo(f"Remark: a restored backup was adopted by block {number}.")
    state = "The ledger is what was written" if report.ok else "The ledger is NOT what was written"
    click.echo(
        f"{state}: {report.blocks} closed blocks with {report.entries} entries, "
        f"{report.not_yet_closed} not yet closed."
    )


def _stop_on_signals() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
