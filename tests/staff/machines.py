"""Other systems for tests: a token made by the service, and requests as a client would send them."""

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.staff.api import rate, signing
from darwin.staff.models import ApiToken
from darwin.staff.services.tokens import make_token
from tests.addresses import Example, example_of

_number = count(1)


class Machine:
    """A client with a token of these scopes; with its own `client` and no scopes it carries none."""

    token: ApiToken

    def __init__(self, *scopes: str, client: Client | None = None, name: str = "example") -> None:
        rate.forget_rates()
        self.browser = client or Client()
        self.secret = self.signing_secret = ""
        self.arguments: Mapping[str, Any] | None = None
        if client is None:
            made = make_token(
                actor=Actor.system("test"), client=name, scopes=scopes or ["contact.write"], days=30
            )
            self.token, self.secret = made.token, made.secret
            self.signing_secret = signing.signing_secret(made.token.id)

    def prepare(self, name: str, rows: int) -> None:
        """Make the records that the address shows."""
        self.arguments = dict((example_of(name) or Example()).prepare(None, rows))

    def ask(self, name: str, method: str) -> Any:
        """Ask an address as its example says."""
        wanted = example_of(name) or Example()
        if self.arguments is None:
            self.prepare(name, 3)
        address = reverse(name, kwargs=self.arguments)
        if method == "GET":
            return self.get(f"{address}?{urlencode(wanted.data)}")
        return self.post(address, wanted.data)

    def post(self, address: str, said: Any, **headers: str) -> Any:
        return self.send("POST", address, json.dumps(said).encode(), **headers)

    def get(self, address: str, **headers: str) -> Any:
        return self.send("GET", address, b"", **headers)

    def send(
        self,
        method: str,
        address: str,
        content: bytes,
        *,
        content_type: str = "application/json",
        late: timedelta = timedelta(0),
        **headers: str,
    ) -> Any:
        """One request. late: signed so long before Darwin's clock. headers: instead of the usual ones,
        written with underscores; an empty one is left out."""
        usual = {"Idempotency_Key": f"test-key-{next(_number)}"}
        if self.secret:
            usual["Authorization"] = f"Bearer {self.secret}"
        if self.signing_secret:
            sent = int((clock.now() - late).timestamp())
            usual[signing.HEADER.replace("-", "_")] = signing.sign(self.signing_secret, sent, content)
        given = {name.replace("_", "-"): value for name, value in (usual | headers).items() if value}
        return self.browser.generic(method, address, content, content_type=content_type, headers=given)
