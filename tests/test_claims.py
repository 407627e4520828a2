"""The ledger as a whole: every record of claims.yml is whole, and its chapter says the same.

That a verdict is right is decided by the claim's own test in `tests/claims`, and shown by its cell.
"""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
RECORDS: list[dict[str, Any]] = yaml.safe_load((ROOT / "claims.yml").read_text(encoding="utf-8"))
FIELDS = ["id", "claim", "source", "verdict", "statement", "cell", "test"]
KNOWN = {
    f"C{number:02}" for number in range(1, 55)
}  # what the book set out to judge; it found more
SOURCES = {"000", "001", "002", "003", "004"}
VERDICTS = {"true", "true if", "false"}

each_record = pytest.mark.parametrize("record", RECORDS, ids=[r["id"] for r in RECORDS])


def sayings(chapter: Path) -> dict[str, str]:
    """The sections of “Said often, true?”: label -> text from the heading on."""
    text = chapter.read_text(encoding="utf-8")
    part = re.search(r"^## Said often, true\?$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    pieces = re.split(r"^\((C\d\d)\)=$", part[1] if part else "", flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def spoken_verdict(section: str) -> str | None:
    """What the section's first bold words say: "true" alone, "true …" with a condition, "false"."""
    bold = re.search(r"\*\*(.+?)\*\*", section)
    words = re.sub(r"[^a-z ]", "", bold[1].lower()).split() if bold else [""]
    if words == ["true"]:
        return "true"
    return {"true": "true if", "false": "false"}.get(words[0])


@cache
def collected() -> set[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/claims"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return {line.split("[")[0] for line in done.stdout.splitlines()}


@each_record
def test_a_record_is_whole(record: dict[str, Any]) -> None:
    assert list(record) == FIELDS
    assert re.fullmatch(r"C\d\d", record["id"])
    assert record["verdict"] in VERDICTS
    assert record["source"]
    assert set(record["source"]) <= SOURCES
    assert all(isinstance(record[field], str) for field in FIELDS if field != "source")
    assert record["statement"].endswith(".")


@each_record
def test_the_chapter_says_the_same(record: dict[str, Any]) -> None:
    chapter, _ = record["cell"].split("#")
    section = sayings(ROOT / "chapters" / f"{chapter}.md")[record["id"]]
    heading = re.search(r"^### “(.*)”$", section, re.MULTILINE)
    assert heading, "the section's heading is the claim, in curly quotes"
    assert heading[1] == record["claim"]
    assert spoken_verdict(section) == record["verdict"]


@each_record
def test_one_cell_decides_and_stands_in_the_section(record: dict[str, Any]) -> None:
    chapter, tag = record["cell"].split("#")
    page = ROOT / "chapters" / f"{chapter}.md"
    cell = re.compile(
        r"^```\{code-cell\} ipython3\n:tags: \[(?:[\w-]+, )*" + tag + r"(?:, [\w-]+)*\]$",
        re.MULTILINE,
    )
    assert len(cell.findall(page.read_text(encoding="utf-8"))) == 1
    assert len(cell.findall(sayings(page)[record["id"]])) == 1


@each_record
def test_its_test_is_collected(record: dict[str, Any]) -> None:
    assert record["test"] in collected()


def test_ids_are_unique_and_in_order() -> None:
    ids = [record["id"] for record in RECORDS]
    assert ids == sorted(set(ids))
    assert set(ids) >= KNOWN


def test_no_two_claims_share_a_cell_or_a_test() -> None:
    for field in ("cell", "test"):
        values = [record[field] for record in RECORDS]
        assert len(values) == len(set(values))


def test_the_chapters_judge_no_claim_that_the_ledger_lacks() -> None:
    judged = [
        (page.stem, label) for page in (ROOT / "chapters").glob("*.md") for label in sayings(page)
    ]
    recorded = [(record["cell"].split("#")[0], record["id"]) for record in RECORDS]
    assert sorted(judged) == sorted(recorded)


@pytest.mark.parametrize(
    ("section", "verdict"),
    [
        ("**True.** And so on.", "true"),
        ("**True**, read backwards too.", "true"),
        ("**True if** y is discrete.", "true if"),
        ("**True, if** one σ holds.", "true if"),
        ("**True for a Gaussian**; not for others.", "true if"),
        ("**False.** Why **true** stands here too does not matter.", "false"),
        ("**Perhaps.**", None),
        ("No bold words.", None),
    ],
)
def test_how_a_verdict_is_read(section: str, verdict: str | None) -> None:
    assert spoken_verdict(section) == verdict
