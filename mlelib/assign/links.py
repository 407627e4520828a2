"""What to link to and what to embed, chapter by chapter."""

import re
from collections.abc import Iterator

from mlelib.addresses import Addresses
from mlelib.assign.sources import ROOT, problem_sets

FIGURE = re.compile(
    r"^:tags: \[remove-input\]$.*?^(?:figures\.)?(\w+)\(\)$", re.MULTILINE | re.DOTALL
)


def figures(page: str) -> list[str]:
    """The names of a page's live figures, in order."""
    text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    return [name.replace("_", "-") for name in FIGURE.findall(text)]


def embed(address: str, name: str) -> str:
    """HTML for any page that takes HTML: Canvas, Moodle, slides."""
    return (
        f'<iframe src="{address}" title="{name.replace("-", " ")}" width="100%" height="640" '
        'loading="lazy" style="border:0"></iframe>'
    )


def listed(hub: str | None = None) -> Iterator[str]:
    """The lines to print."""
    addresses = Addresses()
    for each in problem_sets():
        page = f"chapters/{each.name}"
        yield f"Chapter {each.about['chapter']}, {each.about['title']}"
        yield f"  read      {addresses.page(page)}"
        yield f"  Binder    {addresses.binder(page)}"
        yield f"  Colab     {addresses.colab(page)}"
        if hub:
            yield f"  your hub  {addresses.nbgitpuller(hub, page)}"
        for name in figures(page):
            yield f"  embed     {embed(addresses.figure(name), name)}"
