"""Who carries a channel out in this house; a call is carried out by the room above that has the switch."""

from django.conf import settings

from darwin.outbound.channels import EMAIL, LETTER, give_sender
from darwin.outbound.emailing import send_email
from darwin.outbound.letters import print_letter


def give_senders() -> None:
    """Give letters their printing, and e-mail its server where one is named.

    In practice and in shadow no e-mail leaves: nobody there is real, or another system sends it.
    """
    give_sender(LETTER, print_letter)
    if settings.DARWIN_MODE == "operational" and settings.DARWIN_MAIL_SERVER is not None:
        give_sender(EMAIL, send_email)
