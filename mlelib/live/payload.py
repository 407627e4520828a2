"""What a book build gets instead of a widget: the contract between a figure and its page.

While a book is built, the environment variable `MLELIB_LIVE_BUILD` names a folder of the build's. A
live figure then samples itself (or finds its table in that folder, if nothing it depends on has
changed) and its only output is of the MIME type `application/vnd.mlelib.live+json`, a JSON object:

    {
      "format": 1,
      "name": "gaussian-surface",              unique in the book, [a-z0-9-]
      "alt": "…", "caption": "…",              plain text
      "controls": [                            in the order to show them
        {"name": "mu", "kind": "slider", "label": "mean μ", "value": 0.0,
         "min": -3.0, "max": 3.0, "step": 0.1, "decimals": 1, "play": false},
        {"name": "n", "kind": "choice", "label": "n", "value": 20, "options": [5, 20, 100]},
        {"name": "log", "kind": "toggle", "label": "logarithm", "value": false}
      ],
      "pads": [                                `x`, `y`: a slider's name or null
        {"panel": 1, "x": "mu", "y": "sigma", "triangle": false, "box": [3632, 68, 2743, 2180],
         "xlim": [-3.0, 3.0], "ylim": [0.1, 2.0], "xscale": "linear", "yscale": "log"}
      ],
      "readout": [["log-likelihood", "−12.3"]],        label and text
      "size": [6480, 2592],                    the whole figure, tenths of a point
      "stage": "<div class='live-row'><svg class='live-panel' data-panel='0' …",
      "table": {"stem": "gaussian-surface-0123456789ab", "states": 2605,
                "widest": {"log-likelihood": 8}, "script": "H4sIAAAA…"}
    }

`value`s, readout and stage are the state that the figure is in when it is displayed, to which a
reset returns. A pad's `box` is x, y, width, height of its axes in the panel's coordinates, `xlim`
and `ylim` the data coordinates at its left and right, bottom and top edge; of a `triangle` the left
and right edge meet in the middle of the top.

`stage` is that state as HTML, complete without script: put it on the page as it is. It has one
`<svg>` a panel, in flex rows; static/stage.css lays them out. In it, slots are `<g data-slot="3">`.
Ids begin with the figure's name and a hyphen. Colours are literal, `currentColor` for text, and
`var(--live-paper, #fff)` for the background: set `--live-paper` on a dark page.

Two scripts without exports do the work on the page, static/stage.js (`liveStage`) and
static/table.js (`liveLookup`); their heads say how to call them. The host owns the controls, the
readout's elements and the loading of the table.

`table.script` is the file `STEM.js`, compressed with gzip and in base64, to be written beside the
pages; table.py says what it holds. Its name changes with its content. `widest` is the room for
each label's texts, in digits' widths.
"""

import base64
import gzip
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlelib.live.fingerprint import fingerprint
from mlelib.live.progress import report
from mlelib.live.sampling import sample
from mlelib.live.table import Table, table

if TYPE_CHECKING:
    from mlelib.live.figure import LiveFigure

MIME = "application/vnd.mlelib.live+json"
BUILD = "MLELIB_LIVE_BUILD"
FORMAT = 1


def build_folder() -> Path | None:
    """The folder of the book build that this process works for, or None."""
    folder = os.environ.get(BUILD)
    return Path(folder) if folder else None


def payload(figure: "LiveFigure", folder: Path) -> dict[str, Any]:
    """The JSON object above; `folder` keeps tables for the next time and hears of the progress."""
    sampled = _table(figure, folder)
    packed = gzip.compress(sampled.script.encode(), mtime=0)
    return {
        "format": FORMAT,
        **figure.spec(),
        "table": {
            "stem": sampled.stem,
            "states": sampled.states,
            "widest": sampled.widest,
            "script": base64.b64encode(packed).decode(),
        },
    }


def _table(figure: "LiveFigure", folder: Path) -> Table:
    digest = fingerprint(
        (figure.name, figure.figure, figure.updates, figure.readout, dict(figure.controls))
    )
    kept = folder / "tables" / f"{figure.name}-{digest}.json"
    if digest and kept.exists():
        return Table(**json.loads(kept.read_text(encoding="utf-8")))
    sampled = table(
        figure.name, sample(figure, lambda done, total: report(folder, figure.name, done, total))
    )
    if digest:
        kept.parent.mkdir(parents=True, exist_ok=True)
        for older in kept.parent.glob(f"{figure.name}-{'?' * len(digest)}.json"):
            older.unlink()
        unfinished = kept.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(asdict(sampled)), encoding="utf-8")
        unfinished.replace(kept)
    return sampled
