"""The glossary, the index and the references: nothing that the chapters do not use, and where."""

import re
from pathlib import Path

import pytest
import yaml
from book.index import terms
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [ROOT / f"{chapter['file']}.md" for chapter in CONTENTS["parts"][0]["chapters"]]
ENTRY = re.compile(r"^(\w.*)\n  (.+?)\. (.+) \[Chapter (\d)\]\(\.\./(.+)\)\.$", re.MULTILINE)
HANGUL = re.compile("[가-힣]")
NAMES = {"AdamW", "ReLU"}  # which Korean texts leave as they are


def entries() -> list[tuple[str, str, str, Path]]:
    """(term, Korean, explanation, chapter) of the glossary."""
    text = (ROOT / "appendices" / "glossary.md").read_text(encoding="utf-8")
    found = [
        (term, korean, words, ROOT / chapter)
        for term, korean, words, _, chapter in ENTRY.findall(text)
    ]
    assert len(found) == len(terms()) > 90
    return found


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry[0])
def test_a_term_is_used_in_the_chapter_that_it_names(entry: tuple[str, str, str, Path]) -> None:
    term, korean, words, chapter = entry
    text = " ".join(chapter.read_text(encoding="utf-8").lower().split())
    assert term.lower().removesuffix(" distribution") in text
    assert HANGUL.search(korean) or term in NAMES
    assert words


def test_terms_stand_in_order_and_once() -> None:
    names = [term.lower() for term, *_ in entries()]
    assert names == sorted(set(names))


def test_chapters_are_numbered_as_the_contents_have_them() -> None:
    text = (ROOT / "appendices" / "glossary.md").read_text(encoding="utf-8")
    for _, _, _, number, chapter in ENTRY.findall(text):
        assert CHAPTERS[int(number) - 1] == ROOT / chapter


def test_the_index_leads_from_terms_to_chapters(html: Path) -> None:
    page = BeautifulSoup((html / "genindex.html").read_text("utf-8"), "html.parser")
    links = {link["href"]: link.text for link in page.select("table.indextable a")}
    chapters = [href for href in links if str(href).startswith("chapters/")]
    assert len(chapters) > 25
    for term in ("odds", "convex", "prior", "perplexity", "sandwich"):
        assert any(str(href).endswith(f"#index-{term}") for href in chapters), term


def test_every_reference_is_cited_and_has_a_doi_or_says_where_it_is() -> None:
    bibliography = (ROOT / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{([\w-]+),", bibliography, re.MULTILINE)
    assert len(keys) > 40
    cited = {
        key
        for page in (*CHAPTERS, *(ROOT / "appendices").glob("*.md"))
        for group in re.findall(r"\{cite\}`([^`]+)`", page.read_text(encoding="utf-8"))
        for key in group.split(",")
    }
    assert set(keys) == cited
    for entry in bibliography.split("\n@")[1:]:
        assert re.search(r"^\s*(doi|url|publisher|volume|institution) *=", entry, re.MULTILINE), (
            entry
        )


def test_every_figure_is_shown_in_a_chapter(html: Path) -> None:
    shown = {path.stem for path in (html / "figures").glob("*.html")}
    from mlelib import figures  # noqa: PLC0415  heavy

    assert {name.replace("_", "-") for name in figures.__all__} <= shown


def test_korean_is_marked_as_korean(html: Path) -> None:
    for name in ("glossary", "ledger"):
        text = (html / "appendices" / f"{name}.html").read_text("utf-8")
        page = BeautifulSoup(text, "html.parser").select_one("article")
        marked = [part.extract().text for part in page.select("[lang=ko]")]
        assert marked
        assert not HANGUL.search(page.text), name
