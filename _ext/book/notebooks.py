"""Every page that has cells as a notebook beside the site: executed, in plain Markdown, and able to
run where only Python is."""

from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from myst_nb.core.read import read_myst_markdown_notebook
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx

from mlelib.addresses import Addresses
from mlelib.live.payload import MIME

from .plain import Page

PICTURES = ("image/svg+xml", "image/png")
HIDDEN = {"remove-input", "hide-input"}
FIRST_CELL = """\
# {title}
# {address}, {version}
# Run this cell first: it installs the book's library if it is not here.
import importlib.util
import sys

if importlib.util.find_spec("mlelib") is None:
    %pip install --quiet "{requirement}" torch
if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()  # live figures are widgets"""


def write(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    addresses = Addresses()
    cache = get_cache(app.config.nb_execution_cache_path)
    (Path(app.outdir) / "notebooks").mkdir(exist_ok=True)
    for name in sorted(app.env.all_docs):
        if has_cells(app, name):
            source = Path(app.env.doc2path(name)).read_text(encoding="utf-8")
            _, executed = cache.merge_match_into_notebook(read_myst_markdown_notebook(source))
            page = Page(app, name, addresses.site)
            first = FIRST_CELL.format(
                title=app.env.titles[name].astext(),
                address=page.address,
                version=f"version {app.config.version}, {app.config.book_commit}",
                requirement=addresses.requirement,
            )
            file = Path(app.outdir) / addresses.notebook(name)
            nbformat.write(converted(executed, page, first), file)


def has_cells(app: Sphinx, page: str) -> bool:
    return "kernelspec" in app.env.metadata.get(page, {})


def converted(executed: NotebookNode, page: Page, first: str) -> NotebookNode:
    """The notebook with `first` as its first cell; equal pages make equal files."""
    cells = [new_code_cell(first)]
    for cell in executed.cells:
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(page.plain(cell.source)))
        else:
            cells.append(_code(cell))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    metadata = {"kernelspec": executed.metadata.kernelspec, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata)


def _code(cell: NotebookNode) -> NotebookNode:
    metadata: dict[str, Any] = {}
    tags = cell.metadata.get("tags", [])
    if tags:
        metadata["tags"] = tags
    if HIDDEN & set(tags):
        metadata |= {
            "jupyter": {"source_hidden": True},
            "cellView": "form",
        }  # the latter is Colab's
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
    return new_code_cell(
        cell.source,
        metadata=metadata,
        execution_count=cell.execution_count,
        outputs=[_shown(output, alt) for output in cell.outputs],
    )


def _shown(output: NotebookNode, alt: str | None) -> NotebookNode:
    """The output without what only the book's pages can show, its picture with words."""
    if "data" not in output:
        return output
    if figure := output.data.pop(MIME, None):
        alt = figure["alt"]
    for kind in PICTURES:
        if alt and kind in output.data:
            output.metadata[kind] = {"alt": alt}
    return output


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write, priority=900)
