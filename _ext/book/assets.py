"""The book's own style, and the theme without what it would load for nothing."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from mlelib.live.sphinx import live_figure

HERE = Path(__file__).parent


def add_paths(app: Sphinx, config: Config) -> None:
    config.templates_path.append(str(HERE / "templates"))
    config.html_static_path.append(str(HERE / "static"))


def add_script(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Where nothing moves, nothing need be skipped."""
    if doctree is not None and next(iter(doctree.findall(live_figure)), None) is not None:
        app.add_js_file("book.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("config-inited", add_paths)
    app.add_css_file("book.css")
    app.connect("html-page-context", add_script)
