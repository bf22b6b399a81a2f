"""No message is wrapped for translation without its Welsh."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import darwin

HOUSE = Path(darwin.__file__).parent
WELSH = HOUSE / "theme" / "locale" / "cy" / "LC_MESSAGES" / "django.po"
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


def wrapped_messages(folder: Path = HOUSE) -> set[Message]:
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


def test_every_wrapped_message_has_its_welsh() -> None:
    with WELSH.open("rb") as file:
        catalogue = read_po(file, locale="cy")
    known = {
        (message.context or "", message.id if isinstance(message.id, str) else tuple(message.id))
        for message in catalogue
        if message.id and all(message.string if isinstance(message.string, tuple) else [message.string])
    }
    wanted = wrapped_messages()
    assert len(wanted) > 50
    assert sorted(map(str, wanted - known)) == []
    assert sorted(map(str, known - wanted)) == []


def test_the_welsh_keeps_every_figure_that_a_message_carries() -> None:
    with WELSH.open("rb") as file:
        catalogue = read_po(file, locale="cy")
    for message in catalogue:
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        carried = {frozenset(_carried(form)) for form in english}
        for welsh in message.string if isinstance(message.string, tuple) else [message.string]:
            if message.id:
                assert _carried(welsh) in carried, message.id


def _carried(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)0?\d?[sd]|\{\w+\}", text))


def test_no_message_has_two_translations() -> None:
    """A reader takes the last of two, or both run together: which one, nobody has chosen."""
    text = WELSH.read_text("utf-8")
    keys = re.findall(r"(?:^msgctxt .*\n)?^msgid .*\n(?:^\".*\n)*", text, re.MULTILINE)
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
    assert re.findall(r"^msgstr .*\n(?:^\".*\n)*msgstr .*", text, re.MULTILINE) == []
