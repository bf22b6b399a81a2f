"""One edit of the policy changes the live decision and the simulator, whatever either had compiled before."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import darwin
from darwin.science.kernels import fingerprint
from darwin.science.routing import choose
from darwin.science.twin import service

PACKAGE = Path(darwin.__file__).parent
ASK_LIVE = """
from darwin.science.policy import Contact, Handler, Policy, TypeRule
from darwin.science.routing import decide
policy = Policy((TypeRule("999", 1), TypeRule("101", 2)))
waiting = [Contact("low", "101", 0), Contact("high", "999", 9)]
[first, _] = decide(policy, waiting, [Handler("h", {"101": 1, "999": 1}, 0)], 10.0)
found["live"] = first.contact
"""
ASK_TWIN = """
from darwin.science.twin.run import simulate
from darwin.science.twin.scenario import read_scenario
result = simulate(read_scenario('''
days = 20
[[types]]
name = "999"
rate_per_hour = 12
talk = { law = "exponential", mean = 120 }
priority = 1
[[types]]
name = "101"
rate_per_hour = 12
talk = { law = "exponential", mean = 120 }
priority = 2
[[groups]]
name = "handlers"
skills = [{ type = "101", level = 1 }, { type = "999", level = 1 }]
handlers = 1
'''), replications=1, seed=1)
waits = {name: result.of_type(name)["mean_wait_all"].mean for name in ("999", "101")}
found["twin"] = min(waits, key=waits.get)
"""
THE_RULE, THE_OTHER = "better = second < best_second", "better = second > best_second"


def copied(folder: Path) -> Path:
    """A copy of the package with nothing compiled; its routing.py."""
    shutil.copytree(PACKAGE, folder / "darwin", ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    return folder / "darwin" / "science" / "routing.py"


def ask(folder: Path, *questions: str) -> dict[str, str]:
    code = "\n".join(["import json", "found = {}", *questions, "print(json.dumps(found))"])
    environment = os.environ | {"PYTHONPATH": str(folder), "DARWIN_KERNEL_CACHE": str(folder / "kernels")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def edit(policy: Path) -> None:
    text = policy.read_text("utf-8")
    assert text.count(THE_RULE) == 1
    policy.write_text(text.replace(THE_RULE, THE_OTHER), "utf-8")


def test_an_edit_of_the_policy_changes_the_live_decision(tmp_path: Path) -> None:
    policy = copied(tmp_path)
    before = fingerprint(policy.parent)
    assert ask(tmp_path, ASK_LIVE) == {"live": "high"}
    edit(policy)
    assert fingerprint(policy.parent) != before
    assert ask(tmp_path, ASK_LIVE) == {"live": "low"}


def test_the_twin_calls_the_very_function_that_decides_live() -> None:
    assert service.choose is choose


@pytest.mark.nightly
def test_an_edit_of_the_policy_changes_the_live_decision_and_the_cached_simulator(tmp_path: Path) -> None:
    """Nightly, because the simulator is compiled twice."""
    policy = copied(tmp_path)
    assert ask(tmp_path, ASK_LIVE, ASK_TWIN) == {"live": "high", "twin": "999"}
    assert len(list((tmp_path / "kernels").iterdir())) == 1
    edit(policy)
    assert ask(tmp_path, ASK_LIVE, ASK_TWIN) == {"live": "low", "twin": "101"}
    assert len(list((tmp_path / "kernels").iterdir())) == 2
