"""Where the book is found: its sources, its pages, its notebooks, and the places that run them.

All follows from two addresses in _config.yml, the repository's and the site's, so it needs a clone
of the book. The environment variable BOOK_EDITION names a tag: then the pages and their links are
that edition's, for good.
"""

import os
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import yaml

CONFIG = Path(__file__).parents[1] / "_config.yml"
PAGES_BRANCH = "gh-pages"  # where tools/publish.py puts the site
NEEDS = "run"  # what a notebook needs: an extra of pyproject.toml


class Addresses:
    """`FileNotFoundError` without a clone of the book."""

    def __init__(self) -> None:
        config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
        edition = os.environ.get("BOOK_EDITION", "")
        self.repository: str = config["repository"]["url"]
        self.ref: str = edition or config["repository"]["branch"]
        self.folder = f"editions/{edition}/" if edition else ""
        self.site: str = config["html"]["baseurl"] + self.folder
        self._name = urlsplit(self.repository).path.strip("/")  # owner/name

    def page(self, page: str) -> str:
        return f"{self.site}{page}.html"

    def figure(self, name: str) -> str:
        """The page of a live figure alone."""
        return f"{self.site}figures/{name}.html"

    def notebook(self, page: str) -> str:
        """The file of the page's notebook, from the root of the site."""
        return f"notebooks/{page.rpartition('/')[2]}.ipynb"

    def binder(self, page: str) -> str:
        """Opens the page's source as a notebook in JupyterLab."""
        query = urlencode({"urlpath": f"lab/tree/{page}.md"})
        return f"https://mybinder.org/v2/gh/{self._name}/{quote(self.ref, safe='')}?{query}"

    def colab(self, page: str) -> str:
        path = f"{self._name}/blob/{PAGES_BRANCH}/{self.folder}{self.notebook(page)}"
        return f"https://colab.research.google.com/github/{path}"

    def nbgitpuller(self, hub: str, page: str) -> str:
        """Brings the book into a student's home on a JupyterHub and opens the page there."""
        folder = self._name.partition("/")[2]
        place = {"urlpath": f"lab/tree/{folder}/{page}.md"}
        query = urlencode({"repo": self.repository, "branch": self.ref} | place)
        return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{query}"

    @property
    def requirement(self) -> str:
        """What pip installs so that a notebook runs."""
        return f"mlelib[{NEEDS}] @ git+{self.repository}@{self.ref}"
