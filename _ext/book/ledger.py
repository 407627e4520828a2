"""The ledger as a page: one row for each record of claims.yml, which the tests read too.

A record whose test does not exist fails the build.
"""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from mlelib.addresses import CONFIG, Addresses

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "claims.yml"
CONTENTS = ROOT / "_toc.yml"
COLUMNS = (("Said", 30), ("Verdict", 10), ("Exactly", 40), ("Decided by", 20))


@cache
def functions(file: Path) -> set[str]:
    """The names of a module's functions."""
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@cache
def chapters() -> list[str]:
    """The numbered chapters' names, in order."""
    contents = yaml.safe_load(CONTENTS.read_text(encoding="utf-8"))
    return [chapter["file"].rpartition("/")[2] for chapter in contents["parts"][0]["chapters"]]


def records() -> list[dict[str, Any]]:
    """The records; `ExtensionError` if one has no test."""
    found: list[dict[str, Any]] = yaml.safe_load(LEDGER.read_text(encoding="utf-8"))
    for record in found:
        file, _, function = record["test"].partition("::")
        if function not in functions(ROOT / file):
            raise ExtensionError(f"claims.yml: {record['id']} has no test, {record['test']!r}")
    return found


class Ledger(SphinxDirective):
    """`{ledger}`: the table."""

    def run(self) -> list[nodes.Node]:
        for file in (LEDGER, CONTENTS, CONFIG):  # the records, chapters' numbers, addresses
            self.env.note_dependency(str(file))
        group = nodes.tgroup("", cols=len(COLUMNS))
        group += [nodes.colspec(colwidth=width) for _, width in COLUMNS]
        heads = [nodes.entry("", nodes.paragraph(text=title)) for title, _ in COLUMNS]
        group += nodes.thead("", nodes.row("", *heads))
        group += nodes.tbody("", *(self._row(record) for record in records()))
        return [nodes.table("", group, classes=["ledger"])]

    def _row(self, record: dict[str, Any]) -> nodes.row:
        chapter = record["cell"].partition("#")[0]
        verdict = record["verdict"]
        said = nodes.paragraph("", f"{record['id']} “{record['claim']}”")
        where = ", ".join(record["source"])
        cells = (
            [said, nodes.paragraph("", f"in {where}", classes=["ledger-source"])],
            [nodes.paragraph("", verdict)],
            [nodes.paragraph("", record["statement"])],
            [nodes.paragraph("", "", *self._deciders(record, chapter))],
        )
        looks = [f"ledger-{verdict.replace(' ', '-')}", f"ledger-{chapter}"]
        row = nodes.row("", *(nodes.entry("", *cell) for cell in cells), classes=looks)
        row["ids"].append(f"ledger-{record['id'].lower()}")
        return row

    def _deciders(self, record: dict[str, Any], chapter: str) -> list[nodes.Node]:
        cell = pending_xref(
            "",
            nodes.inline("", f"Chapter {chapters().index(chapter) + 1}"),
            refdomain="std",
            reftype="ref",
            reftarget=record["id"].lower(),
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )
        file, _, function = record["test"].partition("::")
        addresses = Addresses()
        source = f"{addresses.repository}/blob/{addresses.ref}/{file}"
        test = nodes.reference("", "", nodes.literal("", function), refuri=source, internal=False)
        return [cell, nodes.Text(", "), test]


def check(app: Sphinx) -> None:
    records()


def add_filters(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    if doctree is not None and any("ledger" in t["classes"] for t in doctree.findall(nodes.table)):
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_directive("ledger", Ledger)
    app.connect("builder-inited", check)
    app.connect("html-page-context", add_filters)
