"""Mends of what keeps people out of a page: roles that mean nothing to a screen reader."""

from typing import Any

from sphinx.application import Sphinx

MENDS = {
    # Of the references: the role of an entry is deprecated, and a list has items.
    'role="doc-biblioentry"': 'role="listitem"',
    # Over a column of row names there is nothing, and it heads nothing.
    '<th class="head"><p></p></th>': "<td></td>",
}


def mend(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    for wrong, right in MENDS.items():
        if "body" in context:
            context["body"] = context["body"].replace(wrong, right)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", mend)
