"""The Sphinx extension of this book: nothing stale, nothing from another host."""

import logging

from sphinx.application import Sphinx

from . import access, assets, freshness, manners, mathematics, pictures, styles

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table that it cuts


def setup(app: Sphinx) -> dict[str, bool]:
    for part in (freshness, mathematics, pictures, access, manners, assets, styles):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
