"""The files of the built book: every link leads somewhere, nothing comes from another host, and the
font has every character of the mathematics."""

import re
from functools import cache
from pathlib import Path
from unicodedata import decomposition
from urllib.parse import unquote, urlsplit

import pytest
from book.mathfont import NAME
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
NOT_LOADED = {"next", "prev", "index", "search", "canonical", "author", "license"}  # <link rel=…>
CSS_ADDRESS = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")


@cache
def parsed(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def names(page: Path) -> frozenset[str]:
    return frozenset(element["id"] for element in parsed(page).find_all(id=True))


@pytest.fixture(scope="session")
def pages(html: Path) -> list[Path]:
    found = sorted(path for path in html.rglob("*.html") if "_static" not in path.parts)
    assert html / "index.html" in found
    return found


PREFIX = "/book/"  # where the site is published: a page for any wrong address must say so


def target(page: Path, address: str) -> tuple[Path, str] | None:
    """The file and the name in it that an address on a page means; None on another host."""
    if page.name == "404.html":
        address = address.removeprefix(PREFIX)
    split = urlsplit(address)
    if split.scheme or split.netloc:
        return None
    return (page.parent / unquote(split.path)).resolve() if split.path else page, split.fragment


def test_every_link_within_the_book_leads_somewhere(pages: list[Path]) -> None:
    broken = []
    followed = 0
    for page in pages:
        for link in parsed(page).find_all("a", href=True):
            found = target(page, link["href"])
            if found is None or link["href"] == "#":
                continue
            followed += 1
            file, name = found
            figure = name.split(":")[0]  # of a live figure's state, as in #calls:rate=2
            if not file.is_file() or (name and unquote(figure) not in names(file)):
                broken.append((page.name, link["href"]))
    assert broken == []
    assert followed > 20 * len(pages) / 2


def test_everything_a_page_loads_is_in_the_book(pages: list[Path]) -> None:
    missing = []
    for page in pages:
        for tag, attribute in LOADING.items():
            for element in parsed(page).find_all(tag, attrs={attribute: True}):
                if tag == "link" and NOT_LOADED & set(element["rel"]):
                    continue
                found = target(page, element[attribute])
                if not element[attribute].startswith("data:") and not (
                    found and found[0].is_file()
                ):
                    missing.append((page.name, element[attribute]))
    assert missing == []


def test_everything_a_style_sheet_loads_is_in_the_book(html: Path) -> None:
    missing = []
    for sheet in html.rglob("*.css"):
        for match in CSS_ADDRESS.finditer(sheet.read_text(encoding="utf-8")):
            address = match[1] or match[2]
            found = target(sheet, address)
            if not address.startswith("data:") and not (found and found[0].is_file()):
                missing.append((sheet.name, address))
    assert missing == []


def test_a_page_has_no_two_elements_of_one_name(pages: list[Path]) -> None:
    for page in pages:
        all_names = [element["id"] for element in parsed(page).find_all(id=True)]
        assert sorted(all_names) == sorted(set(all_names)), page.name


def test_every_picture_says_how_large_it_is(pages: list[Path]) -> None:
    pictures = [image for page in pages for image in parsed(page).select(".cell_output img")]
    assert len(pictures) > 5
    for image in pictures:
        assert int(image["width"]) > 100, image["src"]
        assert int(image["height"]) > 100, image["src"]


def test_mathematics_is_mathml_all_of_it(pages: list[Path]) -> None:
    formulas = 0
    for page in pages:
        formulas += len(parsed(page).find_all("math"))
        assert not parsed(page).find_all(["merror", "mjx-container"])
        for box in parsed(page).select("div.math, span.math"):
            assert box.find("math"), (page.name, box.text)
    assert formulas > 20


def test_the_font_has_every_character_of_the_mathematics(html: Path, pages: list[Path]) -> None:
    font = TTFont(html / "_static" / NAME)
    assert "MATH" in font
    drawn = {
        character
        for page in pages
        for token in parsed(page).select("math mi, math mn, math mo, math mtext")
        for character in italic(token.name, token.text)
    }
    assert {"𝜃", "∑", "="} <= drawn
    invisible = set("\u2061\u2062\u2063\u2064\ufe00\n ")
    assert {c for c in drawn if ord(c) not in font.getBestCmap()} - invisible == set()


def italic(element: str, text: str) -> str:
    """What a browser draws: a single letter in <mi> is italic, though it is written upright."""
    if element != "mi" or len(text) != 1:
        return text
    return ITALIC.get(text, text)


# Unicode says of each mathematical italic letter which letter it is an italic of ("<font> 03B8").
ITALIC = {
    chr(int(decomposition(chr(code)).split()[1], 16)): chr(code)
    for code in (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))
    if decomposition(chr(code))
} | {"h": "ℎ"}
