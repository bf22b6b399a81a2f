"""The kit's part of the command line: darwin contact conform, darwin contact conform-adapter."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--url", required=True, help="The Darwin to play against: https://darwin.example.com")
@click.option("--token-file", type=FILE, required=True, help="What darwin staff token make --out wrote.")
@click.option("--scenario", "names", multiple=True, help="Play only this one; may be repeated.")
@click.option("--list", "only_list", is_flag=True, help="Say what each scenario does, and play none.")
@click.option("--this-is-a-test", is_flag=True, help="Play although the installation is operational.")
def conform(url: str, token_file: Path, names: tuple[str, ...], only_list: bool, this_is_a_test: bool) -> int:
    """Play the scenarios of the conformance kit against a Darwin. Status 1 if one does not come out."""
    from darwin.contact.conformance.client import Api, read_token
    from darwin.contact.conformance.playing import play, scenarios

    wanted = scenarios()
    if only_list:
        for scenario in wanted:
            click.echo(f"{scenario.name}: {scenario.says}")
        return 0
    known = {scenario.name for scenario in wanted}
    if strange := [name for name in names if name not in known]:
        raise click.UsageError(f"There is no scenario “{strange[0]}”. --list names those there are.")
    chosen = [scenario for scenario in wanted if not names or scenario.name in names]
    failed = 0
    for played in play(Api(url, read_token(token_file)), chosen, is_test=this_is_a_test):
        failed += bool(played.failed)
        click.echo(f"{'failed' if played.failed else 'passed'}  {played.scenario.name}")
        if played.failed:
            click.echo(f"        {played.scenario.says}")
        for sentence in played.failed:
            click.echo(f"        {sentence}")
    click.echo(f"{len(chosen) - failed} of {len(chosen)} scenarios passed.")
    return 1 if failed else 0


@click.command(name="conform-adapter")
@click.argument("file", type=FILE)
@click.option("--again", type=FILE, help="What the adapter made of the same calls a second time.")
def conform_adapter(file: Path, again: Path | None) -> int:
    """Check the events that an adapter wrote into FILE, one JSON object a line. Status 1 if one is wrong."""
    from darwin.contact.conformance.checking import as_text, check_file

    checked = check_file(file, again)
    click.echo(as_text(checked))
    return 1 if checked.faults else 0
