"""How Django finds the person of a session. Nobody is authenticated here: see `staff.sessions`."""

from uuid import UUID

from django.contrib.auth.backends import BaseBackend

from darwin.staff.models import Account


class AccountBackend(BaseBackend):
    """The account of a session, while it is active."""

    def get_user(self, user_id: UUID) -> Account | None:
        return Account.objects.select_related("team").filter(pk=user_id, is_active=True).first()
