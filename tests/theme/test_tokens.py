"""Every contrast that the token file states is met, by the WCAG formula."""

import re
from pathlib import Path

import pytest

from darwin.theme.tokens import FILE, THEMES, Contrast, as_scss, contrast, read_tokens

TOKENS = read_tokens()


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    # The ends of the scale, and the lightest grey that still has 4.5:1 on white (WebAIM's worked example).
    [("#000000", "#FFFFFF", 21.0), ("#FFFFFF", "#FFFFFF", 1.0), ("#767676", "#FFFFFF", 4.54)],
)
def test_the_contrast_is_that_of_the_standard(first: str, second: str, ratio: float) -> None:
    assert contrast(first, second) == pytest.approx(ratio, abs=0.005)
    assert contrast(second, first) == contrast(first, second)


@pytest.mark.parametrize("pair", TOKENS.contrasts, ids=lambda pair: f"{pair.text} on {pair.ground}")
def test_a_stated_contrast_is_the_computed_one_and_does_its_work(pair: Contrast) -> None:
    for theme, stated in zip(THEMES, pair.stated, strict=True):
        colours = TOKENS.colours[theme]
        found = contrast(colours[pair.text], colours[pair.ground])
        assert found >= pair.least
        # Stated with one decimal: the last one may be rounded either way.
        assert not stated or abs(found - stated) <= 0.06, (theme, found)


@pytest.mark.parametrize("theme", THEMES)
def test_one_ring_of_the_focus_has_three_to_one_on_every_ground(theme: str) -> None:
    colours = TOKENS.colours[theme]
    for ground in ("paper", "card", "sunk", "brand", "button", "rtint", "atint", "bltint", "vtint"):
        rings = [contrast(colours[ring], colours[ground]) for ring in ("focus", "ring")]
        assert max(rings) >= 3, ground


def test_a_colour_that_one_theme_lacks_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "tokens.toml"
    broken.write_text(FILE.read_text("utf-8").replace('ring = "#000000"\n', ""), "utf-8")
    with pytest.raises(ValueError, match="ring"):
        read_tokens(broken)


def test_no_style_sheet_names_a_colour_that_is_not_a_token() -> None:
    allowed = {"#12201e"}  # the text on a yellow focus, the same in both themes
    for sheet in (FILE.parent / "styles").glob("*.scss"):
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text("utf-8"))) <= allowed, sheet.name


def test_every_custom_property_that_a_sheet_uses_is_defined() -> None:
    defined = set(re.findall(r"--([\w-]+):", as_scss(TOKENS)))
    for sheet in (FILE.parent / "styles").glob("*.scss"):
        text = sheet.read_text("utf-8")
        used = set(re.findall(r"var\(--([\w-]+)\)", text))
        # A sheet may define what it alone uses; colours and distances are tokens.
        own = set(re.findall(r"^\s*--([\w-]+):", text, re.MULTILINE))
        assert used <= defined | own, sheet.name
