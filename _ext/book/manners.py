"""What a reader expects of any site: descriptions, a card, a map, a page for wrong addresses, where
to report a mistake, which version this is, and the whole as one file."""

import subprocess
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import yaml
from sphinx.application import Sphinx
from sphinx.config import Config

from mlelib.addresses import Addresses

ROOT = Path(__file__).resolve().parents[2]
ZIP = "book.zip"
CARD_ALT = (
    "Left: body mass against flipper length, a line, and the Gaussian bells that it stands for. "
    "Right: the negative log-likelihood over slope and intercept."
)


def commit() -> str:
    """Where the sources stand, in words."""
    git = ["git", "-C", str(ROOT), "describe", "--always", "--exclude=*", "--dirty=, changed since"]
    done = subprocess.run(git, capture_output=True, encoding="utf-8", check=False)
    return f"commit {done.stdout.strip()}" if done.returncode == 0 else "commit unknown"


def configure(app: Sphinx, config: Config) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    config.project = config.html_title
    config.version = config.release = project["version"]
    config.book_commit = commit()
    config.html_theme_options["footer_content_items"] = ["book-footer.html"]
    address = config.html_baseurl = Addresses().site
    config.html_static_path += [str(ROOT / "images"), str(ROOT / "CITATION.cff")]
    config.ogp_site_url = address
    config.ogp_image = f"{address}_static/line-and-bells.png"
    config.ogp_image_alt = CARD_ALT
    config.ogp_social_cards = {"enable": False}
    prefix = urlsplit(address).path
    config.notfound_urls_prefix = prefix
    config.notfound_context = {
        "title": "No such page",
        "body": "<h1>No such page</h1><p>The address may be old, or mistyped. The contents beside "
        f'this page are complete, or begin at <a href="{prefix}">the beginning</a>.</p>',
    }


def describe(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Give the page its description, and the address for its mistakes."""
    descriptions = yaml.safe_load((Path(__file__).parent / "descriptions.yml").read_text("utf-8"))
    if page in descriptions:
        context["meta"] = (context["meta"] or {}) | {"og:description": descriptions[page]}
        description = escape(descriptions[page])
        context["metatags"] += f'<meta name="description" content="{description}" />'
    if page in app.env.all_docs:
        question = {"title": f"{page}: ", "body": f"Page {page}, {app.config.book_commit}.\n\n"}
        address = f"{Addresses().repository}/issues/new?{urlencode(question)}"
        context["book_report"] = address
    context["book_commit"] = app.config.book_commit
    context["book_zip"] = ZIP


def map_site(app: Sphinx, exception: Exception | None) -> None:
    """Write sitemap.xml. (sphinx-sitemap leaves out what this build need not write.)"""
    if exception or app.builder.format != "html":
        return
    places = ET.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for page in sorted(app.env.all_docs):
        address = urljoin(app.config.html_baseurl, app.builder.get_target_uri(page))
        ET.SubElement(ET.SubElement(places, "url"), "loc").text = address
    file = Path(app.outdir) / "sitemap.xml"
    ET.ElementTree(places).write(file, encoding="utf-8", xml_declaration=True)


def pack(app: Sphinx, exception: Exception | None) -> None:
    """Write the whole site into one file, the same bytes for the same site."""
    if exception or app.builder.format != "html":
        return
    html = Path(app.outdir)
    files = sorted(path for path in html.rglob("*") if path.is_file() and path.name != ZIP)
    with zipfile.ZipFile(html / ZIP, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            name = f"deep-learning-is-maximum-likelihood/{path.relative_to(html).as_posix()}"
            entry = zipfile.ZipInfo(name)  # dated 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def setup(app: Sphinx) -> None:
    for extension in ("sphinxext.opengraph", "notfound.extension"):
        app.setup_extension(extension)
    app.add_config_value("book_commit", "", "html", str)
    app.connect("config-inited", configure, priority=400)
    app.connect("html-page-context", describe, priority=400)
    app.connect("build-finished", map_site)
    app.connect("build-finished", pack, priority=950)
