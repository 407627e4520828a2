"""The Sphinx extension of this book: nothing stale, nothing from another host."""

from sphinx.application import Sphinx

from . import assets, freshness, mathematics


def setup(app: Sphinx) -> dict[str, bool]:
    for part in (freshness, mathematics, assets):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
