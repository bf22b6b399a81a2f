"""E-mail by the force's own mail server: plain text, to the one address of the attempt and nobody else."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from darwin.outbound.channels import NotSent, Outgoing

TIMEOUT_S = 20


def send_email(going: Outgoing) -> None:
    """Hand one e-mail to the mail server. Raises NotSent if it has no words or the server does not take it.

    The server's answer is not repeated: it may quote the address.
    """
    server, content = settings.DARWIN_MAIL_SERVER, going.content
    if server is None:
        raise NotSent(_("No mail server is named here. Nothing was sent."))
    if not content.paragraphs:
        raise NotSent(_("The e-mail has no words yet. Nothing was sent."))
    message = EmailMessage(
        subject=" ".join(content.subject.split()),
        body="\n\n".join(content.paragraphs),
        from_email=server.sender,
        to=[going.to],
        # Out-of-office replies would land in the force's mailbox and tell others that she wrote (RFC 3834).
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        connection=EmailBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.starttls,
            use_ssl=server.tls,
            timeout=TIMEOUT_S,
        ),
    )
    try:
        taken = message.send()
    except (SMTPException, OSError) as fault:
        raise NotSent(
            _("The mail server did not take it. Nothing was sent. Try again, or tell the administrator.")
        ) from fault
    if taken != 1:
        raise NotSent(_("The mail server did not take it. Nothing was sent."))
