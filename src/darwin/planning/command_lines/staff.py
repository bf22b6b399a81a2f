"""`darwin plan staff`: how many handlers an hourly rate of calls needs."""

import json
import math

import click

SECONDS_AN_HOUR = 3600.0


@click.command()
@click.option("--calls-per-hour", type=float, required=True, help="Calls offered in an hour.")
@click.option("--aht", type=float, required=True, help="Mean seconds of talk and wrap together.")
@click.option(
    "--patience",
    type=float,
    default=None,
    help="Mean seconds before a caller gives up (Erlang A); without it nobody gives up (Erlang C).",
)
@click.option("--target", type=float, default=0.9, show_default=True, help="Share of all offered calls.")
@click.option("--within", type=float, default=30.0, show_default=True, help="Seconds to be answered within.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(
    calls_per_hour: float, aht: float, patience: float | None, target: float, within: float, as_json: bool
) -> None:
    """How many handlers a target needs, and what callers then meet."""
    # Compiled kernels: loaded only by who needs them.
    from darwin.science.queueing import QueueingRefused, erlang_a, erlang_c, required_servers

    if not 0 <= calls_per_hour < math.inf:
        raise QueueingRefused(f"{calls_per_hour:g} calls an hour is no rate; give 0 or more.")
    rate = calls_per_hour / SECONDS_AN_HOUR
    servers = required_servers(rate, aht, target, within, patience)
    found = (
        erlang_c(rate, aht, servers, within)
        if patience is None
        else erlang_a(rate, aht, patience, servers, within)
    )
    if as_json:
        figures = {
            "servers": servers,
            "service_level": found.service_level,
            "p_abandon": found.p_abandon,
            "asa_answered": found.asa_answered,
            "occupancy": found.occupancy,
        }
        click.echo(json.dumps(figures))
        return
    rows = [
        ("handlers", f"{servers:,}"),
        (f"answered within {within:g} s, of all offered", f"{found.service_level:.1%}"),
        ("gave up", f"{found.p_abandon:.1%}"),
        ("mean wait of those answered", f"{found.asa_answered:.1f} s"),
        ("time handlers are busy", f"{found.occupancy:.1%}"),
    ]
    widest = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"{name:<{widest}}  {value:>9}")
