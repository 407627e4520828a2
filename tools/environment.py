"""Make the environment in .venv: `python tools/environment.py book` or `… test` (see the Makefile).

Needs Python 3.11 and nothing else. Says what it does, step by step; pip's own words go to
.venv/install.log.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
]

TORCH_CHECK = """
import sys, torch
built_for = torch.version.cuda or torch.version.hip
sys.exit(f"torch {torch.__version__} is a GPU build ({built_for})" if built_for else 0)
"""
GPU_BUILD = """
A GPU build of PyTorch came along: gigabytes that this book does not use. It was removed again. The
CPU build comes from the index named in requirements-torch.txt, which pip could not reach. Make that
index (or a mirror of it, in pip's configuration) reachable and try again."""

NO_CHROMIUM = """
The page tests need Chromium. None was found, and it could not be installed: neither by apt-get
(needs Debian or Ubuntu, and root or sudo) nor by `playwright install chromium` (needs its site).
Install Chromium or Chrome, or name one in the environment variable CHROMIUM, and try again."""


def run(*command: str | Path, log: str = "a", seen: Callable[[str], None] | None = None) -> bool:
    """Run a command, its output in the log, each line shown to `seen`; whether it succeeded."""
    with LOG.open(log, encoding="utf-8") as file:
        file.write(f"$ {' '.join(map(str, command))}\n")
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        )
        for line in process.stdout or ():
            file.write(line)
            if seen:
                seen(line)
    return process.wait() == 0


def pip(*arguments: str | Path, seen: Callable[[str], None] | None = None) -> None:
    command = (PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps")
    if not run(*command, *arguments, seen=seen):
        last_words = "".join(LOG.read_text(encoding="utf-8").splitlines(keepends=True)[-15:])
        sys.exit(f"{last_words}pip failed; all it said is in {LOG}")


def create_venv() -> None:
    VENV.mkdir(exist_ok=True)
    if not (PYTHON.exists() and run(PYTHON, "-m", "pip", "--version", log="w")):
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)


def locked(lock: str) -> None:
    """Install what a lock names, counting."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    count = sum("==" in line for line in lines if not line.startswith((" ", "#")))
    done = 0

    def progress(line: str) -> None:
        nonlocal done
        if line.startswith(("Collecting ", "Requirement already satisfied: ", "Ignoring ")):
            done += 1
            if done % 25 == 0 or done == count:
                print(f"      {done} of {count}", flush=True)
        elif line.startswith("Installing collected packages"):
            print("      all here; unpacking them", flush=True)

    pip("-r", lock, seen=progress)


def torch() -> None:
    """PyTorch for the CPU, or an error: never a GPU build."""
    pip("-r", "requirements-torch.txt")
    if not run(PYTHON, "-c", TORCH_CHECK):
        run(PYTHON, "-m", "pip", "uninstall", "--yes", "torch")
        sys.exit(GPU_BUILD)


def mlelib() -> None:
    pip("--no-build-isolation", "--editable", ".")


def lab_settings() -> None:
    """Let JupyterLab open MyST Markdown as notebooks."""
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "tools" / "jupyterlab-overrides.json", settings / "overrides.json")


def find_chromium() -> str | None:
    """The Chromium named in the environment variable CHROMIUM, else one on the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def chromium() -> None:
    """Use the Chromium there is; else install Debian's; else playwright's."""
    if find_chromium():
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--quiet"]
    if shutil.which("apt-get") and (not sudo or shutil.which("sudo")):
        run(*apt, "update")
        if run(*apt, "install", "--no-install-recommends", "chromium") and find_chromium():
            return
    with_deps = [] if sudo else ["--with-deps"]
    if not run(PYTHON, "-m", "playwright", "install", *with_deps, "chromium"):
        sys.exit(NO_CHROMIUM)


STEPS: dict[str, Iterable[tuple[str, Callable[[], None]]]] = {
    "book": [
        ("A virtual environment in .venv", create_venv),
        ("The packages of requirements.txt", lambda: locked("requirements.txt")),
        ("PyTorch for the CPU", torch),
        ("This book's own package, mlelib", mlelib),
        ("JupyterLab: chapters open as notebooks", lab_settings),
    ],
    "test": [
        ("The packages of requirements-test.txt", lambda: locked("requirements-test.txt")),
        ("A Chromium for the page tests", chromium),
    ],
}


def main() -> None:
    steps = list(STEPS[sys.argv[1]])
    for number, (what, step) in enumerate(steps, 1):
        print(f"[{number}/{len(steps)}] {what}", flush=True)
        step()


if __name__ == "__main__":
    main()
