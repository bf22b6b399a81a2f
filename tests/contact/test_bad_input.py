"""Files that are not what they should be get a sentence, and nothing of them is stored."""

from pathlib import Path
from typing import Any

import pytest

from darwin.contact.models import Contact
from darwin.errors import DarwinError

GOOD_MAPPING = """
source = "calls"
tells = ["entries"]
key = ["id"]
[columns]
"id" = "text"
"at" = "moment"
[times]
moment_format = "%Y-%m-%d %H:%M:%S"
offered = "at"
[queue]
name = "desk"
[outcome]
column = "end"
words = { yes = "answered", no = "abandoned" }
[wait]
column = "wait"
"""
GOOD_MAPPING = GOOD_MAPPING.replace('"at" = "moment"', '"at" = "moment"\n"wait" = "whole number"')
GOOD_ROWS = "id,at,end,wait\n1,2026-01-01 10:00:00,yes,5\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", ["is empty"], id="empty"),
        pytest.param(GOOD_ROWS.encode("utf-16"), ["encoding", "utf-16"], id="another encoding"),
        pytest.param(GOOD_ROWS.replace("wait", "hold").encode(), ["“wait”", "“hold”"], id="absent column"),
        pytest.param(GOOD_ROWS.replace(",", ";").encode(), ["separator"], id="another separator"),
        pytest.param(b"id,id,at,end,wait\n", ["two columns"], id="a column twice"),
        pytest.param(
            b"1795372245|1795372230.19|101|NONE|ENTERQUEUE||07700900153|7\n", ["absent"], id="queue_log"
        ),
    ],
)
def test_a_file_that_the_mapping_does_not_fit_is_refused_in_a_sentence(
    contact: Any, tmp_path: Path, content: bytes, words: list[str]
) -> None:
    (tmp_path / "m.toml").write_text(GOOD_MAPPING)
    (tmp_path / "calls.csv").write_bytes(content)
    with pytest.raises(DarwinError) as refused:
        contact.import_file("csv", tmp_path / "calls.csv", "--mapping", tmp_path / "m.toml")
    sentence = str(refused.value)
    assert "Nothing was imported" in sentence
    assert all(word in sentence for word in words if word != "absent")
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "desk"', "", "[queue]"),
        ('source = "calls"', "", "“source”"),
        ('"entries"', '"everything"', "everything"),
        ("%Y-", "%G-", "%G"),
        ("%Y-", "%y-", "first_year"),
        ('yes = "answered"', 'yes = "won"', "won"),
        ('key = ["id"]', 'key = ["id"]\nkeys = 1', "“keys”"),
        ("[queue]", "[queue", "not TOML"),
        ('"id" = "text"', '"id" = "words"', "“id”"),
    ],
)
def test_a_mapping_with_a_fault_names_the_key(
    contact: Any, tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in GOOD_MAPPING
    (tmp_path / "m.toml").write_text(GOOD_MAPPING.replace(old, new))
    (tmp_path / "calls.csv").write_text(GOOD_ROWS)
    with pytest.raises(DarwinError) as refused:
        contact.import_file("csv", tmp_path / "calls.csv", "--mapping", tmp_path / "m.toml")
    assert words in str(refused.value)


def test_quoted_fields_and_a_byte_order_mark_are_read(contact: Any, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(GOOD_MAPPING)
    rows = (
        'id,at,end,wait\r\n"1, a",2026-01-01 10:00:00,yes,5\r\n'
        '"2\nb",2026-01-01 10:01:00,no,7\r\n3,x,no,1\r\n'
    )
    (tmp_path / "calls.csv").write_bytes(rows.encode("utf-8-sig"))
    report = contact.import_file("csv", tmp_path / "calls.csv", "--mapping", tmp_path / "m.toml")
    assert (report["imported"], [reject["line"] for reject in report["rejects"]]) == (2, [5])


def test_a_file_cut_in_a_row_keeps_the_whole_rows_and_reports_the_rest(contact: Any, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(GOOD_MAPPING)
    (tmp_path / "calls.csv").write_text(GOOD_ROWS + "2,2026-01-01 10:0")
    report = contact.import_file("csv", tmp_path / "calls.csv", "--mapping", tmp_path / "m.toml")
    assert (report["imported"], report["rejected"], report["rejects"][0]["line"]) == (1, 1, 3)


def test_a_line_in_another_encoding_is_a_broken_row(contact: Any, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(GOOD_MAPPING)
    (tmp_path / "calls.csv").write_bytes(
        GOOD_ROWS.encode() + "Zoë,2026-01-01 10:00:00,no,1\n".encode("latin-1")
    )
    report = contact.import_file("csv", tmp_path / "calls.csv", "--mapping", tmp_path / "m.toml")
    assert (report["imported"], report["rejected"]) == (1, 1)
    assert "utf-8" in report["rejects"][0]["reason"]


@pytest.mark.parametrize("kind", ["asterisk-ami", "asterisk-queue-log", "connect"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02" * 500, b"id,at,end\n1,2,3\n", "Event: x\r\n\r\n".encode("utf-16")]
)
def test_a_log_of_something_else_is_refused_in_a_sentence(
    contact: Any, tmp_path: Path, kind: str, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DarwinError, match="file"):
        contact.import_file(kind, tmp_path / "file")
    assert not Contact.objects.exists()


@pytest.mark.parametrize("kind", ["asterisk-ami", "asterisk-queue-log", "connect"])
def test_a_file_that_is_not_there_is_named(contact: Any, tmp_path: Path, kind: str) -> None:
    with pytest.raises(DarwinError, match=r"nowhere\.log"):
        contact.import_file(kind, tmp_path / "nowhere.log")
