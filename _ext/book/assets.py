"""The book's own style and scripts, and the theme without what it would load for nothing."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent
SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "scripts/sphinx-book-theme.js",
    "book.js",
    "ledger.js",
    "live.js",
)


def add_paths(app: Sphinx, config: Config) -> None:
    config.templates_path.append(str(HERE / "templates"))
    config.html_static_path.append(str(HERE / "static"))
    config.html_theme_options["use_download_button"] = False  # a menu that needs Bootstrap's script


def choose_scripts(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Keep what is in use, and let it run when the page is there; search runs as Sphinx has it."""
    if page != "search":
        context["script_files"] = [
            type(script)(script.filename, **script.attributes | {"defer": "defer"})
            for script in context["script_files"]
            if str(script.filename).removeprefix("_static/") in SCRIPTS
        ]


def setup(app: Sphinx) -> None:
    app.add_css_file("book.css")
    app.add_js_file("book.js")
    app.connect("config-inited", add_paths)
    app.connect("html-page-context", choose_scripts, priority=900)
