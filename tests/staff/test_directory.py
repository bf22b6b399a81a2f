"""Sign-in by a force's directory, against a real OpenID Connect provider that runs here on loopback."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache

from darwin.config import environment
from darwin.config.environment import SettingError
from darwin.deadlines import clock
from darwin.ledger.models import Entry
from darwin.staff.models import Account

from .people import someone

pytestmark = pytest.mark.usefixtures("operational_house")


class Provider:
    """A little directory: discovery, keys and the token endpoint. The test plays the person at its page."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signs_with = self.key
        self.claims: dict[str, Any] = {}
        self.asked: list[dict[str, list[str]]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                base = provider.issuer
                if self.path == "/.well-known/openid-configuration":
                    self.tell(
                        {
                            "issuer": base,
                            "authorization_endpoint": f"{base}/authorise",
                            "token_endpoint": f"{base}/token",
                            "jwks_uri": f"{base}/keys",
                            "token_endpoint_auth_methods_supported": ["client_secret_post"],
                        }
                    )
                else:
                    public = jwt.algorithms.RSAAlgorithm.to_jwk(provider.key.public_key(), as_dict=True)
                    self.tell({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                provider.asked.append(parse_qs(self.rfile.read(length).decode()))
                token = jwt.encode(
                    provider.claims, provider.signs_with, algorithm="RS256", headers={"kid": "one"}
                )
                self.tell({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

            def tell(self, told: dict[str, Any]) -> None:
                body = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, name: str, **changed: Any) -> None:
        now = int(time.time())
        self.claims = {
            "iss": self.issuer,
            "aud": "darwin",
            "sub": f"subject-of-{name}",
            "preferred_username": name,
            "name": "A Name That Must Not Be Kept",
            "iat": now,
            "exp": now + 300,
        } | changed


@pytest.fixture
def provider(monkeypatch, tmp_path, settings) -> Iterator[Provider]:
    cache.clear()
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, daemon=True)
    thread.start()
    secret = tmp_path / "oidc-secret"
    secret.write_text("kept in a file\n")
    monkeypatch.setenv("DARWIN_OIDC_ISSUER", provider.issuer)
    monkeypatch.setenv("DARWIN_OIDC_CLIENT_ID", "darwin")
    monkeypatch.setenv("DARWIN_OIDC_SECRET_FILE", str(secret))
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": environment.directory()}
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def go(client, *, next_page="/me/", state=None):
    """Press the button, be at the directory, come back; gives where the way led."""
    page = client.post("/sign-in/directory/", {"next": next_page})
    assert page.status_code == 200
    asked = parse_qs(urlsplit(page.context["where"]).query)
    assert asked["redirect_uri"] == ["http://testserver/sign-in/directory/directory/back/"]
    assert asked["code_challenge_method"] == ["S256"]
    back = {"code": "a-code", "state": state or asked["state"][0]}
    return client.get("/sign-in/directory/directory/back/", back)


def test_somebody_with_an_account_comes_in_and_only_the_subject_is_kept(provider, client):
    ruth = someone("contact_supervisor", sign_in_name="ruth.adeyemi")
    provider.says("Ruth.Adeyemi")
    answer = go(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")
    assert client.get("/").context["user"] == ruth
    ruth.refresh_from_db()
    assert ruth.directory_subject == "subject-of-Ruth.Adeyemi"
    from allauth.socialaccount.models import SocialAccount, SocialToken

    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()
    assert Entry.objects.filter(event="staff.began_session", reason_code="directory").count() == 1
    assert provider.asked[0]["client_secret"] == ["kept in a file"]
    assert len(provider.asked[0]["code_verifier"][0]) >= 43


def test_nobody_signs_themselves_up(provider, client):
    provider.says("stranger")
    answer = go(client)
    assert answer.status_code == 403
    assert "no open account here" in answer.content.decode()
    assert not Account.objects.exists()
    assert client.get("/").status_code == 302


def test_a_closed_account_does_not_come_in(provider, client):
    someone("analyst", sign_in_name="gone", is_active=False, closed_at=clock.now())
    provider.says("gone")
    assert go(client).status_code == 403
    assert client.get("/").status_code == 302


def test_a_name_given_to_somebody_else_in_the_directory_does_not_inherit_the_account(provider, client):
    someone("analyst", sign_in_name="jo")
    provider.says("jo")
    go(client)
    client.post("/sign-out/")
    provider.says("jo", sub="somebody-new")
    answer = go(client)
    assert answer.status_code == 403
    assert "somebody else" in answer.content.decode()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example"},
        {"aud": "another-client"},
        {"exp": 1},
        {"preferred_username": ""},
        {"preferred_username": None},
    ],
    ids=["issuer", "audience", "expired", "no name", "null name"],
)
def test_a_token_that_does_not_hold_lets_nobody_in(wrong, provider, client):
    someone("analyst", sign_in_name="jo")
    provider.says("jo", **wrong)
    assert go(client).status_code == 403
    assert client.get("/").status_code == 302


def test_a_token_signed_by_another_key_lets_nobody_in(provider, client):
    someone("analyst", sign_in_name="jo")
    provider.says("jo")
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert go(client).status_code == 403
    assert client.get("/").status_code == 302


def test_an_answer_to_a_question_nobody_asked_lets_nobody_in(provider, client):
    someone("analyst", sign_in_name="jo")
    provider.says("jo")
    assert go(client, state="forged").status_code == 403
    assert client.get("/").status_code == 302


def test_a_directory_that_does_not_answer_is_said_so(provider, client):
    provider.server.shutdown()
    provider.server.server_close()
    answer = client.post("/sign-in/directory/", {})
    assert answer.status_code == 403
    assert "does not answer" in answer.content.decode()


def test_without_a_directory_there_is_no_button_and_no_address(client):
    assert "Sign in with the force" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/directory/").status_code == 404
    assert client.get("/sign-in/directory/directory/back/").status_code == 404


def test_half_a_setting_of_the_directory_stops_the_start_with_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("DARWIN_OIDC_ISSUER", "https://login.example")
    with pytest.raises(SettingError, match="belong together"):
        environment.directory()
    monkeypatch.setenv("DARWIN_OIDC_CLIENT_ID", "darwin")
    monkeypatch.setenv("DARWIN_OIDC_SECRET_FILE", str(tmp_path / "absent"))
    with pytest.raises(SettingError, match="cannot be read"):
        environment.directory()
