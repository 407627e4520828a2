"""What Pages serves after the site and editions were published, on a repository of our own."""

import subprocess
from pathlib import Path

import pytest
from publish import publish

from mlelib.addresses import PAGES_BRANCH


def git(*arguments: str, at: Path) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=at, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "A")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@b.c")
    git("init", "--quiet", "--bare", "origin", at=tmp_path)
    git("clone", "--quiet", "origin", "book", at=tmp_path)
    book = tmp_path / "book"
    (book / ".gitignore").write_text("*.html\n")
    git("add", ".", at=book)
    git("commit", "--quiet", "--message=Begin", at=book)
    return book


@pytest.fixture
def site(tmp_path: Path) -> Path:
    html = tmp_path / "html"
    (html / "notebooks").mkdir(parents=True)
    (html / "notebooks" / "map.ipynb").write_text("{}")
    (html / "index.html").write_text("one")
    return html


def served(repository: Path) -> dict[str, str]:
    at = repository.parent / "origin"
    names = git("ls-tree", "-r", "--name-only", PAGES_BRANCH, at=at).split()
    return {name: git("show", f"{PAGES_BRANCH}:{name}", at=at) for name in names}


def test_the_newest_site_replaces_the_one_before(repository: Path, site: Path) -> None:
    publish(site, repository)
    (site / "index.html").write_text("two")
    (site / "notebooks" / "map.ipynb").unlink()
    publish(site, repository)
    assert served(repository) == {".nojekyll": "", "index.html": "two"}
    log = git("log", "--format=%s", PAGES_BRANCH, at=repository.parent / "origin")
    assert len(log.splitlines()) == 1
    assert git("status", "--porcelain", at=repository) == ""


def test_an_edition_stays(repository: Path, site: Path) -> None:
    publish(site, repository, "v1")
    publish(site, repository)
    (site / "index.html").write_text("two")
    publish(site, repository, "v2")
    publish(site, repository)
    after = served(repository)
    assert after["index.html"] == after["editions/v2/index.html"] == "two"
    assert after["editions/v1/index.html"] == "one"
    assert after["editions/v1/notebooks/map.ipynb"] == "{}"
    with pytest.raises(SystemExit, match="'v1' already"):
        publish(site, repository, "v1")
    assert served(repository) == after
