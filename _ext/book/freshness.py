"""The book never shows a number older than the code that computed it.

Executed cells are kept in a cache whose folder is named by a digest of everything they depend on:
the library and the lock. Editing either runs all cells again, editing prose runs none, and undoing
an edit finds the old results. What only changes how results are drawn has digests of its own, as
configuration values, so that Sphinx reads or writes the pages again without running them.
"""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[2]
DRAWN_ONLY = ("mlelib/live/static/*", "mlelib/live/sphinx.py", "mlelib/live/page.py")
NO_CELLS = ("mlelib/addresses.py", "mlelib/assign/*")
KEPT_CACHES = 3


def computing() -> list[Path]:
    """What the results of cells depend on."""
    beside = {*_files(DRAWN_ONLY), *_files(NO_CELLS)}
    library = [path for path in _files(["mlelib/**/*"]) if path not in beside]
    return [*library, *_files(["requirements.txt", "requirements-torch.txt"])]


def rendering() -> list[Path]:
    """What the pages made of those results depend on besides their text."""
    drawing = ["_ext/**/*.py", "mlelib/live/sphinx.py", "mlelib/live/page.py"]
    asked = ["mlelib/addresses.py", "appendices/glossary.md"]  # by all pages: links, index terms
    return _files([*drawing, *asked])


def serving() -> list[Path]:
    """What goes along with the pages: styles, scripts, templates."""
    return _files(["_ext/**/static/*", "_ext/**/templates/**/*.html", "mlelib/live/static/*"])


def writing() -> list[Path]:
    """What authors write."""
    pages = ["intro.md", "chapters/**/*", "appendices/**/*"]
    return _files([*pages, "_config.yml", "_toc.yml", "*.bib", "claims.yml"])


def digest(paths: Iterable[Path]) -> str:
    """A short digest of files, by name and content."""
    sha = hashlib.sha256()
    for path in paths:
        sha.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


def book_digest() -> str:
    """The digest of all that a built book depends on; `make book` notes it beside what it built."""
    return digest([*computing(), *rendering(), *serving(), *writing()])


def _files(patterns: Iterable[str]) -> list[Path]:
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    generated = {"__pycache__", ".ipynb_checkpoints"}
    return sorted(path for path in found if generated.isdisjoint(path.parts))


def choose_cache(app: Sphinx, config: Config) -> None:
    """Name the folder of the execution cache; keep the last few, for undone edits."""
    caches = Path(app.outdir).parent / ".executed"
    cache = caches / digest(computing())
    cache.mkdir(parents=True, exist_ok=True)
    cache.touch()
    oldest_first = sorted(caches.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in oldest_first[:-KEPT_CACHES]:
        shutil.rmtree(old)
    config.nb_execution_cache_path = str(cache)
    config.book_rendering = digest(rendering())
    config.book_serving = digest(serving())


def setup(app: Sphinx) -> None:
    app.add_config_value("book_rendering", "", "env", str)
    app.add_config_value("book_serving", "", "html", str)
    app.connect("config-inited", choose_cache)
