"""Sign-in by the force's own directory (OpenID Connect), on django-allauth's client.

An account must exist, be active, and carry the name that the directory's claim gives; nobody signs
themselves up. Only the subject of the directory is kept, never its tokens or its other claims.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from darwin.staff import sessions
from darwin.staff.models import Account
from darwin.staff.services import StaffFault, bind_directory_subject

PROVIDER = "directory"
_PLACE = "staff.place_chosen"


def directory_name() -> str:
    """What this force calls its directory; "" if it has named none."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return str(apps[0]["name"]) if apps else ""


def remember_place(request: HttpRequest, place: str) -> None:
    """Keep the place that was chosen while the person is away at the directory."""
    request.session[_PLACE] = place


class NoSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by an administrator only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class DirectoryAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in the one account that the directory's answer names, and keeps nothing else of the answer."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Ends every sign-in by the directory, so that nothing of allauth's own flow comes after it."""
        claims = sociallogin.account.extra_data.get("id_token", {})
        next_page = sessions.safe_next(request, sociallogin.state.get("next") or "")
        place = request.session.pop(_PLACE, "")
        try:
            account = account_of_claims(claims, PROVIDER)
            bind_directory_subject(actor=account.actor, account=account, subject=str(claims["sub"]))
        except StaffFault as fault:
            raise ImmediateHttpResponse(refused(request, str(fault))) from fault
        if request.user == account:
            # Somebody who unlocks a screen in a small window: the form they were at keeps its session.
            sessions.unlock_session(request, account, way="directory")
        else:
            sessions.begin_session(request, account, way="directory", place=place)
        raise ImmediateHttpResponse(HttpResponseRedirect(next_page))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        raise ImmediateHttpResponse(
            refused(
                request,
                f"Signing in with {directory_name() or 'the directory'} did not work. Nobody was signed in. "
                "Try again; if it goes on, tell your administrator the time.",
            )
        )


def account_of_claims(claims: dict[str, Any], provider: str) -> Account:
    """The active account that the claims of a verified id token name. Raises StaffFault if there is none."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    claim = next(app["settings"]["claim"] for app in apps if app["provider_id"] == provider)
    name = str(claims.get(claim) or "").strip().lower()
    account = Account.objects.filter(sign_in_name=name, is_active=True).first() if name else None
    if account is None:
        raise StaffFault(
            "The directory knows you, but you have no open account here. "
            "Ask the administrator to open one under the name you sign in with."
        )
    return account


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """A page that says why nobody was signed in (403)."""
    return render(request, "staff/sign_in_refused.html", {"sentence": sentence}, status=403)


class DirectoryClient(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's client, which always checks the token's signature against the directory's keys.

    allauth leaves that out for a token fetched over TLS (OpenID Connect Core 1.0, section 3.1.3.7, allows
    it); a force's directory may stand behind a proxy that ends TLS.
    """

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
                verify_signature=True,
            )
        except (KeyError, ValueError) as fault:
            raise OAuth2Error("The id token has not the form of one.") from fault
        return claims
