"""What a book build gets: payload, table, progress; and when a figure is sampled again."""

import base64
import gzip
import io
import json
import threading

import numpy as np
import pytest

from mlelib.live import Choice, Slider, payload
from mlelib.live.fingerprint import fingerprint
from mlelib.live.progress import Printer, report

from .synthetic import regression, single, wireframe


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a book build in which this process runs."""
    monkeypatch.setenv(payload.BUILD, str(tmp_path))
    return tmp_path


def shown(figure):
    """The payload that displaying the figure yields, after a notebook file has sorted its keys."""
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {payload.MIME, "image/svg+xml", "text/plain"}
    return json.loads(json.dumps(bundle[payload.MIME], sort_keys=True))


def test_a_build_gets_the_payload_a_picture_and_no_widget(folder):
    content = shown(regression())
    assert [control["name"] for control in content["controls"]] == ["w", "b", "sigma", "shown"]
    assert content["controls"][0] == {
        "name": "w",
        "kind": "slider",
        "label": "slope w",
        "value": 0.4,
        "min": -2,
        "max": 2,
        "step": 0.4,
        "decimals": 1,
        "play": False,
    }
    assert content["controls"][2]["options"] == [0.5, 1, 2]
    assert content["controls"][3] == {
        "name": "shown",
        "kind": "toggle",
        "label": "show the band",
        "value": True,
    }
    assert content["readout"][0][0] == "sum of squares"
    assert content["size"] == [8 * 720, 3 * 720]
    assert (content["format"], content["name"]) == (1, "regression")
    assert content["alt"] == "A line through twelve points."
    script = gzip.decompress(base64.b64decode(content["table"]["script"])).decode()
    stem = content["table"]["stem"]
    assert script.startswith(f'(globalThis.liveTables??={{}})["{stem}"]={{"format":1,')
    assert content["table"]["states"] == 11 * 9 + 6 + 11 * 9
    assert set(content["table"]["widest"]) == {"sum of squares"}


def test_outside_a_build_there_is_a_picture(monkeypatch):
    monkeypatch.delenv(payload.BUILD, raising=False)
    bundle = regression()._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg xmlns=")
    assert payload.MIME not in bundle


def test_the_payload_shows_the_state_that_the_figure_is_in(folder):
    figure = regression()
    figure.values = {"w": 1.2, "shown": False}
    content = shown(figure)
    assert [control["value"] for control in content["controls"]] == [1.2, 0, 1, False]
    assert content["readout"] == [["sum of squares", figure.readout(1.2, 0)["sum of squares"]]]
    assert content["stage"] == figure.spec()["stage"] != regression().spec()["stage"]


def small(data=0.0, start=0.25, colour="C0"):
    """A figure of five states whose data, first state and looks can be changed."""

    def make(axes, line):
        line.set_color(colour)

        def update(k):
            line.set_ydata([data, k])
            return [line]

        return [update]

    return single(make, {"k": Slider(0, 1, 0.25, value=start, label="k")})


def states_sampled(folder):
    """How many states were sampled since the last call, by the progress that was reported."""
    file = folder / "progress.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return int(lines[-1].split()[3]) if lines else 0


def test_an_unchanged_figure_is_not_sampled_again(folder):
    first = shown(small())
    assert states_sampled(folder) == 5
    assert shown(small()) == first
    assert states_sampled(folder) == 0


@pytest.mark.parametrize(
    "changed", [{"data": 0.5}, {"start": 0.5}, {"colour": "C1"}, {"data": np.float64(1.0)}]
)
def test_a_changed_figure_is_sampled_again(folder, changed):
    first = shown(small())
    states_sampled(folder)
    assert shown(small(**changed)) != first
    assert states_sampled(folder) == 5


def test_only_the_newest_table_of_a_figure_is_kept(folder):
    shown(small())
    shown(small(data=0.5))
    assert len(list((folder / "tables").iterdir())) == 1


class FromThisModule:
    level = 1.0


def helper(k):
    return k * FACTOR


FACTOR = 2.0


def test_fingerprints_see_code_constants_closures_globals_and_data(monkeypatch):
    def close_over(value):
        return lambda k: k + value

    functions = [
        lambda k: k,
        lambda k: k + 1,
        lambda k: k + 2,
        lambda k: abs(k) + 1,
        lambda k: helper(k) + 1,
        close_over(1),
        close_over(2),
        close_over(np.zeros(3)),
        close_over(np.array([0.0, 0.0, 1e-300])),
        close_over(Choice(["a", "b"], "a", "x")),
    ]
    digests = [fingerprint(function) for function in functions]
    assert None not in digests
    assert len(set(digests)) == len(digests)
    assert digests == [fingerprint(function) for function in functions]
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert fingerprint(functions[4]) != digests[4]


def test_fingerprints_of_figures_made_twice_are_equal():
    for make in (regression, wireframe):
        one, two = make(), make()
        assert fingerprint((one.updates, one.figure)) == fingerprint((two.updates, two.figure))
    assert fingerprint(regression().updates) != fingerprint(wireframe().updates)


def test_what_cannot_be_digested_is_not_guessed(tmp_path):
    instance = FromThisModule()
    with open(tmp_path / "file", "w") as file:
        for doubtful in (instance, FromThisModule, file, threading.Lock()):
            assert fingerprint(lambda k, doubtful=doubtful: k) is None


def test_a_figure_that_cannot_be_digested_is_sampled_every_time(folder):
    def make(axes, line):
        doubtful = FromThisModule()

        def update(k):
            line.set_ydata([doubtful.level, k])
            return [line]

        return [update]

    for _ in range(2):
        shown(single(make, {"k": Slider(0, 1, 0.25, value=0, label="k")}))
        assert states_sampled(folder) == 5
    assert not (folder / "tables").exists()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_from_a_kernel_is_printed_by_the_build(tmp_path):
    pipe, terminal = io.StringIO(), Terminal()
    printer = Printer(tmp_path, pipe)
    report(tmp_path, "one", 200, 1200)
    report(tmp_path, "one", 1200, 1200)
    printer.stop()
    assert pipe.getvalue() == "live figure one: 1,200 of 1,200 states\n"
    printer = Printer(tmp_path, terminal)
    report(tmp_path, "two", 5, 10)
    report(tmp_path, "two", 10, 10)
    printer.stop()
    assert terminal.getvalue().split("\r\x1b[K") == [
        "",
        "live figure two: 5 of 10 states",
        "live figure two: 10 of 10 states\n",
    ]
