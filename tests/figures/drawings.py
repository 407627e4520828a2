"""Reading a drawing back: curves as points, marks as places."""

import numpy as np
from matplotlib.patches import PathPatch


def flattened(path, pieces=16):
    """The points of a path (k, 2), each of its segments cut into `pieces`."""
    along = np.linspace(0, 1, pieces + 1)
    return np.concatenate([segment(along) for segment, _ in path.iter_bezier()])


def curves(axes):
    """The curves that a panel shows, in drawing order, (k, 2) each."""
    patches = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    return [flattened(patch.get_path()) for patch in patches if patch.get_visible()]


def lines(axes):
    """The lines and marks of a panel that are in its own units, which keys are not."""
    return [line for line in axes.lines if line.get_transform() == axes.transData]


def marks(axes, kind):
    """Where the lone dots ("o"), stars ("*") or crosses ("X") of a panel are, in drawing order."""
    alone = [line for line in lines(axes) if len(line.get_xdata()) == 1]
    shown = [line for line in alone if line.get_marker() == kind and line.get_visible()]
    return [np.ravel(line.get_data()) for line in shown]
