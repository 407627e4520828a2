"""Every live figure of the built book in a real Chromium: by mouse, by keyboard, by touch."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from browser.live_figures import PAGES, Shown
from playwright.sync_api import Browser, Page, expect

Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open an address in a context of its own; no script may fail."""
    contexts, complaints = [], []

    def open_(address: str, **options: object) -> Page:
        options = {"viewport": {"width": 1200, "height": 900}} | options
        contexts.append(context := browser.new_context(**options))
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def controls(shown: Shown, kind: str) -> list[str]:
    """The names of the figure's controls of a kind."""
    return [name for name, c in shown.figure.controls.items() if c.spec()["kind"] == kind]


def move(shown: Shown) -> str:
    """Bring the figure's first slider to its other end; returns the slider's name."""
    slider = controls(shown, "slider")[0]
    at_the_end = shown.values()[slider] == shown.figure.controls[slider].max
    shown.control(slider).press("Home" if at_the_end else "End")
    return slider


def other(shown: Shown, control: str) -> str:
    """An option that a choice does not show now, as its select writes it."""
    options = shown.figure.controls[control].spec()["options"]
    return str((options.index(shown.values()[control]) + 1) % len(options))


def test_first_state(open_page: Open, site: str, name: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    shown.assert_at(shown.first())
    expect(shown.element.locator(".live-reset")).to_be_disabled()


def test_by_keyboard(open_page: Open, site: str, name: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    for control in controls(shown, "slider"):
        before = shown.values()[control]
        spec = shown.figure.controls[control].spec()
        key, sign = ("ArrowLeft", -1) if before == spec["max"] else ("ArrowRight", 1)
        shown.control(control).press(key)
        assert shown.values()[control] == pytest.approx(before + sign * spec["step"])
        shown.assert_fresh()
        shown.control(control).press("End")
        assert shown.values()[control] == spec["max"]
        shown.assert_fresh()
        shown.number(control).fill(str(spec["min"]))
        shown.number(control).press("Enter")
        assert shown.values()[control] == spec["min"]
        shown.assert_fresh()
        shown.number(control).fill(str(spec["max"] + 1000))
        shown.number(control).press("Tab")
        assert shown.values()[control] == spec["max"]
    for control in controls(shown, "toggle"):
        before = shown.values()[control]
        shown.control(control).press("Space")
        assert shown.values()[control] is not before
        shown.assert_fresh()
    for control in controls(shown, "choice"):
        options = shown.figure.controls[control].spec()["options"]
        for _ in options:
            shown.control(control).press("ArrowUp")
        for option in options:
            assert shown.values()[control] == option
            shown.assert_fresh()
            shown.control(control).press("ArrowDown")


def test_by_mouse(open_page: Open, site: str, name: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    for control in controls(shown, "slider"):
        slider = shown.control(control)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        shown.page.mouse.move(box["x"] + box["width"] * 0.1, middle)
        shown.page.mouse.down()
        for share in (0.3, 0.5, 0.8):
            shown.page.mouse.move(box["x"] + box["width"] * share, middle)
            shown.assert_fresh()
        shown.page.mouse.up()
        spec = shown.figure.controls[control].spec()
        span = spec["max"] - spec["min"]
        reached = (shown.values()[control] - spec["min"]) / span
        # Half a step, and the thumb's own width.
        assert reached == pytest.approx(0.8, abs=spec["step"] / span / 2 + 0.03)
    for control in controls(shown, "toggle"):
        before = shown.values()[control]
        shown.control(control).click()
        assert shown.values()[control] is not before
        shown.assert_fresh()


def test_by_touch(open_page: Open, site: str, name: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html", **phone), name)
    for control in controls(shown, "slider"):
        slider = shown.control(control)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        before = shown.values()[control]
        spec = shown.figure.controls[control].spec()
        share = 0.25 if before > (spec["min"] + spec["max"]) / 2 else 0.75
        shown.page.touchscreen.tap(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        assert shown.values()[control] != before
        shown.assert_fresh()
    for control in controls(shown, "toggle"):
        before = shown.values()[control]
        shown.control(control).tap()
        assert shown.values()[control] is not before
        shown.assert_fresh()
    for control in controls(shown, "choice"):
        shown.control(control).select_option(index=int(other(shown, control)))
        shown.assert_fresh()


def drag_places(shown: Shown) -> list[tuple[float, float]]:
    """Where the handle of the first pad is, and three other places of its axes, on the screen."""
    area = shown.element.locator(".live-area").first
    area.scroll_into_view_if_needed()
    box, handle = area.bounding_box(), shown.element.locator(".live-handle").first.bounding_box()
    start = (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    shares = ((0.3, 0.7), (0.6, 0.4), (0.72, 0.61))
    return [
        start,
        *((box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in shares),
    ]


def assert_pad_leads(shown: Shown, before: dict) -> None:
    """The first pad's controls moved, to within a step of where it was dragged last."""
    pad = shown.figure.spec()["pads"][0]
    narrowed = 0.61 if pad["triangle"] else 1  # of the width, so far below the tip
    for axis, share in (("x", 0.5 + (0.72 - 0.5) / narrowed), ("y", 1 - 0.61)):
        if pad[axis]:
            low, high = pad[f"{axis}lim"]
            wanted = low + share * (high - low)
            spec = shown.figure.controls[pad[axis]].spec()
            wanted = min(spec["max"], max(spec["min"], wanted))
            nearby = spec["step"] + 0.01 * abs(high - low)  # a pixel of the screen
            assert shown.values()[pad[axis]] == pytest.approx(wanted, abs=nearby)
            assert shown.values()[pad[axis]] != before[pad[axis]]


@pytest.fixture(params=PAGES)
def padded(request: pytest.FixtureRequest, open_page: Open, site: str) -> Callable[..., Shown]:
    """Opens a figure that has a linear pad."""

    def open_(**options: object) -> Shown:
        shown = Shown(open_page(f"{site}/{PAGES[request.param]}.html", **options), request.param)
        pads = shown.figure.spec()["pads"]
        if not pads or {pads[0]["xscale"], pads[0]["yscale"]} != {"linear"}:
            pytest.skip("no linear pad")
        return shown

    return open_


def test_dragging_on_a_pad_by_mouse(padded: Callable[..., Shown]) -> None:
    shown = padded()
    before = shown.values()
    start, *places = drag_places(shown)
    shown.page.mouse.move(*start)
    shown.page.mouse.down()
    for place in places:
        shown.page.mouse.move(*place)
        shown.assert_fresh()
    shown.page.mouse.up()
    assert_pad_leads(shown, before)
    shown.page.mouse.move(*start)  # let go: nothing follows
    after = shown.values()
    shown.assert_at(after)


def test_dragging_on_a_pad_by_touch(padded: Callable[..., Shown]) -> None:
    shown = padded(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    before = shown.values()
    start, *places = drag_places(shown)
    touch = shown.page.context.new_cdp_session(shown.page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", start)
    for place in places:
        send("touchMove", place)
    send("touchEnd")
    shown.assert_fresh()
    assert_pad_leads(shown, before)


def test_playing(open_page: Open, site: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES['underflow']}.html"), "underflow")
    [played] = [n for n, c in shown.figure.controls.items() if c.spec().get("play")]
    shown.control(played).press("Home")
    shown.element.get_by_role("button", name="Play").click()
    expect(shown.number(played)).not_to_have_value(str(shown.figure.controls[played].min))
    shown.element.get_by_role("button", name="Pause").click()
    paused = shown.values()
    shown.page.wait_for_timeout(400)
    shown.assert_at(paused)
    shown.control(played).press("End")
    shown.element.get_by_role("button", name="Play").click()  # from the end: over again
    expect(shown.element.get_by_role("button", name="Pause")).to_be_visible()


def test_playing_with_reduced_motion_goes_a_step_a_press(open_page: Open, site: str) -> None:
    address = f"{site}/{PAGES['underflow']}.html"
    shown = Shown(open_page(address, reduced_motion="reduce"), "underflow")
    [played] = [n for n, c in shown.figure.controls.items() if c.spec().get("play")]
    shown.control(played).press("Home")
    low, step = (shown.figure.controls[played].spec()[key] for key in ("min", "step"))
    for press in (1, 2):
        shown.element.locator(".live-play").click()
        shown.page.wait_for_timeout(400)
        assert shown.values()[played] == pytest.approx(low + press * step)
    shown.assert_fresh()


def test_reset(open_page: Open, site: str, name: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    move(shown)
    shown.page.wait_for_url(re.compile(f"#{name}:"))
    shown.element.get_by_role("button", name="Reset").click()
    shown.assert_at(shown.first())
    shown.page.wait_for_url(f"{site}/{PAGES[name]}.html")


def test_the_address_keeps_the_state(open_page: Open, site: str, name: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    for slider in controls(shown, "slider"):
        shown.control(slider).press("Home")
    for choice in controls(shown, "choice"):
        shown.control(choice).select_option(index=int(other(shown, choice)))
    for toggle in controls(shown, "toggle"):
        shown.control(toggle).click()
    left = shown.values()
    state = shown.element.evaluate("(figure) => figure.fragment()")
    shown.page.wait_for_url(lambda url: url.endswith(state))  # the last of several it notes
    address = shown.page.url
    Shown(open_page(address), name).assert_at(left)
    shown.page.goto(f"{site}/{PAGES[name]}.html#{name}:nonsense=1,{next(iter(left))}=x")
    Shown(shown.page, name).assert_fresh()


def test_a_link_followed_at_once_keeps_its_address(open_page: Open, site: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES['sigma-mle']}.html"), "sigma-mle")
    shown.control("sigma").press("Home")
    shown.page.evaluate("location.hash = '#summary'")
    shown.page.wait_for_timeout(600)  # the figure notes its state 400 ms after the last change
    assert shown.page.url.endswith("#summary")
    expect(shown.element.locator(".live-status")).not_to_be_empty()


@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_below_stays_where_it_is(
    open_page: Open, site: str, name: str, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html", viewport=viewport), name)
    rng = np.random.default_rng(0)
    grids = {name: control.grid() for name, control in shown.figure.controls.items()}
    walk = [
        {name: grid[rng.integers(len(grid))] for name, grid in grids.items()} for _ in range(100)
    ]
    heights = shown.element.evaluate(
        "(figure, walk) => walk.map((values) => (figure.change(values), figure.offsetHeight))", walk
    )
    assert len(set(heights)) == 1


def test_two_figures_on_a_page_do_not_meet(open_page: Open, site: str) -> None:
    page = open_page(f"{site}/chapters/likelihood.html")
    one, two = Shown(page, "coin-likelihood"), Shown(page, "gaussian-surface")
    one.control("heads").press("Home")
    two.assert_at(two.first())
    two.control("mu").press("End")
    assert one.values() == one.first() | {"heads": one.figure.controls["heads"].min}
    one.assert_fresh()
    two.assert_fresh()


def test_from_a_folder(open_page: Open, html, name: str) -> None:
    shown = Shown(open_page(f"{html.as_uri()}/{PAGES[name]}.html"), name)
    slider = move(shown)
    assert shown.values()[slider] != shown.first()[slider]
    shown.assert_fresh()


def test_without_javascript(open_page: Open, site: str, name: str) -> None:
    page = open_page(f"{site}/{PAGES[name]}.html", java_script_enabled=False)
    element = page.locator(f"live-figure#{name}")
    expect(element.get_by_role("img")).to_be_visible()
    assert element.get_by_role("img").get_attribute("aria-label")
    expect(element.locator(".live-panel").first).to_be_visible()
    expect(element.locator("figcaption")).to_be_visible()
    expect(element.locator(".live-controls")).to_be_hidden()
    expect(element.locator(".live-tools")).to_be_hidden()


def test_tables_come_only_when_near(open_page: Open, site: str) -> None:
    asked: list[str] = []
    page = open_page("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/{PAGES['sigma-mle']}.html", wait_until="networkidle")
    assert not [url for url in asked if "/live/" in url]
    Shown(page, "sigma-mle")
    assert [url for url in asked if "/live/sigma-mle-" in url]


def test_saving_the_picture(open_page: Open, site: str, name: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    with shown.page.expect_download() as download:
        shown.element.get_by_role("button", name="Save picture").click()
    assert download.value.suggested_filename == f"{name}.svg"
    picture = ET.parse(download.value.path()).getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    slots = [group for group in picture.iter() if "data-slot" in group.attrib]
    assert len(slots) == shown.figure.spec()["stage"].count("data-slot=")


def test_alone_and_embedded(open_page: Open, site: str, name: str) -> None:
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    move(shown)
    shown.element.get_by_text("Embed").click()
    snippet = shown.element.locator("textarea")
    expect(snippet).to_have_value(re.compile(f"/figures/{name}.html#{name}:"))
    page = open_page(f"{site}/search.html")
    page.set_content(snippet.input_value())
    frame = page.frame_locator("iframe")
    frame.locator(f"live-figure#{name}[data-ready]").wait_for()
    alone = Shown(open_page(page.frames[1].url), name)
    assert alone.values() == shown.values()
    alone.assert_fresh()
    expect(alone.page.locator("main a").last).to_have_attribute(
        "href", re.compile(f"{PAGES[name]}.html#{name}$")
    )


BOXES = """figure => [...figure.querySelectorAll(".live-held")].map(box => {
  const { width, height } = box.getBoundingClientRect();
  return [box.className, width, height, getComputedStyle(box).contain];
})"""


def test_held_boxes_are_as_large_as_they_would_be_and_follow_the_page(
    open_page: Open, site: str, name: str
) -> None:
    """What page.js holds is laid out apart from the page: a change in it costs nothing outside."""
    phone = {"width": 390, "height": 844}
    shown = Shown(open_page(f"{site}/{PAGES[name]}.html"), name)
    held = shown.element.locator(".live-held")
    expect(held).to_have_count(2 + 2 * len(controls(shown, "slider")))
    wide = shown.element.evaluate(BOXES)
    assert all(box[-1] == "size layout" for box in wide)
    held.evaluate_all("all => all.forEach(box => box.style.contain = 'none')")
    held.evaluate_all("all => all.forEach(box => box.style.width = box.style.height = '')")
    assert [box[:3] for box in shown.element.evaluate(BOXES)] == [
        [kind, pytest.approx(width, abs=0.1), pytest.approx(height, abs=0.1)]
        for kind, width, height, _ in wide
    ]
    held.evaluate_all("all => all.forEach(box => box.style.contain = '')")
    shown.page.set_viewport_size(phone)
    narrow = Shown(open_page(f"{site}/{PAGES[name]}.html", viewport=phone), name)
    expect(narrow.element.locator(".live-held")).to_have_count(held.count())
    shown.page.wait_for_function(
        "([name, width]) => document.querySelector(`#${name} .live-stage`).offsetWidth <= width",
        arg=[name, phone["width"]],
    )
    assert shown.element.evaluate(BOXES) == narrow.element.evaluate(BOXES) != wide


@pytest.mark.parametrize("page", sorted(set(PAGES.values())))
def test_no_widget_machinery_on_a_page(html, page: str) -> None:
    text = (html / f"{page}.html").read_text(encoding="utf-8")
    for unwanted in ("require.js", "requirejs", "jupyter.widget", "widget-view", "html-manager"):
        assert unwanted not in text
