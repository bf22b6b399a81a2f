"""Settings of every test: one database for each tree that runs at the same time."""

import os

from django.conf import settings

if os.environ.get("DARWIN_TEST_DATABASE"):
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = os.environ["DARWIN_TEST_DATABASE"]
