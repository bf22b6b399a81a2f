"""`darwin plan simulate`: a scenario through the digital twin."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from darwin.errors import DarwinError

if TYPE_CHECKING:
    from darwin.science.twin.run import Result

SHOWN = ("offered", "attempts", "answered", "abandoned", "lost", "service_level", "p_wait", "p_abandon")
WAITS = ("asa_answered", "mean_wait_all")


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--replications", default=20, show_default=True, type=click.IntRange(1), help="How many runs.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the random numbers.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster (tcp://…); else on this machine.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def command(scenario: Path, replications: int, seed: int, scheduler: str | None, as_json: bool) -> None:
    """Run a scenario through the digital twin."""
    from darwin.planning.sweeps import Run, sweep
    from darwin.science.twin.scenario import read_scenario

    try:
        text = scenario.read_text("utf-8")
    except UnicodeDecodeError:
        raise DarwinError(f"{scenario} is not text in UTF-8, so it is no scenario.") from None
    except OSError:
        raise DarwinError(f"{scenario} is not there or cannot be read.") from None
    read = read_scenario(
        text, name=scenario.name, read_file=lambda name: (scenario.parent / name).read_text("utf-8")
    )
    [result] = sweep([Run(read, replications, seed)], scheduler=scheduler or "")
    click.echo(json.dumps(result.as_json(), indent=1) if as_json else _told(result))


def _told(result: "Result") -> str:
    """The result as a table for a terminal."""
    shown: dict[str, Any] = result.as_json()
    lines = [
        f"{shown['scenario']}: {shown['replications']} replications of {shown['days']} days, "
        f"seed {shown['seed']}, Darwin {shown['version']}"
    ]
    for name, figures in [*shown["types"].items(), ("in total", shown["total"])]:
        lines += ["", name]
        for measure in SHOWN + WAITS:
            lines.append(f"  {measure:<16}{_figure(figures[measure])}{' s' if measure in WAITS else ''}")
    lines.append("")
    lines += [f"{name}  occupancy {_figure(each['occupancy'])}" for name, each in shown["groups"].items()]
    return "\n".join(lines)


def _figure(figure: dict[str, float | None]) -> str:
    if figure["mean"] is None:
        return "none"
    within = "" if figure["half_width"] is None else f" ± {figure['half_width']:.4g}"
    return f"{figure['mean']:>12,.4f}{within}"
