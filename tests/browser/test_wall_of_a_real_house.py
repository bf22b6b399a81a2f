"""A wall before `darwin up` itself: its web server killed, and then the whole house, and started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from darwin.staff.walls import cookie_name
from tests.supervisor.conftest import data_dir, open_folder  # noqa: F401 - fixtures
from tests.supervisor.house_at_work import Up, house_environment, up, wait_for

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]

# What a supervisor and a listener do, done in the house by its own services.
PAIR = """
from darwin.ledger.actors import Actor
from darwin.staff.services import make_wall_code, pair_wall_screen
from darwin.contact.services.floor import note_connected
from tests.contact.now import scene
scene.open_lines()
note_connected(switch=scene.SWITCH, source="test")
actor = Actor.system("test")
print(pair_wall_screen(actor=actor, code=make_wall_code(actor=actor, name="Left")[1])[1])
"""
JOIN = """
from darwin.contact.services.floor import note_connected
from darwin.deadlines import clock
from tests.contact.now import scene
note_connected(switch=scene.SWITCH, source="test")
joined = scene.waits(clock.now())
from dataclasses import replace
from darwin.ledger.ids import new_id
scene.tell(replace(joined, event_id=str(new_id()), call_id=str(new_id())))
"""


def in_the_house(folder: Path, script: str) -> str:
    inside = "".join(f"    {line}\n" for line in script.strip().splitlines())
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from darwin.supervisor.house import open_house\nwith open_house():\n{inside}",
        ],
        env=house_environment(folder),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_wall_goes_on_after_its_web_server_and_then_its_house_were_killed(
    chromium: Browser,
    data_dir: Path,  # noqa: F811 - the fixture
) -> None:
    with up(data_dir) as house:
        token = in_the_house(data_dir, PAIR).splitlines()[-1]
        address = f"http://localhost:{house.port}"
        context = chromium.new_context(base_url=address)
        context.add_cookies([{"name": cookie_name(), "value": token, "url": address}])
        page = context.new_page()
        page.goto("/wall/")
        loaded = page.evaluate("performance.timeOrigin")
        waiting = page.locator(".w-board [data-cell=waiting]")

        def joins(count: int) -> Any:
            in_the_house(data_dir, JOIN)
            expect(waiting).to_have_text(str(count), timeout=60_000)

        joins(1)
        os.kill(house.pid_of("web"), signal.SIGKILL)
        joins(2)
        house.process.kill()
        house.process.wait()
        again = Up(data_dir, house.port)
        try:
            wait_for(again.is_well, 60, "the house opens again")
            joins(3)
        finally:
            again.end()
        assert page.evaluate("performance.timeOrigin") == loaded
        context.close()
