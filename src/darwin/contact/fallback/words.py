"""What the printed pack says, in the force's language."""

from django.utils.translation import gettext as _


def words() -> dict[str, object]:
    """Every word of the template, by its name there."""
    return {
        "title": _("Fall-back pack"),
        "practice": _("Practice. Nobody here is real."),
        "made": _("made"),
        "old_after": _("take a newer one after"),
        "age": _(
            "What is in it was true then. Destroy it as confidential waste when a newer one is printed."
        ),
        "what_to_do": _("When Darwin does not answer"),
        "numbers": _("Numbers to ring"),
        "no_numbers": _("The force has set no numbers for this page."),
        "whom": _("Whom"),
        "number": _("Number"),
        "when": _("When"),
        "form": _("Contact form"),
        "form_help": _("Write true times. One form a call. Key it in when Darwin is back, or hand it over."),
        "rang": _("Rang at (date, h:min:s)"),
        "answered": _("Answered at"),
        "ended": _("Ended at"),
        "line": _("Line (101, 999, other)"),
        "handler": _("Your name and force number"),
        "caller_number": _("Number that rings, or “withheld”"),
        "caller_name": _("Name the caller gives. Do not offer one"),
        "caller_born": _("Date of birth"),
        "caller_where": _("Where it is: address, and where the caller is now"),
        "role": _("The caller is"),
        "language": _("Language, interpreter, other help needed"),
        "answers": [_("yes"), _("no"), _("not known")],
        "says": _("What the caller says, in their words"),
        "told_dispatch": _("Dispatch told at (time, by whom, whom), and what was decided"),
        "safe": _("Is it safe to ring back? When, how, what not to do. Not asked means not safe"),
        "disposition": _("What becomes of it"),
        "promise": _("Promised to ring back by (date, time)"),
        "entered": _("Keyed into Darwin at (time, by whom)"),
    }


def questions() -> list[str]:
    """What must be asked on paper as on the screen."""
    return [
        _("Is anybody in danger now?"),
        _("Is the person who does this there, or on the way?"),
        _("Are children, or others who cannot protect themselves, there?"),
        _("Is there a weapon, a dog, or another danger to officers?"),
        _("Has anybody been hurt?"),
        _("Has the caller rung about this before?"),
    ]


def steps() -> list[str]:
    """What a handler does, in order."""
    return [
        _("Go on answering. A call that cannot be written down on the screen is written on a form."),
        _("Danger to life: ring dispatch at once, read out place, danger and number, and write the time."),
        _("If the page “My call” still opens, use it: it keeps what you type and sends it by itself later."),
        _("Ring nobody back from this pack whose number is not in it: it may not be safe."),
        _("Tell the supervisor what you have promised. Keep every form, also one with a single line."),
        _("When Darwin is back: key in each form with its own number and true times, oldest danger first."),
    ]
