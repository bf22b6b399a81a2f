"""Settings from the environment: every value is read here; a wrong one stops the start with a sentence."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from darwin.deadlines import clock
from darwin.errors import DarwinError

MODES = ("practice", "operational", "shadow")
CLOCK_FILE = "clock.json"


class SettingError(DarwinError):
    """A setting is missing or wrong. The text names the setting, what was found and what to write instead."""


def text(name: str, default: str = "") -> str:
    """The value of the variable `name`, stripped; `default` if it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """One of `allowed`. Raises SettingError for anything else."""
    value = text(name, default)
    if value not in allowed:
        raise SettingError(f"{name} is “{value}”. It must be one of: {', '.join(allowed)}.")
    return value


def words(name: str) -> list[str]:
    """A comma-separated list; empty if unset."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def flag(name: str, default: bool = False) -> bool:
    """yes or no. Raises SettingError for anything else."""
    return choice(name, ("yes", "no"), "yes" if default else "no") == "yes"


def data_dir() -> Path:
    """Where this installation keeps its database, keys and logs (DARWIN_DATA_DIR)."""
    chosen = text("DARWIN_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    home = Path(text("XDG_DATA_HOME", "~/.local/share")).expanduser()
    return home / "darwin" / text("DARWIN_MODE", "operational")


def follow_clock(mode: str, folder: Path) -> None:
    """Let this process follow the clock of its installation: in practice mode the file in its data folder,
    which shifts it; the real time otherwise.

    Raises SettingError if such a file lies in the data folder of another mode, or cannot be read.
    """
    file = folder / CLOCK_FILE
    if mode == "practice":
        try:
            clock.follow(file)
        except clock.ClockFileWrong as fault:
            raise SettingError(
                f"{fault}. Nothing was started. Take the file away: the practice force then goes by the real "
                "time."
            ) from fault
    elif file.exists():
        raise SettingError(
            f"{file} shifts the clock, which only practice mode may do, and DARWIN_MODE is “{mode}”. Nothing "
            "was started. Set DARWIN_MODE=practice if this is a practice installation; otherwise take the "
            "file away."
        )


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """The parts of a DATABASE_URL. `host` may be a folder with a Unix socket."""

    user: str
    password: str
    host: str
    port: str
    name: str

    def url_for(self, user: str, password: str) -> str:
        """The same database as a DATABASE_URL for another login."""
        login = f"{quote(user, safe='')}:{quote(password, safe='')}"
        host = quote(self.host, safe="")
        return f"postgresql://{login}@/{quote(self.name, safe='')}?host={host}&port={self.port}"


def parse_database_url(url: str) -> DatabaseAddress:
    """postgresql://user:password@host:port/name, or …@/name?host=/socket/folder.

    Raises SettingError, without repeating the password, if it is of another form.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise SettingError(
            "DATABASE_URL is not of the form postgresql://user:password@host:port/name. "
            "Darwin keeps its records in PostgreSQL only."
        )
    query = dict(parse_qsl(parts.query))
    unread = sorted(query.keys() - {"user", "host", "port"})
    if unread:
        raise SettingError(
            f"DATABASE_URL has the option {unread[0]}, which is not read there. Take it out, and set it in "
            "PostgreSQL's own variable instead (PGSSLMODE, PGSSLROOTCERT and so on)."
        )
    return DatabaseAddress(
        user=unquote(parts.username or query.get("user", "")),
        password=unquote(parts.password or ""),
        host=query.get("host", "") or unquote(parts.hostname or ""),
        port=str(parts.port or query.get("port", "")),
        name=unquote(parts.path.lstrip("/")),
    )


def directory() -> dict[str, Any]:
    """The force's directory for sign-in by OpenID Connect, as django-allauth wants it; without apps if none.

    DARWIN_OIDC_ISSUER, DARWIN_OIDC_CLIENT_ID and DARWIN_OIDC_SECRET_FILE belong together. DARWIN_OIDC_CLAIM
    names the claim that holds the sign-in name. Raises SettingError if one is missing or cannot be read.
    """
    issuer = text("DARWIN_OIDC_ISSUER").rstrip("/")
    client_id = text("DARWIN_OIDC_CLIENT_ID")
    secret_file = text("DARWIN_OIDC_SECRET_FILE")
    if not issuer and not client_id and not secret_file:
        return {"APPS": []}
    if not (issuer and client_id and secret_file):
        raise SettingError(
            "DARWIN_OIDC_ISSUER, DARWIN_OIDC_CLIENT_ID and DARWIN_OIDC_SECRET_FILE belong together. "
            "Set all three, or none for passkeys only."
        )
    try:
        secret = Path(secret_file).read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise SettingError(
            f"DARWIN_OIDC_SECRET_FILE names {secret_file}, which cannot be read: {fault.strerror}."
        ) from fault
    settings = {
        "server_url": issuer,
        "fetch_userinfo": False,
        "oauth_pkce_enabled": True,
        "scope": ["openid", "profile"],
        "claim": text("DARWIN_OIDC_CLAIM", "preferred_username"),
    }
    app = {
        "provider_id": "directory",
        "name": text("DARWIN_OIDC_NAME", "the force's directory"),
        "client_id": client_id,
        "secret": secret,
        "settings": settings,
    }
    return {"APPS": [app]}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The force's own mail server. tls: from the first byte (smtps); starttls: before anything is said."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: bool
    starttls: bool


def mail_server() -> MailServer | None:
    """DARWIN_SMTP as smtps://user@host:465 or smtp://user@host:587; None if unset.

    smtp encrypts by STARTTLS, except to this machine itself. DARWIN_SMTP_PASSWORD_FILE holds the user's
    password; DARWIN_EMAIL_FROM is the sender. Raises SettingError if one is missing or cannot be read.
    """
    written = text("DARWIN_SMTP")
    if not written:
        return None
    parts = urlsplit(written)
    sender, password_file = text("DARWIN_EMAIL_FROM"), text("DARWIN_SMTP_PASSWORD_FILE")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingError("DARWIN_SMTP must be smtps://user@host:465 or smtp://user@host:587.")
    if not sender:
        raise SettingError("DARWIN_SMTP needs DARWIN_EMAIL_FROM: the address that e-mails come from.")
    if bool(parts.username) != bool(password_file):
        raise SettingError(
            "The user in DARWIN_SMTP and DARWIN_SMTP_PASSWORD_FILE belong together. Set both or neither."
        )
    try:
        password = Path(password_file).read_text(encoding="utf-8").strip() if password_file else ""
    except OSError as fault:
        raise SettingError(
            f"DARWIN_SMTP_PASSWORD_FILE names {password_file}, which cannot be read: {fault.strerror}."
        ) from fault
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587),
        user=unquote(parts.username or ""),
        password=password,
        sender=sender,
        tls=tls,
        starttls=not tls and parts.hostname not in ("localhost", "127.0.0.1", "::1"),
    )
