"""The command line. A room's commands are loaded only when one of them is called."""

import logging
import logging.config
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from darwin import __version__
from darwin.config import environment
from darwin.errors import DarwinError
from darwin.supervisor.progress import say

ROOMS = {
    "contact": "Listen to a switch, import call records; measures and lists of calls.",
    "deadlines": "Due times: what is due, and the worker that acts on it.",
    "files": "Attachments: verify them, check them for viruses again.",
    "ledger": "Verify the record of every change and every read; close its blocks.",
    "plan": "Forecast, staffing, rosters and the digital twin.",
    "practice": "The made-up force.",
    "records": "People and numbers: their search keys, their reviews.",
    "reference": "Code lists, targets and thresholds: check and adopt them.",
    "staff": "Accounts and roles.",
}
# Where the command's word is not the room's.
FOLDERS = {"plan": "planning"}
INTERRUPTED = 130


class Rooms(click.Group):
    """The rooms' groups beside our own commands, each from `darwin.<room>.commands:commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *filter(_has_commands, ROOMS)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ROOMS or not _has_commands(cmd_name):
            return super().get_command(ctx, cmd_name)
        group: click.Group = import_module(_module(cmd_name)).commands
        return group

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = {name: command.get_short_help_str(90) for name, command in self.commands.items()}
        rooms = {name: text for name, text in ROOMS.items() if _has_commands(name)}
        with formatter.section("Commands"):
            formatter.write_dl(sorted((own | rooms).items()))


def _has_commands(room: str) -> bool:
    return find_spec(_module(room)) is not None


def _module(room: str) -> str:
    return f"darwin.{FOLDERS.get(room, room)}.commands"


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="darwin")
def cli() -> None:
    """Darwin: demand management for a police force, from the first ring to the figure that is published."""


@cli.command()
@click.option("--practice", is_flag=True, help="The made-up force, in a database of its own.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The web pages' port."
)
def up(practice: bool, port: int) -> None:
    """Start everything and watch it, until Ctrl-C."""
    if practice:
        os.environ["DARWIN_MODE"] = "practice"
    from darwin.supervisor.up import run

    run(port)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-keys", is_flag=True, help="Leave the passwords and the signing key out.")
def backup(file: Path, without_keys: bool) -> None:
    """Write everything into one FILE, while the house goes on."""
    from darwin.supervisor.backup import describe, make_backup

    say(describe(file, make_backup(file, with_keys=not without_keys)))


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reason", default="", help="Why, for the ledger; kept where it can be erased.")
def restore(file: Path, reason: str) -> int:
    """Put the backup FILE into an empty data folder or database."""
    from darwin.supervisor.backup_restore import describe, restore_backup

    restored = restore_backup(file, reason=reason)
    say(describe(restored))
    return 1 if restored.faults else 0


def main() -> None:
    """Run one command; whatever goes wrong is told in a sentence on standard error, with exit status 1."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """The exit status of one command."""
    try:
        result = cli.main(arguments, prog_name="darwin", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has had enough (`| head`); Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except DarwinError as problem:
        say(str(problem))
        return 1
    except Exception as problem:
        say(explain(problem))
        return 1
    return result if isinstance(result, int) else 0


def explain(problem: Exception) -> str:
    """One sentence for an error that nobody foresaw; its class and places go to the log, its text nowhere."""
    if sentence := _known(problem):
        return sentence
    part = environment.text("DARWIN_PART", "command")
    log = environment.data_dir() / "log" / f"{part}.jsonl"
    if not logging.getLogger().handlers:
        # Before the house is open nobody has set up the log, and Python's own would print the error's text.
        from darwin.config.logs import configuration

        logging.config.dictConfig(configuration(environment.data_dir(), part))
    logging.getLogger("darwin.cli").critical("a command ended by an error", exc_info=problem)
    kept = f" Where it happened stands in {log}." if log.exists() else ""
    return f"Darwin made a mistake ({type(problem).__name__}) and stopped. What was saved is safe.{kept}"


def _known(problem: Exception) -> str:
    import errno

    import psycopg
    from django.db import OperationalError

    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. What was saved is safe. Free some space, then run the command again."
    cause = problem.__cause__ if isinstance(problem, OperationalError) else problem
    if isinstance(cause, psycopg.errors.DiskFull):
        return "The database's disk is full. What was saved is safe. Free some space, then run it again."
    if isinstance(cause, psycopg.OperationalError):
        return "The database went away. What was saved is safe. Run the command again."
    return ""


if __name__ == "__main__":
    main()
