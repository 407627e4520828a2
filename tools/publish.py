"""Put the built site on the branch that Pages serves: `python tools/publish.py`.

With the environment variable BOOK_EDITION, as when the site was built, it goes to the folder
editions/NAME beside the newest and stays there for good. The branch has one commit: how a site
looked before is what editions are for.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mlelib.addresses import PAGES_BRANCH

ROOT = Path(__file__).resolve().parent.parent


def publish(html: Path, repository: Path, edition: str = "") -> None:
    """Send a site to the repository's origin; `SystemExit` if there is such an edition already."""

    def git(*arguments: str, index: str | None = None) -> str:
        own = {"GIT_INDEX_FILE": index} if index else {}
        done = subprocess.run(
            ["git", *arguments],
            cwd=repository,
            env=os.environ | own,
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        return done.stdout.strip()

    (html / ".nojekyll").touch()  # Pages shall serve the files as they are
    before = ""
    if git("ls-remote", "origin", f"refs/heads/{PAGES_BRANCH}"):
        git("fetch", "--depth=1", "origin", PAGES_BRANCH)
        before = git("rev-parse", "FETCH_HEAD")
    editions = git("ls-tree", "--name-only", before, "editions/").split() if before else []
    if edition and f"editions/{edition}" in editions:
        sys.exit(f"there is an edition {edition!r} already, and editions stay as they are")

    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/site"
        git(f"--work-tree={html}", "add", "--all", "--force", ".", index=index)
        site = git("write-tree", index=index)

        index = f"{folder}/branch"
        if edition and before:
            git("read-tree", before, index=index)
        elif not edition:
            git("read-tree", site, index=index)
            if editions:
                git("read-tree", "--prefix=editions/", f"{before}:editions", index=index)
        if edition:
            git("read-tree", f"--prefix=editions/{edition}/", site, index=index)
        tree = git("write-tree", index=index)

    what = f"Edition {edition}" if edition else "The site"
    commit = git("commit-tree", tree, "-m", f"{what}, of {git('rev-parse', '--short', 'HEAD')}")
    git("push", "--force", "origin", f"{commit}:refs/heads/{PAGES_BRANCH}")


if __name__ == "__main__":
    publish(ROOT / "_build" / "html", ROOT, os.environ.get("BOOK_EDITION", ""))
