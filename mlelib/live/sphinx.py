"""The Sphinx extension that puts live figures on a book's pages.

A cell's output of the live figures' MIME type becomes a `live_figure` node, the node a custom
element. State tables go to `live/`, a page of its own for each figure to `figures/`. Add
`mlelib.live.sphinx` to the extensions; the package's entry point does the rest.
"""

import base64
import gzip
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from mlelib.live.page import element
from mlelib.live.payload import BUILD, MIME
from mlelib.live.progress import Printer

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("stage.js", "table.js", "page.js")
STYLES = ("stage.css", "page.css")


class live_figure(nodes.General, nodes.Element):  # noqa: N801  docutils' way of naming nodes
    """A live figure; `payload` is what payload.py describes, its table already in a file."""


class LiveFigureRenderer:
    """What myst-nb calls for an output of the live figures' MIME type."""

    mime_priority_overrides = (("*", MIME, 1),)

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """The node of a figure; None for other outputs, and in a line, where there is no room."""
        if data.mime_type != MIME or inline:
            return None
        payload = dict(data.content)
        table = payload["table"]
        script = gzip.decompress(base64.b64decode(table["script"]))
        folder = _tables(Path(os.environ[BUILD]))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{table['stem']}.js").write_bytes(script)
        payload["table"] = {key: table[key] for key in ("stem", "states", "widest")}
        return [live_figure(payload=payload, ids=[payload["name"]])]


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_node(live_figure, override=True, html=(_visit, _depart))
    app.connect("config-inited", _announce)
    app.connect("builder-inited", _write_assets)
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("html-page-context", _use_assets)
    app.connect("build-finished", _finish)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _tables(folder: Path) -> Path:
    return folder / "files"


def _announce(app: Sphinx, config: Config) -> None:
    """From here on kernels know that they work for a book, and what they report is printed."""
    folder = Path(app.outdir).parent / ".live"
    os.environ[BUILD] = str(folder)
    _printers[app] = Printer(folder, sys.stderr)


_printers: dict[Sphinx, Printer] = {}


def _write_assets(app: Sphinx) -> None:
    if app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        static.mkdir(parents=True, exist_ok=True)
        (static / "live.js").write_bytes(_joined(SCRIPTS))
        (static / "live.css").write_bytes(_joined(STYLES))


def _joined(names: tuple[str, ...]) -> bytes:
    return b"\n".join((STATIC / name).read_bytes() for name in names)


def _figures(env: BuildEnvironment) -> dict[str, dict[str, dict[str, Any]]]:
    """The payloads of every page's figures: page → figure's name → payload."""
    figures: dict[str, dict[str, dict[str, Any]]] = vars(env).setdefault("live_figures", {})
    return figures


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    here = app.env.docname
    found: dict[str, dict[str, Any]] = {}
    for node in doctree.findall(live_figure):
        payload = node["payload"]
        name = payload["name"]
        if name in found:
            logger.warning("live figure %r is on this page twice", name, location=node)
        found[name] = payload
    if found:
        _figures(app.env)[here] = found


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _figures(env).pop(docname, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment
) -> None:
    mine, theirs = _figures(env), _figures(other)
    mine.update({docname: theirs[docname] for docname in docnames if docname in theirs})


def _use_assets(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    if doctree is not None and next(iter(doctree.findall(live_figure)), None) is not None:
        app.add_css_file("live.css")
        app.add_js_file("live.js", loading_method="defer")


def _visit(self: HTML5Translator, node: live_figure) -> None:
    payload = node["payload"]
    here = self.builder.get_target_uri(self.builder.current_docname)
    self.body.append(_element(payload, here))
    raise nodes.SkipNode


def _depart(self: HTML5Translator, node: live_figure) -> None:
    pass


def _element(payload: dict[str, Any], here: str) -> str:
    table = relative_uri(here, f"live/{payload['table']['stem']}.js")
    return element(payload, table, relative_uri(here, f"figures/{payload['name']}.html"))


def _finish(app: Sphinx, exception: Exception | None) -> None:
    _printers.pop(app).stop()
    if exception is None and app.builder.format == "html":
        figures = list(_every_figure(app.env))
        _copy_tables(app, {payload["table"]["stem"] for _, payload in figures})
        _write_alone(app, figures)


def _every_figure(env: BuildEnvironment) -> Iterator[tuple[str, dict[str, Any]]]:
    seen: dict[str, str] = {}
    for docname, figures in sorted(_figures(env).items()):
        for name, payload in figures.items():
            if name in seen:
                logger.warning("live figure %r is in %s and %s", name, seen[name], docname)
            seen[name] = docname
            yield docname, payload


def _copy_tables(app: Sphinx, stems: set[str]) -> None:
    source, target = _tables(Path(os.environ[BUILD])), Path(app.outdir) / "live"
    target.mkdir(exist_ok=True)
    for stem in stems:
        if not (source / f"{stem}.js").exists():
            raise ExtensionError(f"the state table {stem}.js is gone: delete {app.outdir.parent}")
        shutil.copyfile(source / f"{stem}.js", target / f"{stem}.js")
    for folder in (source, target):
        for old in folder.glob("*.js"):
            if old.stem not in stems:
                old.unlink()


def _write_alone(app: Sphinx, figures: list[tuple[str, dict[str, Any]]]) -> None:
    template = Template((STATIC / "alone.html").read_text(encoding="utf-8"))
    version = hashlib.sha256(_joined(SCRIPTS) + _joined(STYLES)).hexdigest()[:8]
    folder = Path(app.outdir) / "figures"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    for docname, payload in figures:
        here = f"figures/{payload['name']}.html"
        source = relative_uri(here, app.builder.get_target_uri(docname))
        page = template.substitute(
            title=f"{payload['name'].replace('-', ' ').capitalize()} – {app.config.project}",
            element=_element(payload, here),
            source=f"{source}#{payload['name']}",
            chapter=app.env.titles[docname].astext(),
            book=app.config.project,
            version=version,
        )
        (Path(app.outdir) / here).write_text(page, encoding="utf-8")
