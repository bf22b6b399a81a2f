"""Make the helpdesk's tables and one public queue, and count the queries of one ticket made by its form.

Prints one JSON object: {"queue": id, "queries": of the request that creates a ticket}.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk_site.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from helpdesk.models import Queue, Ticket  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    queue, _ = Queue.objects.get_or_create(
        slug="contact", defaults={"title": "Contact", "allow_public_submission": True}
    )
    form = {**json.loads(sys.argv[1]), "queue": str(queue.id)}
    client = Client()
    client.post("/tickets/submit/", form)
    before = Ticket.objects.count()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post("/tickets/submit/", form)
    if answer.status_code != 302 or Ticket.objects.count() != before + 1:
        sys.exit(f"the helpdesk made no ticket: {answer.status_code}")
    print(json.dumps({"queue": queue.id, "queries": len(queries)}))


main()
