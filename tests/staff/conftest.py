"""A house for tests of people: opened for practice or for operation, and a browser of Django's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from darwin.staff import sessions
from darwin.staff.models import Account


@pytest.fixture(autouse=True)
def _data_dir(tmp_path: Path, settings: Any) -> None:
    settings.DARWIN_DATA_DIR = tmp_path
    # The names of collected files are made at set-up; these tests also run in a tree that was never set up.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def operational_house(opened_installation: Callable[[str], None], settings: Any) -> None:
    settings.DARWIN_MODE = "operational"
    opened_installation("operational")


@pytest.fixture
def practice_house(opened_installation: Callable[[str], None], settings: Any) -> None:
    settings.DARWIN_MODE = "practice"
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    opened_installation("practice")


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """A browser in which `account` has signed in, as `sessions.begin_session` does it."""

    def enter(account: Account, *, place: str = "", way: str = "passkey", **extra: Any) -> Client:
        from django.contrib.sessions.backends.db import SessionStore
        from django.http import HttpRequest

        request = HttpRequest()
        request.session = SessionStore()
        request.META["SERVER_NAME"], request.META["SERVER_PORT"] = "localhost", "80"
        sessions.begin_session(request, account, way=way, place=place)
        request.session.save()
        client = Client(**extra)
        client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key or ""
        return client

    return enter
