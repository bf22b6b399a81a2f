"""The made-up files of these tests hold only what a test is about."""

from dataclasses import replace

import pytest

from darwin.reference import lists


@pytest.fixture(autouse=True)
def _no_list_needs_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    free = {code: replace(kind, required_codes=frozenset()) for code, kind in lists._kinds.items()}
    monkeypatch.setattr(lists, "_kinds", free)
