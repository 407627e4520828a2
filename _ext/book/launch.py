"""Below the title of a page with cells: where to run it."""

from typing import Any

from sphinx.application import Sphinx

from mlelib.addresses import Addresses

from .notebooks import has_cells

LINKS = """</h1>
<nav class="book-launch" aria-label="Run this page"><p>Run this page in
<a href="{binder}">Binder</a> or in <a href="{colab}">Colab</a>, or
<a href="{notebook}" download>download the notebook</a>.</p></nav>
"""


def offer(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    if doctree is not None and has_cells(app, page):
        addresses = Addresses()
        links = LINKS.format(
            binder=addresses.binder(page),
            colab=addresses.colab(page),
            notebook=context["pathto"](addresses.notebook(page), 1),
        )
        context["body"] = context["body"].replace("</h1>", links, 1)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", offer)
