"""What is wrapped for translation in the theme's Python and templates, as gettext would find it."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

import darwin.theme

THEME = Path(darwin.theme.__file__).parent
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}

# (context or "", message or the pair of singular and plural)
Message = tuple[str, str | tuple[str, ...]]


def wrapped_messages(folder: Path = THEME) -> set[Message]:
    """Every wrapped message below `folder`."""
    return {found for file in sorted(folder.rglob("*")) for found in _of_file(file)}


def _of_file(file: Path) -> Iterator[Message]:
    if file.suffix == ".html":
        source = templatize(file.read_text("utf-8"))
    elif file.suffix == ".py":
        source = file.read_text("utf-8")
    else:
        return
    for _line, words, _comments, context in extract("python", io.BytesIO(source.encode()), _KEYWORDS):
        yield context or "", words
