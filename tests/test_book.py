"""The chapters' sources, and what became of them in the built book."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import jupytext
import pytest
import yaml
from jupyter_cache import get_cache
from myst_nb.core.read import read_myst_markdown_notebook
from nbformat import NotebookNode

import mlelib

ROOT = Path(__file__).parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"], *(page["file"] for part in TOC["parts"] for page in part["chapters"])]
CHAPTERS = [page for page in PAGES if page.startswith("chapters/")]


def source(page: str) -> str:
    return (ROOT / f"{page}.md").read_text(encoding="utf-8")


def code_cells(page: str) -> list[str]:
    cells = jupytext.reads(source(page), fmt="md:myst").cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def test_the_contents_list_what_is_written() -> None:
    written = {f"chapters/{path.stem}" for path in (ROOT / "chapters").glob("*.md")}
    assert written == set(CHAPTERS)


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_cell_was_executed_without_an_error(html: Path, page: str) -> None:
    notebook = executed(html, page)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells] == code_cells(page)
    assert all(cell.execution_count for cell in cells)
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]


def executed(html: Path, page: str) -> NotebookNode:
    """The notebook as the build ran it, from the newest execution cache."""
    folder = max((html.parent / ".executed").iterdir(), key=lambda path: path.stat().st_mtime)
    notebook = read_myst_markdown_notebook(source(page))
    return get_cache(folder).merge_match_into_notebook(notebook)[1]


@pytest.mark.parametrize("page", CHAPTERS)
def test_cells_are_short(page: str) -> None:
    lengths = [len(cell.splitlines()) for cell in code_cells(page)]
    assert max(lengths) <= 30
    assert median(lengths) <= 10


@pytest.mark.parametrize("page", CHAPTERS)
def test_no_chapter_takes_a_name_of_the_library_for_something_else(page: str) -> None:
    taken = set().union(*(names_bound(cell) for cell in code_cells(page)))
    assert taken & set(mlelib.__all__) == set()


def test_every_way_to_bind_a_name_is_seen() -> None:
    cell = """
import a, b.c as d
from e import f as g
from mlelib import Gaussian, Laplace as h
i = j, *k = l[0] = m.n = o
for p in q: pass
with r as s: pass
def t(u): v = w
class x: pass
if (y := z): pass
aa: int = 1
bb += 1
[cc for cc in dd]
try: pass
except E as ee: pass
match ff:
    case {"gg": hh, **ii} | [*jj] as kk: pass
global_lambda = lambda ll: ll
"""
    expected = "a d g h i j k p s t x y aa bb ee hh ii jj kk global_lambda"
    assert names_bound(cell) == set(expected.split())


def names_bound(cell: str) -> set[str]:
    """The names a cell binds at its top level, but for what it imports from mlelib as it is."""
    lines = [line for line in cell.splitlines() if not line.startswith(("%", "!"))]
    return set(_bound(ast.parse("\n".join(lines))))


INNER_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.Import(names=names):
            yield from (alias.asname or alias.name.split(".")[0] for alias in names)
        case ast.ImportFrom(module=str(module), names=names):
            own = module.split(".")[0] == "mlelib"
            yield from (alias.asname or alias.name for alias in names if alias.asname or not own)
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
    if not isinstance(node, INNER_SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


# The pace of somebody who reads to understand: words a minute, seconds for a line of a derivation,
# for a line of code and for what a cell prints, minutes with a figure.
WORDS, STEP, LINE, OUTPUT, FIGURE = 180, 8, 4, 20, 3
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)


def minutes(page: str) -> float:
    text = source(page).partition("\n---\n")[2].partition("\n## Exercises")[0]
    cells = CELL.findall(text)
    shown = [cell for cell in cells if "remove-input" not in cell and "hide-input" not in cell]
    lines = sum(len([line for line in cell.splitlines() if line.strip()]) - 2 for cell in shown)
    steps = sum(formula.count("\\\\") + 1 for formula in FORMULA.findall(text))
    words = len(FORMULA.sub("", FENCE.sub("", text)).split())
    figures = text.count("\n:tags: [remove-input]\n")
    seconds = steps * STEP + lines * LINE + len(cells) * OUTPUT
    return words / WORDS + seconds / 60 + figures * FIGURE


@pytest.mark.parametrize("page", CHAPTERS[:7])
def test_a_chapter_takes_as_long_as_it_says_and_an_evening_at_most(page: str) -> None:
    said = re.search(r"\*\*Time:\*\* (\d+) minutes to read, and as long again for", source(page))
    assert said
    assert minutes(page) == pytest.approx(int(said[1]), abs=5)
    assert 45 <= int(said[1]) <= 90
