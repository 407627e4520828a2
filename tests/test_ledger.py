"""The page of the ledger says what claims.yml says, and no record goes without its test."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from book import ledger
from bs4 import BeautifulSoup, Tag
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[1]
RECORDS: list[dict[str, Any]] = yaml.safe_load((ROOT / "claims.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(html: Path) -> list[Tag]:
    page = (html / "appendices" / "ledger.html").read_text(encoding="utf-8")
    return BeautifulSoup(page, "html.parser").select("table.ledger tbody tr")


def test_each_record_has_its_row(html: Path, rows: list[Tag]) -> None:
    assert len(rows) == len(RECORDS) >= 54
    for row, record in zip(rows, RECORDS, strict=True):
        said, verdict, statement, decided = row.select("td")
        assert f"{record['id']} “{record['claim']}”" in said.text.replace("’", "'")
        assert f"in {', '.join(record['source'])}" in said.text
        assert verdict.text.strip() == record["verdict"]
        assert statement.text.strip().replace("’", "'") == record["statement"]
        cell, test = decided.select("a")
        chapter = record["cell"].split("#")[0]
        assert cell["href"] == f"../chapters/{chapter}.html#{record['id'].lower()}"
        file, function = record["test"].split("::")
        assert test.text == function
        assert str(test["href"]).endswith(f"/{file}")
        assert row["id"] == f"ledger-{record['id'].lower()}"


def test_a_record_without_a_test_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for test in ("tests/claims/test_binary.py::test_nothing", "tests/claims/no_file.py::test_c12"):
        changed = tmp_path / "claims.yml"
        changed.write_text(yaml.safe_dump([RECORDS[0], RECORDS[1] | {"test": test}]))
        monkeypatch.setattr(ledger, "LEDGER", changed)
        with pytest.raises(ExtensionError, match=f"C02 has no test, '{test}'"):
            ledger.records()
