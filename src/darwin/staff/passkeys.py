"""Passkeys (WebAuthn): what the browser is asked and whether its answer holds, by django-allauth's code."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import LoginWebAuthnForm, ReauthenticateWebAuthnForm, SignupWebAuthnForm
from allauth.mfa.webauthn.internal import auth

from darwin.staff.models import Account
from darwin.staff.services import StaffFault

NOT_KNOWN = "This passkey is not known here, or its time ran out. Nobody was signed in. Try again."


def to_register(account: Account) -> dict[str, Any]:
    """What to ask the browser for when it makes a passkey for `account`; one question is open at a time."""
    return json_ready(auth.begin_registration(account, True))


def to_show(account: Account | None) -> dict[str, Any]:
    """What to ask the browser for when a person shows a passkey: any, or one of `account`."""
    return json_ready(auth.begin_authentication(account))


def registered(account: Account, answer: object) -> dict[str, Any]:
    """The credential in the browser's answer to `to_register`. Raises StaffFault if it does not hold."""
    form = SignupWebAuthnForm({"credential": json.dumps(answer)}, user=account)
    if not form.is_valid():
        raise StaffFault("The passkey was not made, or its time ran out. Nothing was changed. Try again.")
    credential: dict[str, Any] = form.cleaned_data["credential"]
    return credential


def shown(answer: object, account: Account | None = None) -> Account:
    """Whose passkey the browser's answer to `to_show` is. Raises StaffFault if it does not hold, is not
    `account`'s (if given), or the account is closed."""
    data = {"credential": json.dumps(answer)}
    form = ReauthenticateWebAuthnForm(data, user=account) if account else LoginWebAuthnForm(data)
    if not form.is_valid():
        raise StaffFault(NOT_KNOWN)
    passkey: Authenticator = form.cleaned_data["credential"]
    owner = passkey.user
    if not isinstance(owner, Account) or not owner.is_active:
        raise StaffFault(NOT_KNOWN)
    passkey.record_usage()
    return owner


def json_ready(options: Any) -> dict[str, Any]:
    """The options as plain JSON; allauth's carry types that only Django's own encoder knows."""
    from django.core.serializers.json import DjangoJSONEncoder

    ready: dict[str, Any] = json.loads(json.dumps(options, cls=DjangoJSONEncoder))
    return ready
