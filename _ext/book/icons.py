"""The icons of the buttons: Font Awesome (SIL Open Font License), cut down to those in use."""

import re
from collections.abc import Set
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

NAME = "icons.woff2"
WHOLE = "vendor/fontawesome/webfonts/fa-solid-900.woff2"
RULE = re.compile(r"([^{}]*){content:\"\\([0-9a-f]+)\"}")
FACE = (
    '@font-face{font-family:"Font Awesome 6 Free";font-weight:900;font-display:block;'
    f'src:url({NAME}) format("woff2")}}'
)


def write_font(static: Path, words: Set[str]) -> None:
    """Cut the theme's font for the classes among these words."""
    theme = (static / "styles" / "pydata-sphinx-theme.css").read_text("utf-8")
    font = TTFont(BytesIO((static / WHOLE).read_bytes()))
    cutter = subset.Subsetter(subset.Options(drop_tables=["FFTM"], layout_features=[]))
    cutter.populate(unicodes=in_use(theme, words))
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(static / NAME)


def in_use(css: str, words: Set[str]) -> set[int]:
    """The characters that the rules for these classes show."""
    return {
        int(code, 16)
        for selectors, code in RULE.findall(css)
        if words & set(re.findall(r"\.(fa-[\w-]+)", selectors))
    }
