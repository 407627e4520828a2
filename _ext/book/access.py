"""Mends of what keeps people out of a page: roles that mean nothing to a screen reader, and Korean
that would be read out as English."""

import re
from typing import Any

from sphinx.application import Sphinx

MENDS = {
    # Of the references: the role of an entry is deprecated, and a list has items.
    'role="doc-biblioentry"': 'role="listitem"',
    # Over a column of row names there is nothing, and it heads nothing.
    '<th class="head"><p></p></th>': "<td></td>",
}
TEXT = re.compile(r">[^<]*[가-힣][^<]*<")
KOREAN = re.compile(r"[가-힣](?:[가-힣 ,–]*[가-힣])?")


def mend(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    if "body" in context:
        body = context["body"]
        for wrong, right in MENDS.items():
            body = body.replace(wrong, right)
        context["body"] = TEXT.sub(_spoken, body)


def _spoken(text: re.Match[str]) -> str:
    return KOREAN.sub(r'<span lang="ko">\g<0></span>', text[0])


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", mend)
