"""What a browser loads with a page before anyone touches it, compressed: bytes, not time.

The peer is the lightest interactive page that Jupyter Book makes as it comes: a title and one
slider of ipywidgets. It asks other hosts for scripts; these requests are cut off and only counted,
so that the peer's weight is what its own site sends, and less than its whole.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Response, Route, sync_playwright

from benchmarks.race import Row

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from environment import CHROMIUM_FLAGS, find_chromium  # noqa: E402
from serving import sent, served  # noqa: E402

AGAINST = "a stock page, one slider"
STOCK = {
    "_config.yml": "title: Stock\nexecute: {execute_notebooks: force}\n",
    "_toc.yml": "format: jb-book\nroot: page\n",
    "page.md": """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A slider
```{code-cell} ipython3
import ipywidgets
ipywidgets.IntSlider()
```
""",
}


def weight(browser: Browser, site: str, page: str) -> tuple[float, int]:
    """The kilobytes that a page's own site sends, and the number of requests to others."""
    loaded: dict[str, int] = {}
    elsewhere: set[str] = set()

    def note(response: Response) -> None:
        if response.ok:
            loaded[response.url] = sent(response)

    def stay(route: Route) -> None:
        if route.request.url.startswith(site):
            route.continue_()
        else:
            elsewhere.add(route.request.url)
            route.abort()

    shown = browser.new_page(viewport={"width": 412, "height": 823})
    shown.on("response", note)
    shown.route("**/*", stay)
    shown.goto(f"{site}/{page}", wait_until="networkidle")
    shown.close()
    return sum(loaded.values()) / 1000, len(elsewhere)


def stock_book(folder: Path) -> Path:
    """The stock book's pages, built."""
    for name, text in STOCK.items():
        (folder / name).write_text(text, encoding="utf-8")
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([jupyter_book, "build", folder], check=True, capture_output=True)
    return folder / "_build" / "html"


def rows() -> Iterator[Row]:
    html = ROOT / "_build" / "html"
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        stock = stock_book(Path(folder))
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        with served(html) as ours, served(stock) as theirs:
            peer, peer_elsewhere = weight(chromium, theirs, "page.html")
            for page in sorted((html / "chapters").glob("*.html")):
                own, elsewhere = weight(chromium, ours, f"chapters/{page.name}")
                note = f"asked of other hosts: ours {elsewhere}, the peer's {peer_elsewhere}"
                yield Row(f"page {page.stem}, first load", "kB", own, peer, AGAINST, 1, note=note)
        chromium.close()
