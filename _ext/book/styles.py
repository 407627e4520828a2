"""One style sheet for all pages, with the rules that some page can use and no others.

The theme and the extensions bring 550 kB of styles, in ten files. Each is read when the pages are
written; a rule stays if every class, name and element of its selector is in a page or, for what is
switched at run time, in a script. What is left is a tenth.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tinycss2
from sphinx.application import Sphinx
from sphinx.util import logging
from tinycss2.ast import Node

from . import icons

logger = logging.getLogger(__name__)

NAME = "book-all.css"
SHEETS = (  # in the order in which a page would load them
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "copybutton.css",
    "mystnb.*.css",
    "exercise.css",
    "sphinx-design.min.css",
    "book.css",
    "live.css",
)
ELEMENT = re.compile(
    r"<([a-zA-Z][\w-]*)((?:\s+[^\s=>]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)*)\s*/?>"
)
NAMED = re.compile(r"\s(?:class|id)=(?:\"([^\"]*)\"|'([^']*)')")
QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`")
WORD = re.compile(r"-?[A-Za-z_][\w-]*")
CONDITIONAL = re.compile(r":(?:not|is|where|has|host)\((?:[^()]|\([^()]*\))*\)")
SELECTED = re.compile(r"[.#]?-?[A-Za-z_](?:[\w-]|\\.)*")
VARIABLE = re.compile(r"--[A-Za-z][\w-]*")
USE = re.compile(r"var\(\s*(--[\w-]+)")
DECLARATION = re.compile(r"(?:^|[{;])\s*(-{0,2}[A-Za-z][\w-]*):([^{}]*?)(?=[;}])")


def link_one(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Let the page load the joined sheet only; a sheet that is not joined is a warning."""
    known = [Path(sheet) for sheet in SHEETS]
    for sheet in context["css_files"]:
        name = str(sheet.filename).removeprefix("_static/")
        if not any(Path(name).match(str(pattern)) for pattern in known):
            logger.warning("%s is not among the sheets of styles.py", name)
    context["css_files"] = []
    context["book_styles"] = app.config.book_serving[:8]


def used(html: Path) -> frozenset[str]:
    """The elements, classes and names of all pages, and the words that scripts have in quotes."""
    words: set[str] = set()
    for page in html.rglob("*.html"):
        text = page.read_text("utf-8")
        words.update(VARIABLE.findall(text))
        for element, attributes in ELEMENT.findall(text):
            words.add(element.lower())
            for names in NAMED.findall(attributes):
                words.update("".join(names).split())
    for script in (html / "_static").rglob("*.js"):
        for quoted in QUOTED.findall(script.read_text("utf-8")):
            words.update(WORD.findall(" ".join(quoted)), VARIABLE.findall(" ".join(quoted)))
    return frozenset(words)


def whole(static: Path) -> str:
    """All sheets, one after the other."""
    sources = [source for sheet in SHEETS for source in sorted(static.glob(sheet))]
    return "\n".join(source.read_text("utf-8") for source in sources)


def join(app: Sphinx, exception: Exception | None) -> None:
    """Write the joined sheet, if what it is made of has changed."""
    if exception or app.builder.format != "html":
        return
    html, static = Path(app.outdir), Path(app.outdir) / "_static"
    words = used(html)
    text = whole(static)
    version = hashlib.sha256(f"{sorted(words)}{text}".encode()).hexdigest()
    kept = html.parent / ".styles"
    if kept.exists() and kept.read_text() == version and (static / NAME).exists():
        return
    icons.write_font(static, words)
    (static / NAME).write_text(purge(text, words) + icons.FACE, "utf-8")
    kept.write_text(version)


def purge(css: str, words: frozenset[str]) -> str:
    """The rules that can apply where there are these words; no comments, no unused variables."""
    rules = tinycss2.parse_stylesheet(css, True, True)
    everything = "".join(_rules(rules, words, None))
    return "".join(_rules(rules, words, _variables(everything, words)))


def _variables(css: str, words: frozenset[str]) -> frozenset[str]:
    """The variables that a page, a script or another property's value asks for, at any remove."""
    asked: dict[str, set[str]] = {}  # what each variable's definitions ask for
    found = {name for name in words if name.startswith("--")}
    for name, value in DECLARATION.findall(css):
        uses = set(USE.findall(value))
        if name.startswith("--"):
            asked.setdefault(name, set()).update(uses)
        else:
            found |= uses
    fresh = found
    while fresh:
        fresh = {use for name in fresh for use in asked.get(name, ())} - found
        found |= fresh
    return frozenset(found)


def _rules(
    rules: Iterable[Node], words: frozenset[str], variables: frozenset[str] | None
) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [
                selector.strip()
                for selector in _split(tinycss2.serialize(rule.prelude))
                if _can_apply(selector, words)
            ]
            if selectors and (body := _body(rule.content, variables)):
                yield f"{','.join(selectors)}{{{body}}}"
        elif rule.type == "at-rule" and rule.at_keyword in ("media", "supports", "container"):
            inner = tinycss2.parse_rule_list(rule.content, True, True)
            if kept := "".join(_rules(inner, words, variables)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{kept}}}"
        elif rule.type == "at-rule" and rule.at_keyword != "import":
            text = rule.serialize()
            if "Font Awesome" not in text:  # icons.py has its own cut
                yield text


def _body(content: list[Node], variables: frozenset[str] | None) -> str:
    return ";".join(
        declaration.serialize()
        for declaration in tinycss2.parse_declaration_list(content, True, True)
        if variables is None or not _is_unused(declaration, variables)
    )


def _is_unused(declaration: Node, variables: frozenset[str]) -> bool:
    return declaration.name.startswith("--") and declaration.name not in variables


def _split(selectors: str) -> list[str]:
    """At the commas that are not in brackets."""
    return re.split(r",(?![^()]*\))", selectors)


def _can_apply(selector: str, words: frozenset[str]) -> bool:
    plain = re.sub(r"\[[^\]]*\]", "", CONDITIONAL.sub("", selector))
    plain = re.sub(r"::?[\w-]+(?:\([^)]*\))?", "", plain)
    return all(re.sub(r"\\", "", name.lstrip(".#")) in words for name in SELECTED.findall(plain))


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", link_one, priority=900)
    app.connect("build-finished", join, priority=900)
