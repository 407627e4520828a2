"""The book's own style, and the theme without what it would load for nothing."""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent


def add_paths(app: Sphinx, config: Config) -> None:
    config.templates_path.append(str(HERE / "templates"))
    config.html_static_path.append(str(HERE / "static"))


def setup(app: Sphinx) -> None:
    app.connect("config-inited", add_paths)
    app.add_css_file("book.css")
