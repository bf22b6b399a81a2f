"""Addresses of the room."""

from django.conf import settings
from django.urls import URLPattern, path, re_path

from darwin.staff.views import accounts, deadlines, home, ledger, reference, session, sign_in, tokens

app_name = "staff"


def practice_addresses(mode: str) -> list[URLPattern]:
    """The one-click sign-in; in any mode but practice it has no address at all."""
    if mode != "practice":
        return []
    return [path("sign-in/practice/", sign_in.enter_practice, name="enter_practice")]


urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    *practice_addresses(settings.DARWIN_MODE),
    path("sign-in/passkey/", sign_in.passkey, name="sign_in_passkey"),
    path("sign-in/directory/", sign_in.to_directory, name="to_directory"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("enrol/", sign_in.enrol, name="enrol"),
    path("enrol/begin/", sign_in.enrol_begin, name="enrol_begin"),
    path("enrol/finish/", sign_in.enrol_finish, name="enrol_finish"),
    path("roles/", sign_in.roles, name="roles"),
    path("session/state/", session.state, name="session_state"),
    path("session/here/", session.here, name="session_here"),
    path("session/lock/", session.lock, name="session_lock"),
    path("session/unlock/", session.unlock, name="session_unlock"),
    path("me/", home.me, name="me"),
    path("me/theme/", home.my_theme, name="my_theme"),
    path("me/language/", home.my_language, name="my_language"),
    path("me/passkeys/", home.my_passkeys, name="my_passkeys"),
    path("me/passkeys/<int:passkey_id>/remove/", home.my_passkey_remove, name="my_passkey_remove"),
    path("ledger/", ledger.search, name="ledger"),
    path("ledger/export/", ledger.export, name="ledger_export"),
    path("ledger/state/", ledger.state, name="ledger_state"),
    path("reference/", reference.reference, name="reference"),
    path("reference/lists/<slug:code>/", reference.code_list, name="reference_list"),
    path("reference/lists/<slug:code>/<str:entry>/", reference.entry_history, name="reference_entry"),
    path("reference/thresholds/<str:code>/", reference.threshold_history, name="reference_threshold"),
    path("deadlines/", deadlines.overview, name="deadlines"),
    path("staff/tokens/", tokens.tokens, name="tokens"),
    path("staff/tokens/make/", tokens.token_make, name="token_make"),
    path("staff/tokens/<uuid:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("staff/accounts/", accounts.accounts, name="accounts"),
    path("staff/accounts/open/", accounts.account_open, name="account_open"),
    path("staff/accounts/<uuid:account_id>/", accounts.account, name="account"),
    re_path(
        r"^staff/accounts/(?P<account_id>[0-9a-f-]{36})/(?P<change>grant|end|post|close|invite)/$",
        accounts.account_change,
        name="account_change",
    ),
]

# allauth's client asks for this address by a name without a room.
directory_addresses: list[URLPattern] = [
    path(
        "sign-in/directory/<slug:provider_id>/back/",
        sign_in.from_directory,
        name="openid_connect_callback",
    ),
]
