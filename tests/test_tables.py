"""The state tables of the book's live figures stay small enough to load while a reader scrolls."""

import gzip
from pathlib import Path
from statistics import median

import pytest
from bs4 import BeautifulSoup

LARGEST, MIDDLE = 250_000, 100_000  # bytes, gzipped


@pytest.fixture(scope="module")
def tables(html: Path) -> dict[str, Path]:
    """Each figure's table, as the element on its stand-alone page names it."""
    found = {}
    for page in sorted((html / "figures").glob("*.html")):
        element = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find("live-figure")
        found[page.stem] = (page.parent / element["data-table"]).resolve()
    return found


def test_tables_keep_their_limits(tables: dict[str, Path]) -> None:
    assert len(tables) >= 7
    sizes = {name: len(gzip.compress(file.read_bytes())) for name, file in tables.items()}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert median(sizes.values()) <= MIDDLE


def test_no_table_is_left_over(html: Path, tables: dict[str, Path]) -> None:
    assert set((html / "live").iterdir()) == set(tables.values())
