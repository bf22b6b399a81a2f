"""A small client of the API, as a supplier would write one, with the standard library alone."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from darwin.errors import DarwinError
from darwin.staff.api.signing import HEADER, sign

PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. said: the JSON, {} where there is none."""

    status: int
    said: Mapping[str, Any]

    @property
    def code(self) -> str:
        return str(self.said.get("code", ""))


@dataclass(frozen=True, slots=True)
class Token:
    """What the file of `darwin staff token make --out` holds."""

    secret: str
    signing_secret: str


def read_token(path: Path) -> Token:
    """Raises DarwinError in a sentence if the file cannot be used; it never says what is in it."""
    try:
        said = json.loads(path.read_text("utf-8"))
        return Token(str(said["token"]), str(said["signing_secret"]))
    except OSError as problem:
        raise DarwinError(f"The file {path} cannot be read: {problem.strerror}. Nothing was sent.") from None
    except (ValueError, KeyError, TypeError):
        raise DarwinError(
            f"The file {path} is not what darwin staff token make --out writes: a JSON object with token and "
            "signing_secret. Nothing was sent."
        ) from None


class Api:
    """One Darwin, reached with one token. `ahead`: how far its clock is ahead of this machine's."""

    def __init__(self, url: str, token: Token) -> None:
        if not url.startswith(("http://", "https://")):
            raise DarwinError(f"“{url}” is no address such as https://darwin.example.com. Nothing was sent.")
        self.url, self.token = url.rstrip("/"), token

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None, {"Authorization": f"Bearer {self.token.secret}"})

    def post(
        self, path: str, content: bytes, *, sent: datetime, content_type: str = "application/json"
    ) -> Answer:
        """A signed request. sent: the time of sending by Darwin's clock."""
        return self._send("POST", path, content, self.headers(content, sent, content_type))

    def headers(self, content: bytes, sent: datetime, content_type: str) -> dict[str, str]:
        """The headers of a request that is as it should be; a scenario may spoil them."""
        return {
            "Authorization": f"Bearer {self.token.secret}",
            "Content-Type": content_type,
            HEADER: sign(self.token.signing_secret, int(sent.timestamp()), content),
        }

    def send(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """A request with exactly these headers."""
        return self._send("POST", path, content, headers)

    def _send(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - http or https, looked at above
            self.url + path, data=content, headers=dict(headers), method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:  # noqa: S310
                return Answer(response.status, _json(response.read()))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, _json(refused.read()))
        except (urllib.error.URLError, OSError) as problem:
            why = getattr(problem, "reason", problem)
            raise DarwinError(f"No Darwin answers at {self.url} ({why}). Check the address.") from None


def _json(content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


@dataclass(frozen=True, slots=True)
class ItsClock:
    """Darwin's clock as it was asked once, run on by this machine's."""

    then: datetime
    here: float

    def at(self, here: float) -> datetime:
        """What time it is there; here: seconds of a clock that only goes forward."""
        return self.then + timedelta(seconds=here - self.here)
