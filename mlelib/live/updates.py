"""Running update functions and readouts, and holding them to their contract."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlelib.live.controls import Value

Update = Callable[..., Sequence[Artist]]
Readout = Callable[..., Mapping[str, str]]


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's parameters, each of which must be an ordinary one without a
    default."""
    signature = inspect.signature(function).parameters
    for parameter in signature.values():
        plain = parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        if not plain or parameter.default is not parameter.empty:
            raise ValueError(f"{called(function)} must have plain parameters only, got {parameter}")
    return tuple(signature)


def called(function: Callable[..., Any], values: Mapping[str, Value] | None = None) -> str:
    """How a function, or a call of it, is named in messages."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in (values or {}).items())
    return f"{getattr(function, '__name__', function)}({arguments})"


def call(function: Callable[..., Any], values: Mapping[str, Value]) -> Any:
    """`function` of those values that it asks for; an exception is told which state it came
    from."""
    chosen = {name: values[name] for name in parameters(function)}
    try:
        return function(**chosen)
    except Exception as error:
        error.add_note(f"in {called(function, chosen)}")
        raise


def artists_of(update: Update, values: Mapping[str, Value]) -> tuple[Artist, ...]:
    """What an update returns, if that is artists as the contract wants them."""
    returned = call(update, values)
    if not isinstance(returned, Sequence) or not returned:
        raise ValueError(
            f"{called(update)} must return a list of the artists it changed, got {returned!r}"
        )
    for artist in returned:
        if not isinstance(artist, Artist):
            raise ValueError(f"{called(update)} must return artists, got {artist!r}")
    return tuple(returned)


def check_disjoint(updates: Sequence[Update], artists: Sequence[Sequence[Artist]]) -> None:
    """`ValueError` if an artist, or a part of one, is returned twice."""
    owner: dict[int, Update] = {}
    for update, group in zip(updates, artists, strict=True):
        for artist in group:
            for part in {id(each): each for each in artist.findobj()}.values():
                if id(part) in owner:
                    raise ValueError(
                        f"{part} is returned by {called(owner[id(part)])} and by {called(update)}; "
                        "let one update draw it"
                    )
                owner[id(part)] = update


class Watch:
    """Runs updates of a laid-out figure and notices what they touch beside what they return.

    Every setter of matplotlib marks its artist as stale (a limit's marks the axis): that is how a
    touched artist is found. One added or removed is found by comparing.
    """

    def __init__(self, figure: Figure) -> None:
        self._axes = [part for part in figure.findobj(Axes) if isinstance(part, Axes)]
        self._artists = [part for part in figure.findobj() if not isinstance(part, Figure | Axes)]
        self._children = [list(axes.get_children()) for axes in self._axes]

    def run(self, update: Update, artists: Sequence[Artist], values: Mapping[str, Value]) -> None:
        """Run `update`, which must return `artists` and touch no others (`ValueError`)."""
        for artist in self._artists:
            artist.stale = False
        returned = call(update, values)
        if [id(artist) for artist in returned] != [id(artist) for artist in artists]:
            raise ValueError(
                f"{called(update, _chosen(update, values))} returned {_names(returned)}, before it "
                f"was {_names(artists)}: return the same artists in every state"
            )
        own = {id(part) for artist in artists for part in artist.findobj()}
        touched = [part for part in self._artists if part.stale and id(part) not in own]
        for axes, children in zip(self._axes, self._children, strict=True):
            if id(axes) not in own:
                now = axes.get_children()
                touched += [part for part in now if part not in children]
                touched += [part for part in children if part not in now]
        if touched:
            raise ValueError(
                f"{called(update, _chosen(update, values))} touches {_describe(touched[0])} and "
                "does not return it: return every artist that changes, add and remove none, and "
                "leave limits and ticks alone"
            )


def read(readout: Readout, labels: Sequence[str] | None, values: Mapping[str, Value]) -> list[str]:
    """The texts of a readout, whose labels must be `labels` (None: any)."""
    texts = call(readout, values)
    if not isinstance(texts, Mapping) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(f"{called(readout)} must return {{label: text}}, got {texts!r}")
    if labels is not None and list(texts) != list(labels):
        raise ValueError(
            f"{called(readout, _chosen(readout, values))} gives {list(texts)}; before, it gave "
            f"{list(labels)}: give the same labels in every state"
        )
    return list(texts.values())


def _chosen(function: Callable[..., Any], values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: values[name] for name in parameters(function)}


def _names(artists: Iterable[Artist]) -> str:
    return "[" + ", ".join(map(str, artists)) + "]"


def _describe(artist: Artist) -> str:
    axes = getattr(artist, "axes", None)
    label = axes.get_xlabel() or axes.get_title() if isinstance(axes, Axes) else ""
    return f"{artist}" + (f" of the axes {label!r}" if label else "")
