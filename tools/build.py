"""Build the book: `.venv/bin/python tools/build.py`, which `make book` runs in its environment.

Warnings are errors, and so is a failing cell. Sphinx warns about a page only when it reads it, so
after a failure it is made to read all pages again: a broken book fails every time. Executed cells
stay cached.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "_ext"))

from book.freshness import book_digest  # noqa: E402

BIN = Path(sys.executable).parent
BUILD = ROOT / "_build"
FIRST_PAGE = BUILD / "html" / "index.html"
BUILT_FROM = BUILD / "built-from"


def main() -> None:
    start, sources = time.monotonic(), book_digest()
    BUILT_FROM.unlink(missing_ok=True)
    profile = BUILD / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(
        'get_config().IPKernelApp.log_level = "ERROR"'
    )
    fonts = BUILD / ".matplotlib"
    # Nothing of the user's own settings: their kernels, start-up files or matplotlib styles. And no
    # progress bars, which write to stderr.
    environment = os.environ | {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(BUILD / ".ipython"),
        "MPLCONFIGDIR": str(fonts),
        "TQDM_DISABLE": "1",
    }
    if not any(fonts.glob("fontlist*")):
        # matplotlib says on stderr that it looks for fonts: let it be before any cell.
        look = [BIN / "python", "-c", "import matplotlib.font_manager"]
        subprocess.run(look, check=True, env=environment)
    build = [BIN / "jupyter-book", "build", ROOT, "-W", "-n", "--keep-going"]
    if subprocess.run(build, check=False, cwd=ROOT, env=environment).returncode:
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
        sys.exit("The book was not built: see the warnings and errors above.")
    BUILT_FROM.write_text(sources)
    print(f"The book stands, after {time.monotonic() - start:.0f} s. Its first page:\n{FIRST_PAGE}")


if __name__ == "__main__":
    main()
