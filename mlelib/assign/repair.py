"""A submission's cells as nbgrader can take them: each that was released is there, and once."""

from copy import deepcopy
from uuid import uuid4

from nbformat import NotebookNode


def repair(submitted: NotebookNode, released: NotebookNode) -> int:
    """Put missing cells back after the one before them; how many there were.

    A cell whose name was not released, or a second one of a name, is no cell of nbgrader's.
    """
    wanted = [cell for cell in released.cells if _name(cell)]
    names = [_name(cell) for cell in wanted]
    found: set[str] = set()
    for cell in submitted.cells:
        if _name(cell) in names and _name(cell) not in found:
            found.add(_name(cell))
        else:
            cell.metadata.pop("nbgrader", None)
            cell["id"] = uuid4().hex[:8]  # the cell whose place it took may come back
    place = 0
    for cell in wanted:
        if _name(cell) not in found:
            submitted.cells.insert(place, deepcopy(cell))
        place = 1 + [_name(each) for each in submitted.cells].index(_name(cell))
    return len(names) - len(found)


def _name(cell: NotebookNode) -> str:
    given = cell.metadata.get("nbgrader")
    return str(given.get("grade_id", "")) if isinstance(given, dict) else ""
