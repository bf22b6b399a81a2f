"""The planning room's part of the command line: each command's module is loaded only when it is called."""

from importlib import import_module

import click

COMMANDS = {
    "backtest": "How far off the forecast and the twin would have been, on weeks they had not seen.",
    "calibrate": "Fit a scenario to the contacts of a queue.",
    "forecast": "Contacts by half-hour, with their uncertainty.",
    "roster": "Who works when: the least paid hours that cover what is needed.",
    "simulate": "Run a scenario through the digital twin.",
    "staff": "How many handlers a target needs.",
    "work": "Work out what people have asked for on the pages of planning.",
}


class Plans(click.Group):
    """`darwin plan X` from `darwin.planning.command_lines.X:command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"darwin.planning.command_lines.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=Plans)
def commands() -> None:
    """Forecast, staffing, rosters and the digital twin."""
