"""The Sphinx extension of this book: nothing stale, nothing from another host."""

import logging

from sphinx.application import Sphinx

from . import (
    access,
    assets,
    freshness,
    index,
    launch,
    ledger,
    manners,
    mathematics,
    notebooks,
    pictures,
    still,
    styles,
)

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table that it cuts


def setup(app: Sphinx) -> dict[str, bool]:
    reading = (freshness, mathematics, ledger, index)
    writing = (still, pictures, access, launch, manners, notebooks, assets, styles)
    for part in reading + writing:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
