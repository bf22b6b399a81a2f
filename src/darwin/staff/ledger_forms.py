"""What is asked of the ledger, and what is written down when entries leave the house."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from darwin.deadlines import clock
from darwin.ledger.actors import Subject, Verb
from darwin.ledger.search import Search
from darwin.ledger.searching import kind_of
from darwin.staff.models import Account, ApiToken
from darwin.theme import formats
from darwin.theme.forms import DayField, midnight

VERB_WORDS = {
    Verb.COLLECT: pgettext_lazy("verb of the ledger", "took in"),
    Verb.ALTER: pgettext_lazy("verb of the ledger", "changed"),
    Verb.CONSULT: pgettext_lazy("verb of the ledger", "looked at"),
    Verb.DISCLOSE: pgettext_lazy("verb of the ledger", "disclosed"),
    Verb.COMBINE: pgettext_lazy("verb of the ledger", "combined"),
    Verb.ERASE: pgettext_lazy("verb of the ledger", "erased"),
}
# What the page shows before anything is asked: enough to see that it works, little enough to be quick.
_DAYS_AT_FIRST = 7


class LedgerForm(forms.Form):
    """A search. Every field may be left empty; the days are both included."""

    about = forms.CharField(label=gettext_lazy("About which record or account"), required=False)
    by = forms.CharField(label=gettext_lazy("By whom"), required=False)
    verb = forms.ChoiceField(
        label=gettext_lazy("What was done"),
        required=False,
        choices=lambda: [("", _("anything")), *((verb.value, word) for verb, word in VERB_WORDS.items())],
    )
    event = forms.CharField(label=gettext_lazy("Event"), required=False)
    from_day = DayField(label=gettext_lazy("From"), required=False)
    to_day = DayField(label=gettext_lazy("To, that day included"), required=False)

    subject: Subject | None = None
    about_account: Account | None = None
    account: Account | None = None
    tokens: tuple[UUID, ...] = ()
    system = ""

    @classmethod
    def asked(cls, query: Any) -> LedgerForm:
        """The form of an address; of a bare one, with the last days filled in."""
        if any(name in query for name in cls.base_fields):
            return cls(query)
        today = clock.now().astimezone(clock.LONDON).date()
        first = today - timedelta(days=_DAYS_AT_FIRST - 1)
        return cls({"from_day": f"{first:%d/%m/%Y}", "to_day": f"{today:%d/%m/%Y}"})

    def clean_about(self) -> str:
        """A record by its identifier, an account by its identifier, sign-in name or force number."""
        words = str(self.cleaned_data["about"]).strip()
        if not words:
            return words
        try:
            identifier = UUID(words)
        except ValueError:
            self.about_account = _account(words)
            if self.about_account is None:
                raise forms.ValidationError(
                    _("“%(words)s” is no identifier of a record, and no account has that name or number.")
                    % {"words": words}
                ) from None
            self.subject = Subject("account", self.about_account.id)
            return words
        kind = kind_of(identifier)
        if not kind:
            raise forms.ValidationError(_("The ledger knows no record with this identifier."))
        self.subject = Subject(kind, identifier)
        if kind == "account":
            self.about_account = Account.objects.filter(pk=identifier).first()
        return words

    def clean_by(self) -> str:
        """An account by its sign-in name or force number, otherwise another system by its client's name,
        otherwise a part of the system by its name."""
        words = str(self.cleaned_data["by"]).strip()
        self.account = _account(words) if words else None
        if words and self.account is None:
            self.tokens = tuple(ApiToken.objects.filter(client=words.lower()).values_list("id", flat=True))
        self.system = "" if self.account or self.tokens else words
        return words

    def clean(self) -> dict[str, Any] | None:
        """Refuses an end before its beginning, at the end."""
        cleaned = super().clean()
        first, last = self.cleaned_data.get("from_day"), self.cleaned_data.get("to_day")
        if first and last and last < first:
            self.add_error(
                "to_day",
                _("The last day, %(last)s, is before the first, %(first)s. What you typed is kept.")
                % {"last": formats.day(last), "first": formats.day(first)},
            )
        return cleaned

    def search(self) -> Search:
        """What is asked. Of a valid form only."""
        first, last = self.cleaned_data["from_day"], self.cleaned_data["to_day"]
        verb = self.cleaned_data["verb"]
        return Search(
            subject=self.subject,
            by=self.account.id if self.account else None,
            tokens=self.tokens,
            system=self.system,
            verb=Verb(verb) if verb else None,
            event=self.cleaned_data["event"].strip(),
            start=midnight(first) if first else None,
            end=midnight(last + timedelta(days=1)) if last else None,
        )


class DisclosureForm(forms.Form):
    """To whom entries go, and what for: kept as the reason of the disclosure."""

    recipient = forms.CharField(
        max_length=200,
        label=gettext_lazy("Who receives it"),
        error_messages={"required": gettext_lazy("Say who receives it: the ledger keeps it as the reason.")},
    )
    purpose = forms.CharField(max_length=300, label=gettext_lazy("What for, if you can say"), required=False)

    def reason(self) -> str:
        """The reason as it is kept. Of a valid form only."""
        return ": ".join(filter(None, [self.cleaned_data["recipient"], self.cleaned_data["purpose"]]))


def _account(words: str) -> Account | None:
    named = Account.objects.filter(sign_in_name=words.lower()).first()
    return named or Account.objects.filter(force_number__iexact=words).exclude(force_number="").first()
