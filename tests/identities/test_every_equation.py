"""A displayed equation with a label has a test of its own: `(reg-nll)` is proved by `test_reg_nll`.

The tests of `chapters/NAME.md` stand in `tests/identities/test_NAME.py`; there, a test's name may
go on after the label (`test_reg_nll_for_one_example`).
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LABEL = re.compile(r"\$\$ *\(([\w:-]+)\)$|^:label: *([\w:-]+)$", re.MULTILINE)


def equations() -> list[tuple[str, str]]:
    """(chapter, label) of every labelled displayed equation."""
    return [
        (page.stem, first or second)
        for page in sorted((ROOT / "chapters").glob("*.md"))
        for first, second in LABEL.findall(page.read_text(encoding="utf-8"))
    ]


def names_of_tests(chapter: str) -> list[str]:
    source = Path(__file__).with_name(f"test_{chapter.replace('-', '_')}.py")
    tree = ast.parse(source.read_text(encoding="utf-8")) if source.exists() else ast.Module([], [])
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(("chapter", "label"), equations())
def test_it_has_a_test(chapter: str, label: str) -> None:
    name = "test_" + re.sub(r"\W", "_", label)
    assert any(f"{test}_".startswith(f"{name}_") for test in names_of_tests(chapter)), (
        f"equation ({label}) of chapters/{chapter}.md has no {name} in tests/identities"
    )


def test_labels_are_found() -> None:
    assert ("regression", "reg-nll") in equations()
