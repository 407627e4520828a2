"""What the built book says of itself, outside its pages and in their heads and feet."""

import re
import subprocess
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from book.manners import ZIP, pack
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"], *(page["file"] for part in TOC["parts"] for page in part["chapters"])]
PAGES.remove("genindex")  # Sphinx writes it
SITE = CONFIG["html"]["baseurl"]


def parsed(html: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((html / f"{page}.html").read_text("utf-8"), "html.parser")


def meta(page: BeautifulSoup, name: str) -> str:
    found = page.find_all("meta", attrs={"name": name}) or page.find_all(property=name)
    assert len(found) == 1, name
    return str(found[0]["content"])


def test_every_page_is_described_and_no_two_alike(html: Path) -> None:
    found = [meta(parsed(html, page), "description") for page in PAGES]
    assert len(set(found)) == len(PAGES)
    for description in found:
        assert 50 <= len(description) <= 160, description
        assert not set(description) & set("$\\{}"), description


@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_a_page_has_a_card(html: Path, page: str) -> None:
    soup = parsed(html, page)
    assert meta(soup, "og:url") == f"{SITE}{page}.html"
    assert meta(soup, "og:site_name") == CONFIG["title"]
    assert meta(soup, "og:description") == meta(soup, "description")
    assert (html / meta(soup, "og:image").removeprefix(SITE)).is_file()
    assert meta(soup, "og:image:alt").startswith("Left: ")


def test_the_map_lists_the_pages_and_nothing_else(html: Path) -> None:
    listed = [place.text for place in ET.parse(html / "sitemap.xml").iter() if "loc" in place.tag]
    assert sorted(listed) == sorted(f"{SITE}{page}.html" for page in [*PAGES, "genindex"])


@pytest.mark.parametrize("page", PAGES)
def test_the_foot_of_a_page(html: Path, page: str) -> None:
    foot = parsed(html, page).select_one(".book-footer")
    links = {link.get_text(): str(link["href"]) for link in foot.select("a")}
    report = urlsplit(links["Report a mistake on this page"])
    assert report.geturl().startswith(f"{CONFIG['repository']['url']}/issues/new?")
    assert parse_qs(report.query)["title"] == [f"{page}: "]
    for name in ("How to cite", "The whole site as one file"):
        assert (html / page).parent.joinpath(links[name]).resolve().is_file()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"Version {project['version']}, commit " in foot.get_text()


def test_the_addresses_of_the_book_stand_in_one_place() -> None:
    owner = urlsplit(CONFIG["repository"]["url"]).path.split("/")[1]
    command = ["git", "-C", str(ROOT), "grep", "--name-only", "--fixed-strings", owner]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    names = set(done.stdout.split())
    # the name of the zip's folder and of the book's words is the owner's, too
    assert names <= {"_config.yml", "_ext/book/manners.py"}


def test_the_whole_site_is_in_one_file_and_the_same_site_makes_the_same_file(
    html: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(html / ZIP) as archive:
        packed = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    there = {
        path.relative_to(html).as_posix(): path.read_bytes()
        for path in html.rglob("*")
        if path.is_file() and path.name != ZIP
    }
    assert packed == there

    class App:
        class builder:  # noqa: N801  Sphinx's name
            format = "html"

        outdir = tmp_path

    (tmp_path / "page.html").write_text("one")
    pack(App, None)  # type: ignore[arg-type]
    first = (tmp_path / ZIP).read_bytes()
    (tmp_path / "page.html").touch()
    pack(App, None)  # type: ignore[arg-type]
    assert (tmp_path / ZIP).read_bytes() == first


@pytest.mark.parametrize("page", PAGES)
def test_headings_are_in_order(html: Path, page: str) -> None:
    article = parsed(html, page).select_one("article")
    levels = [int(heading.name[1]) for heading in article.select("h1, h2, h3, h4, h5, h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_has_words(html: Path, page: str) -> None:
    for image in parsed(html, page).select("article img"):
        assert len(image["alt"].split()) > 5, image["src"]


def test_actions_are_pinned_by_commit() -> None:
    used = [
        line.split("uses:")[1].strip()
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for line in path.read_text("utf-8").splitlines()
        if "uses:" in line
    ]
    assert len(used) >= 5
    for action in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v[\d.]+", action), action
