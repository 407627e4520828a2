"""Every page for people who see, hear or move differently: what axe-core finds, order, focus."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.test_pages import PAGES, PHONE, WIDE
from playwright.sync_api import Browser


@pytest.mark.parametrize("page", PAGES)
def test_axe_objects_to_nothing(browser: Browser, site: str, page: str) -> None:
    found = []
    for size in (WIDE, PHONE):
        for scheme in ("light", "dark"):
            viewport = {"width": size[0], "height": size[1]}
            context = browser.new_context(viewport=viewport, color_scheme=scheme)
            shown = context.new_page()
            shown.goto(f"{site}/{page}.html", wait_until="load")
            shown.add_style_tag(content="* { content-visibility: visible !important }")
            for fault in Axe().run(shown).response["violations"]:
                for node in fault["nodes"]:
                    found.append(f"{size[0]} {scheme} {fault['id']}: {node['html'][:150]}")
            context.close()
    assert "\n".join(found) == ""
