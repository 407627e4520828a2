"""Where the book is found: its sources, its pages, its notebooks, and the places that run them.

All follows from two addresses in _config.yml, the repository's and the site's. The environment
variable BOOK_EDITION names a tag: then the pages and their links are that edition's, for good.
"""

import os
from urllib.parse import quote, urlencode, urlsplit

from sphinx.config import Config

PAGES_BRANCH = "gh-pages"  # where tools/publish.py puts the site
NEEDS = "run"  # what a notebook needs: an extra of pyproject.toml


class Addresses:
    def __init__(self, config: Config) -> None:
        edition = os.environ.get("BOOK_EDITION", "")
        options = config.html_theme_options
        self.repository: str = options["repository_url"]
        self.ref: str = edition or options["repository_branch"]
        self.folder = f"editions/{edition}/" if edition else ""
        self.site: str = config.html_baseurl.removesuffix(self.folder) + self.folder
        self._name = urlsplit(self.repository).path.strip("/")  # owner/name

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

    @property
    def requirement(self) -> str:
        """What pip installs so that a notebook runs."""
        return f"mlelib[{NEEDS}] @ git+{self.repository}@{self.ref}"
