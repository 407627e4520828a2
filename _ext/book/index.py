"""The index: where the chapters introduce a term of the glossary, that is, emphasise it."""

import re
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import index
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

GLOSSARY = Path(__file__).resolve().parents[2] / "appendices" / "glossary.md"


@cache
def terms() -> dict[str, str]:
    """The glossary's terms by how they are looked up."""
    text = GLOSSARY.read_text(encoding="utf-8").partition("```{glossary}\n")[2]
    found = re.findall(r"^\w.*$", text, re.MULTILINE)
    return {_key(term): term for term in found}


def _key(words: str) -> str:
    return " ".join(words.lower().removesuffix(" distribution").split())


class IndexTerms(SphinxTransform):
    """An index entry for the first block in which a term is emphasised."""

    default_priority = 500  # before the entries are collected

    def apply(self, **_: object) -> None:
        entered = set()
        for emphasised in list(self.document.findall(_is_emphasis)):
            term = terms().get(_key(emphasised.astext()))
            block = _block(emphasised)
            if term and block is not None and term not in entered:
                entered.add(term)
                name = f"index-{re.sub(r'[^a-z0-9]+', '-', term.lower()).strip('-')}"
                entry = index(entries=[("single", term, name, "", None)])
                block.parent.insert(block.parent.index(block), entry)
                block["ids"].append(name)  # with text in it, which search results quote


def _is_emphasis(node: nodes.Node) -> bool:
    return isinstance(node, nodes.strong | nodes.emphasis)


def _block(node: nodes.Node) -> nodes.Element | None:
    """The block of a section in which the node is."""
    while node.parent is not None and not isinstance(node.parent, nodes.section):
        node = node.parent
    return node if isinstance(node, nodes.Element) and node.parent is not None else None


def setup(app: Sphinx) -> None:
    app.add_transform(IndexTerms)
