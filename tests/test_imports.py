"""Which part of the package may know which, and that `import mlelib` stays light."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mlelib"
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path != PACKAGE / "__init__.py"
)

# A part reaches, through whatever modules lie between, only parts on earlier lines: so `losses`
# knows no distribution and `likelihoods` no loss. A new part gets its place here.
LAYERS = [
    ["arguments", "exceptions", "memory"],
    ["numerics"],
    ["likelihoods", "losses", "priors", "datasets"],
    ["objectives", "kiosk"],
    ["estimation", "descent", "landscapes", "brier", "sandwich", "calibration"],
    ["networks"],
    ["figures", "exercises"],
    ["checks"],
    ["assign"],
]
ALONE = ["live", "losses", "numerics", "datasets", "addresses"]  # these know `arguments` at most
LIGHT = {"numpy", "scipy"}  # what may be imported outside the heavy parts
HEAVY_PARTS = {"figures", "live", "networks", "addresses", "assign"}


def part(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


@cache
def imports(module: str) -> frozenset[str]:
    """What a module imports anywhere in it, as full names; relative imports are not the custom."""
    path = PACKAGE.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return frozenset(_imports(ast.parse(file.read_text(encoding="utf-8"))))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                yield from (f"{origin}.{alias.name}" for alias in names)
            case ast.ImportFrom():
                yield "a relative import"


def own(name: str) -> str | None:
    """The module of this package that an imported name is or comes from; "" for the package."""
    parts = name.split(".")
    if parts[0] != "mlelib":
        return None
    inner = ".".join(parts[1:])
    return inner if inner in MODULES else ".".join(parts[1:-1])


def reached(modules: set[str]) -> set[str]:
    """The modules, and those they import, and so on."""
    known: set[str] = set()
    while modules - known:
        known |= modules
        modules = {inner for m in known for name in imports(m) if (inner := own(name))}
    return known


@pytest.mark.parametrize("module", MODULES)
def test_modules_import_from_modules_and_never_from_the_top(module: str) -> None:
    assert "a relative import" not in imports(module)
    assert [name for name in imports(module) if own(name) == ""] == []


@pytest.mark.parametrize("layer", range(len(LAYERS)))
def test_arrows_point_one_way(layer: int) -> None:
    later = {name for names in LAYERS[layer:] for name in names}
    for name in LAYERS[layer]:
        beyond = {part(m) for m in reached({m for m in MODULES if part(m) == name})}
        assert beyond & later == {name}


@pytest.mark.parametrize("name", ALONE)
def test_some_parts_stand_alone(name: str) -> None:
    beyond = {part(m) for m in reached({m for m in MODULES if part(m) == name})}
    assert beyond <= {name, "arguments"}


@pytest.mark.parametrize("module", [m for m in MODULES if part(m) not in HEAVY_PARTS])
def test_the_core_is_written_in_numpy_and_scipy(module: str) -> None:
    foreign = {name.split(".")[0] for name in imports(module)} - {"mlelib"}
    assert foreign - sys.stdlib_module_names <= LIGHT


def test_importing_the_package_loads_numpy_and_scipy_only() -> None:
    modules = loaded("mlelib")
    bare = [name for name in modules if part(name) in LIGHT and "._" not in name]
    assert {part(name) for name in bare} == LIGHT
    extra = {part(name) for name in set(modules) - set(loaded(*bare))} - sys.stdlib_module_names
    assert {name for name in extra if not name.startswith("__editable__")} == {"mlelib"}


def loaded(*modules: str) -> list[str]:
    """What is loaded in a fresh Python after importing some modules."""
    program = f"import json, sys, {', '.join(modules)}; print(json.dumps(list(sys.modules)))"
    return json.loads(subprocess.check_output([sys.executable, "-c", program], text=True))
