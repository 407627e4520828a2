"""The HTML of a live figure on a page: complete, so that a script only has to bind it.

Without a script the first state, its readout and the caption are what is seen (page.css hides the
controls); page.js brings the rest to life.
"""

import json
from html import escape
from typing import Any


def element(payload: dict[str, Any], table: str, alone: str) -> str:
    """The custom element of a figure: `payload` as payload.py describes it, `table` and `alone` the
    addresses of its state table and of its stand-alone page, seen from this page."""
    name = payload["name"]
    kept = ("name", "alt", "size", "pads", "controls")
    spec = json.dumps({key: payload[key] for key in kept}, ensure_ascii=False).replace(
        "<", "\\u003c"
    )
    controls = "".join(_control(name, control) for control in payload["controls"])
    # Room for the widest text, lest the lines break anew and push the page about. "cqi" is a
    # hundredth of the figure's width.
    widest = payload["table"]["widest"]
    readout = "".join(
        f"<div><dt>{escape(label)}</dt>"
        f'<dd style="width:min({widest[label]}ch,100cqi)">{escape(text)}</dd></div>'
        for label, text in payload["readout"]
    )
    return f"""
<live-figure id="{name}" data-table="{escape(table)}" data-alone="{escape(alone)}">
<script type="application/json">{spec}</script>
<figure class="live-figure">
<div class="live-stage" role="img" aria-label="{escape(payload["alt"])}">{payload["stage"]}</div>
<dl class="live-readout">{readout}</dl>
<p class="live-status" role="status"></p>
<div class="live-controls" role="group" aria-label="Controls of the figure">{controls}</div>
<figcaption>{escape(payload["caption"])}</figcaption>
<div class="live-tools">
<button type="button" class="live-reset" disabled>Reset</button>
<button type="button" class="live-save">Save picture</button>
<details class="live-embed"><summary>Embed</summary>
<p>The figure as shown, <a href="{escape(alone)}">on a page of its own</a>; to put it on yours:</p>
<textarea readonly rows="3" spellcheck="false" aria-label="HTML to embed this figure"></textarea>
<button type="button" class="live-copy">Copy</button></details>
</div>
</figure>
</live-figure>
"""


def _control(figure: str, control: dict[str, Any]) -> str:
    key = f"{figure}-{control['name']}"
    label = escape(control["label"])
    kind, value = control["kind"], control["value"]
    if kind == "toggle":
        inside = (
            f'<label for="{key}">{label}</label>'
            f'<input type="checkbox" id="{key}"{" checked" if value else ""}>'
        )
    elif kind == "choice":
        options = "".join(
            f'<option value="{place}"{" selected" if option == value else ""}>{escape(str(option))}'
            "</option>"
            for place, option in enumerate(control["options"])
        )
        inside = f'<label for="{key}">{label}</label><select id="{key}">{options}</select>'
    else:
        shown = f"{value:.{control['decimals']}f}"
        span = f'min="{control["min"]}" max="{control["max"]}" step="{control["step"]}"'
        play = (
            f'<button type="button" class="live-play" aria-label="Play {label}"></button>'
            if control["play"]
            else ""
        )
        inside = (
            f'<label for="{key}">{label}</label>'
            f'<span class="live-slide">{play}'
            f'<span class="live-box"><input type="range" id="{key}" {span} value="{shown}"></span>'
            f'</span><span class="live-box"><input type="number" {span} value="{shown}" '
            f'aria-label="{label}, as a number"></span>'
        )
    return f'<div class="live-control live-{kind}" data-control="{control["name"]}">{inside}</div>'
