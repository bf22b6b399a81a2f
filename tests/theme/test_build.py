"""Building what the browser gets."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from darwin.theme import build as building
from darwin.theme.build import BUILT, BuildError, build, project_root


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    build()


def test_nothing_is_done_when_nothing_changed(monkeypatch: Any) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("npm or Sass was called")

    monkeypatch.setattr(building, "_run", refuse)
    assert build() is False


def test_a_changed_input_is_noticed(monkeypatch: Any) -> None:
    before = building._digest(project_root())
    monkeypatch.setattr(building, "STYLES", Path("/nowhere"))
    assert building._digest(project_root()) != before


def test_a_machine_without_npm_is_told_what_to_do(monkeypatch: Any) -> None:
    monkeypatch.setattr(building.shutil, "which", lambda *_args, **_named: None)
    with pytest.raises(BuildError, match="make setup"):
        building._tools()


def test_what_npm_says_when_it_refuses_is_passed_on(tmp_path: Path) -> None:
    node, _npm = building._tools()
    with pytest.raises(BuildError, match="no such package"):
        building._run([node, "-e", "console.error('no such package'); process.exit(3)"], tmp_path)


def test_the_lock_names_no_address_and_has_a_hash_for_everything() -> None:
    lock = json.loads((project_root() / "package-lock.json").read_text("utf-8"))
    packages = {name: found for name, found in lock["packages"].items() if name}
    assert packages
    for name, found in packages.items():
        assert "resolved" not in found, name
        assert found["integrity"].startswith("sha512-"), name


def test_the_sheet_leaves_out_crown_and_fonts_of_the_government_and_asks_nobody_else() -> None:
    sheet = (BUILT / "darwin.css").read_text("utf-8")
    assert "GDS Transport" not in sheet
    assert "crown" not in sheet
    assert "@import" not in sheet
    assert set(re.findall(r"url\(\"?([^\")]+)", sheet)) == {
        "fonts/atkinson-latin.woff2",
        "fonts/atkinson-latin-ext.woff2",
    }


def test_the_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (BUILT / "fonts" / "LICENSE").read_text("utf-8").upper()
    for font in ("latin", "latin-ext"):
        assert (BUILT / "fonts" / f"atkinson-{font}.woff2").read_bytes()[:4] == b"wOF2"
