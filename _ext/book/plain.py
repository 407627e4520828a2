"""MyST Markdown into the Markdown that every notebook program shows.

No directive, role, target or label is left. What a reference says and where it leads is asked of
Sphinx, which has read the whole book.
"""

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from pybtex.plugin import find_plugin
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

FENCE = re.compile(r"(`{3,}|:{3,})(?:\{([\w-]+)\}\s*)?(.*)")
TARGET = re.compile(r"\([\w-]+\)=")
LABEL = re.compile(r"\$\$ *\(([\w-]+)\)$")
ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
TITLED = re.compile(r"(.+?)\s*<(.+)>", re.DOTALL)
LINK = re.compile(r"(\]\(|\bhref=\")(?![a-z]+:)([^)\s\"]+)")
NEEDLESS = re.compile(r"\\(?=[.()-])")  # pybtex puts a backslash before all punctuation
DOMAINS = {"ref": ("std", "ref"), "eq": ("math", "eq"), "cite": ("cite", "p")}


class Page:
    """A page of the book, whose text is to be made plain."""

    def __init__(self, app: Sphinx, name: str, site: str) -> None:
        self.app, self.name = app, name
        self.address = urljoin(site, app.builder.get_target_uri(name))

    def plain(self, text: str) -> str:
        return "\n".join(self._blocks(iter(text.splitlines())))

    def _blocks(self, lines: Iterator[str]) -> Iterator[str]:
        prose: list[str] = []
        for line in lines:
            fence = FENCE.fullmatch(line)
            if not (fence or TARGET.fullmatch(line) or line.startswith("$$")):
                prose.append(line)
                continue
            yield from self._prose(prose)
            prose = []
            if fence:
                mark, directive, title = fence.groups()
                inside = list(takewhile(mark.__ne__, lines))
                yield from (
                    self._directive(directive, title, inside)
                    if directive
                    else [line, *inside, mark]
                )
            elif line.startswith("$$"):
                yield from self._formula(line, lines)
        yield from self._prose(prose)

    def _prose(self, lines: list[str]) -> list[str]:
        text = ROLE.sub(self._role, "\n".join(lines))
        return LINK.sub(self._link, text).split("\n") if lines else []

    def _formula(self, line: str, lines: Iterator[str]) -> list[str]:
        """A displayed formula; its label becomes the number that it has in the book."""
        formula = line
        while formula.count("$$") < 2:
            formula += "\n" + next(lines)
        if label := LABEL.search(formula):
            number = self._ask("eq", label[1]).astext().strip("()")
            formula = f"{formula[: label.start()]}\\tag{{{number}}}$$"
        return [formula]

    def _directive(self, name: str, title: str, inside: list[str]) -> list[str]:
        while inside and inside[0].startswith(":"):  # options, which are looks
            del inside[0]
        text = list(self._blocks(iter(inside)))
        if name == "dropdown":
            return ["<details>", f"<summary>{title}</summary>", "", *text, "", "</details>"]
        if name == "admonition":
            return [f"> {line}".rstrip() for line in (f"**{title}**", "", *text)]
        if name == "bibliography":
            return self._references()
        raise ExtensionError(f"{self.name}: no plain Markdown is known for the directive {name!r}")

    def _role(self, role: re.Match[str]) -> str:
        name, content = role.groups()
        if name not in DOMAINS:
            raise ExtensionError(f"{self.name}: no plain Markdown is known for the role {name!r}")
        titled = TITLED.fullmatch(content)
        node = self._ask(name, titled[2] if titled else content, titled[1] if titled else "")
        text = node.astext()
        where = next(node.findall(nodes.reference))
        if name == "cite" or (name == "eq" and "refid" in where):
            return text  # the list of references is below, and the formula is here
        return f"[{text}]({self._absolute(where)})"

    def _ask(self, role: str, target: str, title: str = "") -> nodes.Element:
        """The node that the book has in this place."""
        domain, kind = DOMAINS[role]
        text = nodes.inline(title, title)
        if kind == "ref":
            target = target.lower()
        asked = pending_xref("", text, refexplicit=bool(title), refdoc=self.name, refwarn=True)
        answer: nodes.Element | None = self.app.env.domains[domain].resolve_xref(
            self.app.env, self.name, self.app.builder, kind, target, asked, text
        )
        if answer is None:
            raise ExtensionError(f"{self.name}: nothing is called {target!r}")
        return answer

    def _absolute(self, where: Any) -> str:
        return urljoin(self.address, where.get("refuri") or f"#{where['refid']}")

    def _link(self, link: re.Match[str]) -> str:
        """A link within the book leads to the book's site."""
        path, mark, name = link[2].partition("#")
        page = urljoin(self.name, path.removesuffix(".md")) if path else self.name
        if page not in self.app.env.all_docs:
            raise ExtensionError(f"{self.name}: there is no page {path!r}")
        target = self.app.builder.get_relative_uri(self.name, page)
        return f"{link[1]}{urljoin(self.address, target)}{mark}{name}"

    def _references(self) -> list[str]:
        markdown = find_plugin("pybtex.backends", "markdown")()
        entries = [
            citation.formatted_entry.text.render(markdown).replace("\n", " ")
            for citation in self.app.env.domains["cite"].data["citations"]
            if citation.bibliography_key.docname == self.name
        ]
        return [f"- {NEEDLESS.sub('', entry)}" for entry in entries]
