"""What `links` prints leads to what the site has."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from mlelib import figures
from mlelib.addresses import Addresses
from mlelib.assign.__main__ import main

SITE = Addresses().site


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    main(["links", "--hub", "https://hub.example.org/"])
    said = capsys.readouterr().out.splitlines()
    return [(line[2:12].strip(), line[12:]) for line in said if line.startswith("  ")]


def test_pages_and_figures_are_there(html: Path, lines: list[tuple[str, str]]) -> None:
    read = [address for kind, address in lines if kind == "read"]
    assert len(read) == 7
    embedded = [
        str(BeautifulSoup(code, "html.parser").iframe["src"]) for k, code in lines if k == "embed"
    ]
    for address in (*read, *embedded):
        assert (html / address.removeprefix(SITE)).is_file(), address
    named = {Path(address).stem.replace("-", "_") for address in embedded}
    assert named == set(figures.__all__) - {"loss_map"}  # the introduction's


def test_the_hub_pulls_the_book_and_opens_the_chapter(lines: list[tuple[str, str]]) -> None:
    hubs = [urlsplit(address) for kind, address in lines if kind == "your hub"]
    assert len(hubs) == 7
    for hub in hubs:
        assert hub.netloc == "hub.example.org"
        assert hub.path == "/hub/user-redirect/git-pull"
        query = parse_qs(hub.query)
        assert query["repo"] == [Addresses().repository]
        assert query["urlpath"][0].startswith("lab/tree/book/chapters/")


def test_without_a_clone_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mlelib.assign.sources.FOLDER", tmp_path / "nowhere")
    with pytest.raises(SystemExit, match="from a clone of the book"):
        main(["list"])
