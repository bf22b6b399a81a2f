"""What an administrator types. Whatever was typed is shown again with the reason beside it."""

from datetime import UTC, datetime

from django import forms

from darwin.staff.models import Account, Team
from darwin.staff.roles import ROLES


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
