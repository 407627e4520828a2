"""The notebooks beside the site: what a reader gets in Colab, on GitHub or in a plain Jupyter."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jupytext
import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
SITE = CONFIG["html"]["baseurl"]
SOURCES = [ROOT / "intro.md", *sorted((ROOT / "chapters").glob("*.md"))]
# What MyST would have understood, and another program shows as it stands.
RAW = re.compile(r"\{[\w:-]+\}`|:::|^\([\w-]+\)=|\$\$ *\(|^`{3,}\{|^%|^\+\+\+", re.MULTILINE)
CODE = re.compile(r"^`{3,}.*?^`{3,}|`[^`\n]+`", re.MULTILINE | re.DOTALL)

sources = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


@cache
def read(html: Path, name: str) -> NotebookNode:
    return nbformat.read(html / "notebooks" / f"{name}.ipynb", as_version=4)


def prose(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


@cache
def ids(page: Path) -> set[str]:
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    return {element["id"] for element in soup.find_all(id=True)}


@sources
def test_a_notebook_is_valid_and_has_run(html: Path, source: Path) -> None:
    notebook = read(html, source.stem)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"][1:]
    assert all(cell.execution_count for cell in cells)
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]


@sources
def test_its_cells_are_the_pages(html: Path, source: Path) -> None:
    cells = [cell.source for cell in read(html, source.stem).cells if cell.cell_type == "code"]
    page = jupytext.read(source)
    assert cells[1:] == [cell.source for cell in page.cells if cell.cell_type == "code"]


@sources
def test_the_first_cell_installs_this_version_and_does_nothing_where_it_is(
    html: Path, source: Path
) -> None:
    first = read(html, source.stem).cells[0]
    repository, branch = CONFIG["repository"]["url"], CONFIG["repository"]["branch"]
    assert f'"mlelib[run] @ git+{repository}@{branch}" torch' in first.source
    assert "output.enable_custom_widget_manager()" in first.source
    assert "commit" in first.source.splitlines()[1]
    plain = first.source.replace("%pip", "raise SystemExit  # ")
    exec(plain, {})


@sources
def test_no_markup_of_myst_is_left(html: Path, source: Path) -> None:
    notebook = read(html, source.stem)
    assert prose(notebook)[0].lstrip().startswith("# ")
    for text in prose(notebook):
        left = RAW.search(CODE.sub("", text))
        assert left is None, text[left.start() - 80 : left.end() + 80]
        html_of = MarkdownIt("commonmark").enable("table").render(text)
        assert html_of.count("<details>") == html_of.count("</details>")


@sources
def test_every_link_leads_to_a_place_of_the_site(html: Path, source: Path) -> None:
    for text in prose(read(html, source.stem)):
        rendered = MarkdownIt("commonmark").enable("table").render(text)
        for link in BeautifulSoup(rendered, "html.parser").find_all("a"):
            address = urlsplit(str(link["href"]))
            assert address.scheme == "https", link
            if link["href"].startswith(SITE):
                page = html / address.path.removeprefix(urlsplit(SITE).path)
                assert page.is_file(), link
                name = unquote(address.fragment).split(":")[0]
                assert not name or name in ids(page), link


def test_equations_and_references_say_what_the_pages_say(html: Path) -> None:
    text = "\n".join(prose(read(html, "binary")))
    page = BeautifulSoup((html / "chapters" / "binary.html").read_text("utf-8"), "html.parser")
    numbers = [number.text.strip("()#") for number in page.select("div.math .eqno")]
    assert len(numbers) > 10
    assert re.findall(r"\\tag\{(.+?)\}", text) == numbers
    cited = [cited.text for cited in page.select(".bibtex-citation")]
    assert len(cited) > 10
    for citation in cited:
        assert citation in text
    entries = page.select("div.citation p")
    listed = [entry.text.replace("\xa0", " ") for entry in entries]
    rendered = BeautifulSoup(MarkdownIt("commonmark").render(text), "html.parser")
    items = {item.text.strip() for item in rendered.select("li")}
    assert len(listed) > 10
    assert set(listed) <= items
    assert f"]({SITE}chapters/regression.html#c52)" in text  # {ref}`C52 <C52>`


def test_hidden_sources_are_folded_and_figures_are_pictures_with_words(html: Path) -> None:
    figures = 0
    for source in SOURCES:
        for cell in read(html, source.stem).cells[1:]:
            tags = set(cell.metadata.get("tags", []))
            folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
            assert folded == bool(tags & {"remove-input", "hide-input"})
            for output in cell.get("outputs", []):
                kinds = set(output.get("data", {}))
                assert kinds <= {"text/plain", "text/html", "image/svg+xml", "image/png"}
                for kind in kinds & {"image/svg+xml", "image/png"}:
                    figures += 1
                    assert len(output.metadata[kind]["alt"].split()) > 5
    assert figures > 25


def test_a_notebook_is_small_enough_to_be_shown(html: Path) -> None:
    """GitHub shows no notebook above a few megabytes."""
    for source in SOURCES:
        assert len(json.dumps(read(html, source.stem))) < 2e6, source.stem


@sources
def test_a_page_offers_its_notebook_and_who_runs_it(html: Path, source: Path) -> None:
    name = source.relative_to(ROOT).with_suffix("").as_posix()
    page = html / f"{name}.html"
    nav = BeautifulSoup(page.read_text("utf-8"), "html.parser").select_one("h1 + .book-launch")
    links = {link.text: str(link["href"]) for link in nav.select("a")}
    project = urlsplit(CONFIG["repository"]["url"]).path
    branch = CONFIG["repository"]["branch"]
    opened = f"https://mybinder.org/v2/gh{project}/{branch}?urlpath=lab/tree/{name}.md"
    assert unquote(links["Binder"]) == opened
    assert links["Colab"] == (
        f"https://colab.research.google.com/github{project}/blob/gh-pages/notebooks/{source.stem}.ipynb"
    )
    assert (page.parent / links["download the notebook"]).resolve().is_file()
