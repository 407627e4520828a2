"""A change of each live figure on the built book's pages: script time, and input to paint.

    .venv/bin/python benchmarks/live_page.py [the folder of the built book]

A real Chromium drags every slider and pad with the mouse and moves every control by keyboard, at
full speed and with the page's main thread slowed four times. Each trace is of one figure, kind of
input and speed; its times are in microseconds. Of an input,

- *script* is what the live figures' script takes until the next input, forced layout and the
  parsing of fragments included;
- *paint* is the time from the browser's receiving the input to the presentation of the first frame
  that was committed after that script, which is the first to show the change.
"""

import gzip
import json
import os
import sys
from collections.abc import Iterator
from itertools import cycle, pairwise
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from environment import CHROMIUM_FLAGS, find_chromium  # noqa: E402
from serving import served  # noqa: E402

CHANGES = 60  # of each kind, shared out among the figure's controls
SPARE = 20  # inputs: on a busy machine two of them may come in one frame
PAUSE = 45  # milliseconds from one input to the next, not in step with the frames
LAST = 500  # milliseconds after the last input, so that its frame is in the trace
SPEEDS = (1, 4)
SCRIPT_MS, PAINT_MS, TABLE_KB, MEDIAN_KB = 6, 24, 250, 100
CATEGORIES = ["devtools.timeline", "benchmark", "disabled-by-default-devtools.timeline.frame"]
MOVING = {"MOUSE_DRAGGED", "KEY_PRESSED", "KEY_RELEASED"}  # a checkbox changes at the release
PRESENTATION = "SubmitCompositorFrameToPresentationCompositorFrame"

# A slider that moves a number: what a browser takes by itself, on an empty page and in a chapter.
EMPTY = "data:text/html,<!doctype html><hr>"
BARE = """<div id="bare" data-ready><input type="range"><p></p></div>"""
BARE_SCRIPT = """document.querySelector("#bare input").oninput = event => {
    document.querySelector("#bare p").textContent = event.target.value }
//# sourceURL=bare/live.js"""

Event = dict[str, Any]
Times = tuple[list[float], list[float]]  # of script and of paint, milliseconds, one a change


def drag(page: Page, surface: Locator, changes: int) -> None:
    """Drag to and fro on a slider or a pad, each time to quite another value."""
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box
    shares = 0.05 + 0.9 * (np.outer(np.arange(changes + 1), [0.618, 0.414]) % 1)
    points = shares * [box["width"], box["height"]] + [box["x"], box["y"]]
    session = page.context.new_cdp_session(page)

    def mouse(kind: str, point: Any, *, held: bool) -> None:
        # Playwright's own mouse has the page look out for drops, which costs it 0.3 ms a move.
        x, y = map(float, point)
        button = {"button": "left", "buttons": int(held), "clickCount": 1}
        session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **button})

    mouse("mousePressed", points[0], held=True)
    for point in points[1:]:
        page.wait_for_timeout(PAUSE)
        mouse("mouseMoved", point, held=True)
    page.wait_for_timeout(LAST)
    mouse("mouseReleased", points[-1], held=False)
    session.detach()


def press(page: Page, control: Locator, changes: int) -> None:
    """Move a control by keyboard."""
    if control.get_attribute("type") == "checkbox":
        keys = ["Space"]
    else:
        control.press("Home")
        keys = ["ArrowRight"] * 3 + ["ArrowLeft"] * 3
        if control.get_attribute("type") != "range":
            keys = ["ArrowDown", "ArrowUp"]
    control.focus()
    for key, _ in zip(cycle(keys), range(changes), strict=False):
        page.wait_for_timeout(PAUSE)
        page.keyboard.press(key)
    page.wait_for_timeout(LAST)


KINDS = {
    "slider": ("[type=range]", drag),
    "pad": (".live-area", drag),
    "keys": ("[type=range], [type=checkbox], select", press),
}


def measured(browser: Browser, page: Page, name: str, kind: str) -> Times | None:
    """The times of this kind of input, or None where the figure has none."""
    selector, move = KINDS[kind]
    surfaces = page.locator(f"#{name}").locator(selector).all()
    if not surfaces:
        return None
    browser.start_tracing(page=page, categories=CATEGORIES)
    for surface in surfaces:
        move(page, surface, ceil((CHANGES + SPARE) / len(surfaces)))
    times = read(json.loads(browser.stop_tracing())["traceEvents"])
    if len(times[0]) < CHANGES:
        sys.exit(f"{name}, {kind}: {len(times[0])} changes were traced, {CHANGES} are wanted")
    return times


def read(trace: list[Event]) -> Times:
    """The times of every input in a trace that had an effect."""
    trace = sorted((event for event in trace if "ts" in event), key=lambda event: event["ts"])
    calls = list(outermost(event for event in trace if event["name"] == "FunctionCall"))
    calls = [call for call in calls if "/live.js" in call["args"]["data"]["url"]]
    process = calls[0]["pid"]
    trace = [event for event in trace if event["pid"] == process]
    inputs = [event for event in trace if event["name"] == "EventLatency" and event["ph"] == "b"]
    frames = list(frames_of(trace))
    script, paint = [], []
    for event, following in pairwise(inputs):
        handled = [call for call in calls if event["ts"] <= call["ts"] < following["ts"]]
        kind = event["args"]["event_latency"]["event_type"]
        if kind in MOVING and handled:
            end = max(call["ts"] + call["dur"] for call in handled)
            shown = next((shown for committed, shown in frames if committed >= end), None)
            if shown is None:  # the last inputs moved nothing that is seen
                break
            script.append(sum(call["dur"] for call in handled) / 1000)
            paint.append((shown - event["ts"]) / 1000)
    return script, paint


def outermost(calls: Iterator[Event]) -> Iterator[Event]:
    """The calls that are not made by another."""
    end = 0
    for call in calls:
        if call["ts"] >= end:
            end = call["ts"] + call["dur"]
            yield call


def frames_of(trace: list[Event]) -> Iterator[tuple[int, int]]:
    """When each frame was committed and when it was presented, in microseconds."""
    for place, event in enumerate(trace):
        if event["name"] == "Commit" and event["ph"] == "b":
            for later in trace[place:]:
                same = later.get("id2") == event["id2"] and later["ph"] == "e"
                if same and later["name"] == PRESENTATION:
                    yield event["ts"], later["ts"]
                if same and later["name"] in (PRESENTATION, "PipelineReporter"):
                    break


def pages(html: Path) -> dict[str, str]:
    """The chapter of each figure, as its stand-alone page says."""
    found = {}
    for file in sorted((html / "figures").glob("*.html")):
        source = BeautifulSoup(file.read_text("utf-8"), "html.parser").select_one(".live-source a")
        assert source
        found[file.stem] = str(source["href"]).removeprefix("../").split("#")[0]
    return found


def report(browser: Browser, address: str, name: str, label: str = "") -> dict[str, list[float]]:
    """Print a line for each kind of input; give the p95s of the slowed page.

    What has the name `bare` is put into the page first.
    """
    worst: dict[str, list[float]] = {"script": [], "paint": []}
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.goto(address)
    if name == "bare":
        place = page.locator("live-figure, hr").first
        place.evaluate("(place, bare) => place.insertAdjacentHTML('beforebegin', bare)", BARE)
        page.add_script_tag(content=BARE_SCRIPT)
    page.locator(f"#{name}").scroll_into_view_if_needed()
    page.locator(f"#{name}[data-ready]").wait_for()
    session = context.new_cdp_session(page)
    for kind in KINDS:
        line, changes = "", 0
        for speed in SPEEDS:
            session.send("Emulation.setCPUThrottlingRate", {"rate": speed})
            if times := measured(browser, page, name, kind):
                changes = len(times[0])
                for series in times:
                    line += "{:8.1f}{:7.1f}".format(*np.percentile(series, [50, 95]))
                if speed == max(SPEEDS):
                    for key, series in zip(worst, times, strict=True):
                        worst[key].append(float(np.percentile(series, 95)))
        if line:
            print(f"{label or name:17} {kind:7}{changes:3}{line}", flush=True)
    context.close()
    return worst


def tables(html: Path) -> bool:
    """Print the states and the size of every state table; whether they are small enough."""
    print(f"\n{'state table':17} {'states':>8} {'kB gzipped':>11}")
    sizes = []
    for file in sorted((html / "live").glob("*.js")):
        script = file.read_text("utf-8")
        tracks = json.loads(script[script.index("]=") + 2 :].rstrip(";\n"))["tracks"]
        states = sum(len(track["targets"][0]["states"]) for track in tracks)
        sizes.append(len(gzip.compress(script.encode())) / 1000)
        print(f"{file.stem.rpartition('-')[0]:17} {states:8,} {sizes[-1]:11.0f}")
    print(f"largest {max(sizes):.0f} kB (target {TABLE_KB}), ", end="")
    print(f"median {median(sizes):.0f} kB (target {MEDIAN_KB})")
    return max(sizes) <= TABLE_KB and median(sizes) <= MEDIAN_KB


def main() -> None:
    html = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "_build" / "html"
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"\n{'milliseconds':28}{'full speed':^30}{'slowed 4×':^30}")
    print(f"{'figure':17} {'by':7}{'n':>3}" + 2 * f"{'script':>15}{'paint':>15}")
    print(" " * 28 + 4 * f"{'p50':>8}{'p95':>7}")
    worst: dict[str, list[float]] = {"script": [], "paint": []}
    with served(html) as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        chapters = pages(html)
        floor = [
            max(report(chromium, address, "bare", label)["paint"])
            for address, label in (
                (EMPTY, "bare page"),
                (f"{site}/{chapters['sigma-mle']}", "bare in chapter"),
            )
        ]
        for name, page in chapters.items():
            for key, values in report(chromium, f"{site}/{page}", name).items():
                worst[key] += values
        chromium.close()
    script, paint = max(worst["script"]), max(worst["paint"])
    print(f"\nlargest p95, slowed 4×: script {script:.1f} ms (target {SCRIPT_MS}), ", end="")
    print(f"paint {paint:.1f} ms (target {PAINT_MS}); of a bare slider ", end="")
    print("{:.1f} on a page of its own, {:.1f} in a chapter".format(*floor))
    small = tables(html)
    met = small and script <= SCRIPT_MS and paint <= PAINT_MS
    print(f"load after: {os.getloadavg()[0]:.1f}; targets", "met" if met else "missed")
    sys.exit(not met)


if __name__ == "__main__":
    main()
