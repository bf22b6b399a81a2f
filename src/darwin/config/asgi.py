"""The web application that uvicorn serves."""

import os

from django.core.asgi import get_asgi_application
from django.core.checks import run_checks

from darwin.errors import DarwinError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "darwin.config.settings")
application = get_asgi_application()

from darwin.config import checks  # noqa: E402 - Django must be set up first

if faults := run_checks(tags=[checks.TAG]):
    raise DarwinError(" ".join(str(fault.msg) for fault in faults))
