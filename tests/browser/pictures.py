"""Where a picture that docs/ shows goes: into its place if DARWIN_SCREENSHOTS is set, else nowhere.

A run of the tests leaves no tracked file changed; whoever changes a page renews its picture on purpose.
"""

import os
from pathlib import Path

SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"


def place_of(name: str) -> Path | None:
    """docs/screenshots/NAME.png, or None for a picture that is taken and not kept."""
    return SCREENSHOTS / f"{name}.png" if os.environ.get("DARWIN_SCREENSHOTS") else None
