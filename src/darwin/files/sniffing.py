"""What a file is by its bytes, and whether its name says the same."""

import mimetypes
from pathlib import Path, PurePosixPath

import puremagic

from darwin.files.store import FileRefused

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
TEXTS = frozenset(
    [
        ".txt",
        ".csv",
        ".tsv",
        ".log",
        ".md",
        ".eml",
        ".json",
        ".xml",
        ".html",
        ".htm",
        ".ics",
        ".vcf",
        ".srt",
        ".vtt",
        ".gpx",
        ".kml",
        ".svg",
        ".yaml",
        ".yml",
    ]
)
"""Names of plain text. Their bytes have no signature of their own; they are served as text/plain alone."""
_HEAD = 64 * 1024
SERVED = frozenset(
    {
        "application/pdf",
        "audio/mpeg",
        "audio/wave",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "video/mp4",
        PLAIN,
    }
)
"""Types that a download names. Any other is served as bytes: no browser is to guess what to do with it."""


def clean_name(given: str) -> str:
    """A file's own name, without folders or what no name may hold; at most 200 characters."""
    last = PurePosixPath(given.replace("\\", "/")).name
    kept = "".join(character for character in last if character.isprintable()).strip(" .")
    if len(kept) > 200:
        ending = PurePosixPath(kept).suffix[:20]
        kept = kept[: 200 - len(ending)] + ending
    return kept or "file"


def type_of(path: Path, name: str) -> str:
    """The media type of a file by its bytes. Raises FileRefused if its name says that it is something else.

    name: with its ending, as it was given; one without an ending says nothing. A picture under another
    picture's ending, or sound under film's, is kept as what it is: telephones and messengers do that. Bytes
    without a known signature are kept as bytes: a witness's film is not refused for a maker nobody knows.
    """
    ending = PurePosixPath(name).suffix.lower()
    found = _signatures(path)
    if ending in TEXTS:
        if not _is_text(path):
            raise _another(name, "text")
        return PLAIN
    claims = ending in _endings_with_signature()
    if not found:
        if not _is_text(path):
            return UNKNOWN
        if claims:
            raise _another(name, ending)
        return PLAIN
    if claims and ending not in {one for one, _type in found} and not _akin(ending, found):
        raise _another(name, ending)
    named = [kind for one, kind in found if one == ending and kind]
    return (named or [kind for _one, kind in found if kind] or [UNKNOWN])[0]


def _akin(ending: str, found: list[tuple[str, str]]) -> bool:
    """Are the name and the likeliest signature both of a picture, or both of sound or film?"""
    claimed = (mimetypes.guess_type(f"x{ending}")[0] or "").partition("/")[0]
    likeliest = next((kind for _one, kind in found if kind), "").partition("/")[0]
    return any({claimed, likeliest} <= family for family in ({"image"}, {"audio", "video"}))


def served_type(content_type: str) -> str:
    """The type that a download is given."""
    return content_type if content_type in SERVED else UNKNOWN


def _signatures(path: Path) -> list[tuple[str, str]]:
    """Endings and media types whose signature the bytes bear, the likeliest first."""
    try:
        matches = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError):
        return []
    return [(match.extension.lower(), match.mime_type) for match in matches]


def _endings_with_signature() -> frozenset[str]:
    global _endings
    if _endings is None:
        tables = (puremagic.magic_header_array, puremagic.magic_footer_array)
        _endings = frozenset(row.extension.lower() for table in tables for row in table if row.extension)
    return _endings


_endings: frozenset[str] | None = None


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _another(name: str, ending: str) -> FileRefused:
    return FileRefused(
        f"“{name}” is named as {ending.lstrip('.')}, and its content is something else. Nothing was kept. "
        "Check where it comes from; if it is what it should be, give it its true ending."
    )
