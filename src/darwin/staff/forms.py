"""What an administrator types. Whatever was typed is shown again with the reason beside it."""

from datetime import UTC, datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from darwin.staff.models import Account, Team
from darwin.staff.roles import ROLES
from darwin.staff.scopes import scopes_to_give


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of people, by the name that colleagues see."""

    def label_from_instance(self, obj: Account) -> str:
        return obj.display_name


class OpenAccountForm(forms.Form):
    """A new account. Only the two names are required: one to sign in with, one for colleagues to see."""

    sign_in_name = forms.CharField(max_length=150, label="Sign-in name")
    display_name = forms.CharField(max_length=150, label="Name that colleagues see")
    force_number = forms.CharField(max_length=20, label="Force number, if there is one", required=False)
    team = forms.ModelChoiceField(
        Team.objects.none(), label="Team", required=False, empty_label="No team yet"
    )
    line_manager = PersonField(
        Account.objects.none(), label="Line manager", required=False, empty_label="Nobody yet"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        place_choices(self)


class PostingForm(forms.Form):
    """Where a person stands and whom they answer to."""

    team = forms.ModelChoiceField(Team.objects.none(), label="Team", required=False, empty_label="No team")
    line_manager = PersonField(
        Account.objects.none(), label="Line manager", required=False, empty_label="Nobody"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        place_choices(self)


def place_choices(form: forms.Form) -> None:
    """Offer the open teams, and as line managers those who hold a role that can have line reports."""
    team, manager = form.fields["team"], form.fields["line_manager"]
    assert isinstance(team, forms.ModelChoiceField)
    assert isinstance(manager, forms.ModelChoiceField)
    team.queryset = Team.objects.filter(closed_at=None).order_by("name")
    manager.queryset = (
        Account.objects.filter(is_active=True, holdings__role__in=MANAGING)
        .distinct()
        .order_by("display_name")
    )


MANAGING = (
    "chief_officer",
    "contact_supervisor",
    "duty_inspector",
    "investigation_supervisor",
)


class GrantForm(forms.Form):
    """A role, for ever or for a shift."""

    role = forms.ChoiceField(choices=[(role.code, role.title) for role in ROLES.values()], label="Role")
    held_from = forms.DateTimeField(
        label="From", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    held_to = forms.DateTimeField(
        label="To (leave empty for ever)",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(label="Why", required=False, max_length=500)

    def times(self) -> tuple[datetime | None, datetime | None]:
        """From and to in UTC; what was typed is London time."""
        start, end = self.cleaned_data["held_from"], self.cleaned_data["held_to"]
        return (start and start.astimezone(UTC)), (end and end.astimezone(UTC))


class TokenForm(forms.Form):
    """A token for another system: whose, what it opens, for how long."""

    client = forms.CharField(
        max_length=40,
        label=_("Name of the system"),
        help_text=_("Small letters, digits and hyphens, for example genesys-north. The ledger shows it."),
        error_messages={
            "required": _("The system has no name yet. The ledger shows it beside what the system did.")
        },
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it opens"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("The token opens nothing yet. Choose at least one.")},
    )
    days = forms.IntegerField(
        min_value=1,
        label=_("Good for so many days"),
        error_messages={
            "required": _("How long it is good is not said yet. Type a number of days."),
            "invalid": _("This is not a whole number of days. What you typed is kept."),
            "min_value": _("A token is good for at least a day. What you typed is kept."),
            "max_value": _("That is longer than the force allows. What you typed is kept."),
        },
    )

    def __init__(self, *args: object, longest: int, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        scopes, days = self.fields["scopes"], self.fields["days"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [(scope.name, f"{scope.name}: {scope.sentence}") for scope in scopes_to_give()]
        days.initial = longest
