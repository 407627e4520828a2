"""Sections in which nothing moves are marked: browsers may skip them while they are out of sight
(static/book.css, static/book.js)."""

from docutils import nodes
from sphinx.application import Sphinx

from mlelib.live.sphinx import live_figure


def mark(app: Sphinx, doctree: nodes.document, page: str) -> None:
    for section in doctree.findall(nodes.section):
        within = isinstance(section.parent, nodes.section)
        if within and next(iter(section.findall(live_figure)), None) is None:
            section["classes"].append("book-still")


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", mark)
