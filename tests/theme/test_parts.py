"""Each part renders, escapes what it is given, and puts nothing inline."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from darwin.theme.parts import STATE_WORDS, TOLD_SYMBOLS, ClockFace, Crumb, Fault, Stop, Tile, Work

NASTY = "<script>alert(1)</script>\"'&"
NOW = datetime(2026, 11, 22, 14, 24, tzinfo=UTC)


class NastyForm(forms.Form):
    """Everything that a form can carry to the page is nasty."""

    words = forms.CharField(label=NASTY, help_text=NASTY)
    choice = forms.ChoiceField(label=NASTY, choices=[(NASTY, NASTY)], widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(
        label=NASTY, choices=[(NASTY, NASTY)], widget=forms.CheckboxSelectMultiple
    )
    one = forms.ChoiceField(label=NASTY, choices=[(NASTY, NASTY)])
    long = forms.CharField(label=NASTY, widget=forms.Textarea)
    yes = forms.BooleanField(label=NASTY)

    def clean_words(self) -> str:
        raise forms.ValidationError(NASTY)


class _Tags(HTMLParser):
    """The elements and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def render(template: str, **context: Any) -> str:
    request = RequestFactory().get("/list/", {"q": NASTY})
    return Template("{% load darwin %}" + template).render(Context({"request": request, **context}))


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "grade": ("{% grade 1 nasty %}", {}),
    "state": ("{% state 'late' nasty %}", {}),
    "label": ("{% label nasty %}", {}),
    "key": ("{% key nasty %}", {}),
    "button": ("{% button nasty key=nasty name=nasty value=nasty %}", {}),
    "link like a button": ("{% button nasty href=nasty %}", {}),
    "symbol": ("{% symbol 'late' nasty %}", {}),
    "clock": ("{% clock face %}", {"face": ClockFace.paused(NASTY)}),
    "line": ("{% one_line stops nasty %}", {"stops": [Stop(NASTY, NASTY, "now")]}),
    "tiles": ("{% tiles shown %}", {"shown": [Tile(NASTY, NASTY, NASTY, "late", "/x/")]}),
    "work": ("{% worklist lines %}", {"lines": [Work(3, NASTY, NASTY, None, NASTY, "/x/")]}),
    "summary": ("{% summary rows %}", {"rows": [(NASTY, NASTY)]}),
    "trail": ("{% trail crumbs %}", {"crumbs": [Crumb(NASTY, "/x/"), Crumb(NASTY)]}),
    "pages": ("{% pages page %}", {"page": Paginator(range(100), 10).page(4)}),
    "sort head": ("<table><tr>{% sort_head nasty 'tries' %}</tr></table>", {}),
    "told": ("{% told 'error' title=nasty %}{{ nasty }}{% endtold %}", {}),
    "verdict": ("{% verdict %}{{ nasty }}{% endverdict %}", {}),
    "errors": ("{% error_summary faults %}", {"faults": [Fault(NASTY, "x"), Fault(NASTY)]}),
    "errors of a form": ("{% error_summary form %}", {"form": NastyForm({"words": "x"})}),
    "telephone": ("{{ nasty|telephone }}", {}),
    **{
        f"field {name}": ("{% field bound hint=nasty %}", {"bound": NastyForm({"words": NASTY})[name]})
        for name in NastyForm.base_fields
    },
}


@pytest.mark.parametrize(("template", "context"), CASES.values(), ids=CASES.keys())
def test_a_part_escapes_what_it_is_given_and_has_nothing_inline(
    template: str, context: dict[str, Any]
) -> None:
    html = render(template, nasty=NASTY, **context)
    assert html.strip()
    assert "<script" not in html
    for tag, attributes in _Tags(html).found:
        assert tag not in ("script", "style")
        assert not [name for name in attributes if name == "style" or name.startswith("on")], (
            tag,
            attributes,
        )


@pytest.mark.parametrize(
    ("template", "context"),
    [
        ("{% grade 6 'x' %}", {}),
        ("{% state 'odd' %}", {}),
        ("{% symbol 'odd' %}", {}),
        ("{% button 'x' kind='odd' %}", {}),
        ("{% told 'odd' %}{% endtold %}", {}),
        ("{% field bound size=7 %}", {"bound": NastyForm()["words"]}),
    ],
)
def test_a_part_that_the_theme_does_not_have_is_refused(template: str, context: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        render(template, **context)


@pytest.mark.parametrize("name", STATE_WORDS)
def test_every_state_has_a_shape_and_a_word(name: str) -> None:
    html = render("{% state name %}", name=name)
    assert f"#{name}" in html
    assert str(STATE_WORDS[name]) in html


@pytest.mark.parametrize("kind", TOLD_SYMBOLS)
def test_every_state_of_a_panel_tells_its_text(kind: str) -> None:
    assert "Nobody is waiting." in render("{% told kind %}Nobody is waiting.{% endtold %}", kind=kind)


@pytest.mark.parametrize(
    ("left", "shown", "kind", "filled"),
    [
        (timedelta(minutes=41, seconds=7), "41:07 left", "left", 68),
        (timedelta(minutes=5), "5:00 left", "soon", 8),
        (timedelta(0), "0:00 left", "soon", 0),
        (timedelta(milliseconds=-1), "0:00 over", "over", 100),
        (timedelta(seconds=-80), "1:20 over", "over", 100),
        (timedelta(hours=2), "2 h 00 left", "left", 100),
    ],
)
def test_a_clock_has_a_figure_a_word_and_a_bar(left: timedelta, shown: str, kind: str, filled: int) -> None:
    due = NOW + left
    face = ClockFace.until(due, now=NOW, started_at=NOW + left - timedelta(hours=1), soon_ms=300_000)
    assert (f"{face.figure} {face.word}".replace("\N{NO-BREAK SPACE}", " "), face.kind, face.filled) == (
        shown,
        kind,
        filled,
    )
    assert "<time" in render("{% clock face %}", face=face)


def test_a_field_is_tied_to_its_label_hint_and_error() -> None:
    html = render("{% field bound %}", bound=NastyForm({"words": "31/11/2026"})["words"])
    tags = _Tags(html).found
    control = next(attributes for tag, attributes in tags if tag == "input")
    ids = {attributes.get("id") for _, attributes in tags}
    assert control["aria-invalid"] == "true"
    assert control["value"] == "31/11/2026"
    assert set((control["aria-describedby"] or "").split()) <= ids
    assert any(tag == "label" and attributes["for"] == control["id"] for tag, attributes in tags)


def test_only_the_first_press_of_a_work_list_is_filled_and_nothing_to_do_has_none() -> None:
    lines = [
        Work(0, "a", "b", None, "Open", "/0/"),
        Work(2, "c", "d", None, "Open", "/1/"),
        Work(1, "e", "f", None, "Open", "/2/"),
    ]
    assert render("{% worklist lines %}", lines=lines).count("d-button--first") == 1


def test_sorting_and_paging_keep_the_other_choices_of_the_address() -> None:
    assert "q=%3Cscript" in render("{% sort_head 'Tries' 'tries' %}")
    assert "q=%3Cscript" in render("{% pages page %}", page=Paginator(range(100), 10).page(1))


def test_a_withheld_number_is_a_word() -> None:
    assert "withheld" in render("{{ number|telephone }}", number="")
    assert "withheld" in render("{{ number|telephone }}", number=None)
