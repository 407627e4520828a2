"""The contract: the right answer, or a `ValueError` or `TypeError` that names the argument.

No warning, no nan from finite numbers, no argument changed, no hang, and no error from within.
"""

import dataclasses
import re
import signal
import traceback
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import mlelib
from mlelib import exceptions

PACKAGE = str(Path(mlelib.__file__).parent)
NAMED = tuple(kind for kind in vars(exceptions).values() if isinstance(kind, type))
SECONDS = 60.0


class Broken(AssertionError):  # noqa: N818
    """The contract is broken; it says how."""


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A clear error."""

    error: Exception


def outcome(
    call: Callable[..., Any],
    arguments: dict[str, Any],
    names: Collection[str],
    in_place: Collection[str] = (),
) -> Any:
    """The answer or `Refusal` of a call, or `Broken`; `in_place` are arguments it may change."""
    watched = {name: value for name, value in arguments.items() if name not in in_place}
    before = fingerprint(watched)
    try:
        with warnings.catch_warnings(), _deadline():
            warnings.simplefilter("error")
            answer = call(**arguments)
    except Exception as error:
        _judge_error(error, names)
        answer = Refusal(error)
    if fingerprint(watched) != before:
        raise Broken("an argument was changed")
    if not isinstance(answer, Refusal) and _is_finite(arguments) and _has_nan(answer):
        raise Broken(f"nan from finite numbers: {answer!r}")
    return answer


def _judge_error(error: Exception, names: Collection[str]) -> None:
    if isinstance(error, NAMED):
        return
    where = traceback.extract_tb(error.__traceback__)[-1]
    told = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {error}"
    if type(error) not in (ValueError, TypeError):
        raise Broken(told) from error
    if not where.filename.startswith(PACKAGE):
        raise Broken(f"an error from within: {told}") from error
    if not any(re.search(rf"\b{name}\b", str(error)) for name in names):
        raise Broken(f"the argument is not named: {told}") from error


@contextmanager
def _deadline() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise Broken(f"no answer in {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def fingerprint(value: Any) -> Any:
    """What would differ if `value` had been written to."""
    if isinstance(value, np.ma.MaskedArray):
        return "masked", fingerprint(np.asarray(value.data)), fingerprint(np.ma.getmaskarray(value))
    if isinstance(value, np.ndarray):
        content = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return value.shape, value.strides, value.dtype.str, content
    if isinstance(value, dict):
        return {key: fingerprint(item) for key, item in value.items()}
    if isinstance(value, list | tuple) and value is not next(iter(value), None):
        return [fingerprint(item) for item in value]
    if hasattr(value, "detach"):
        return fingerprint(_tensor(value))
    return repr(value) if isinstance(value, set | bytearray) else id(value)


def _tensor(value: Any) -> np.ndarray:
    """A tensor's numbers; none where there are none (torch's meta device)."""
    value = value.detach()
    if value.is_meta or value.is_sparse:
        return np.zeros(0)
    return np.asarray(value if value.is_complex() else value.double())


def parts(value: Any) -> Iterator[Any]:
    """The arrays and numbers that something is made of."""
    if hasattr(value, "detach"):
        value = _tensor(value)
    if isinstance(value, np.ndarray | np.generic | float | int | complex):
        yield np.asarray(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from parts(item)
    elif isinstance(value, list | tuple) and value is not next(iter(value), None):
        for item in value:
            yield from parts(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name))
    else:
        yield np.asarray(f"{type(value).__name__}")


def _has_nan(value: Any) -> bool:
    return any(part.dtype.kind in "fc" and np.isnan(part).any() for part in parts(value))


def _is_finite(value: Any) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):  # as doubles, that is
        return all(
            part.dtype.kind not in "fc" or np.isfinite(part.astype(complex)).all()
            for part in parts(value)
        )


def same(first: Any, second: Any) -> bool:
    """Bit for bit the same answer, or the same refusal."""
    if isinstance(first, Refusal) or isinstance(second, Refusal):
        return (
            isinstance(first, Refusal)
            and isinstance(second, Refusal)
            and type(first.error) is type(second.error)
        )
    pairs = list(parts(first)), list(parts(second))
    return len(pairs[0]) == len(pairs[1]) and all(
        a.shape == b.shape
        and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc")
        for a, b in zip(*pairs, strict=True)
    )
