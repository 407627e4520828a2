"""Lighthouse on the built book's pages, as on a phone on a slow network: scores from 0 to 1.

    .venv/bin/python benchmarks/lighthouse.py [a page of the table of contents …]

Needs Node with npm: Lighthouse is installed into the environment, once. Pages are served
compressed, as sites are. Of three runs the median counts.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from environment import CHROMIUM_FLAGS, VENV, find_chromium  # noqa: E402

VERSION = "13.5.0"
FOLDER = VENV / "lighthouse"
TARGETS = {"performance": 0.95, "accessibility": 1.0, "best-practices": 1.0, "seo": 0.95}
RUNS = 3
TEXT = {".html", ".js", ".css", ".svg"}


class Compressing(SimpleHTTPRequestHandler):
    """Serves text compressed."""

    def send_head(self) -> Any:
        file = Path(self.translate_path(self.path))
        if file.suffix not in TEXT or not file.is_file():
            return super().send_head()
        body = gzip.compress(file.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        return BytesIO(body)

    def log_message(self, *_: object) -> None:
        pass


def install() -> Path:
    """Lighthouse's command."""
    command = FOLDER / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("Lighthouse needs Node and npm, and there is no npm on the PATH.")
        FOLDER.mkdir(exist_ok=True)
        packages = [f"lighthouse@{VERSION}", "--no-fund", "--no-audit", "--silent"]
        subprocess.run([npm, "install", "--prefix", FOLDER, *packages], check=True)
    return command


def scores(command: Path, address: str) -> dict[str, float]:
    """The scores of one run."""
    run = subprocess.run(
        [
            command,
            address,
            "--quiet",
            "--output=json",
            f"--only-categories={','.join(TARGETS)}",
            f"--chrome-flags={' '.join(['--headless=new', *CHROMIUM_FLAGS])}",
        ],
        env=os.environ | {"CHROME_PATH": find_chromium() or ""},
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(run.stdout)
    for category in report["categories"].values():
        for audit in category["auditRefs"]:
            found = report["audits"][audit["id"]]
            if audit["weight"] and found["score"] not in (None, 1) and category["score"] < 1:
                print(f"    {category['id']}: {found['title']} {found.get('displayValue', '')}")
    return {name: category["score"] for name, category in report["categories"].items()}


def main() -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [page["file"] for part in toc["parts"] for page in part["chapters"]]
    handler = partial(Compressing, directory=str(ROOT / "_build" / "html"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    command, met = install(), True
    print(f"{'page':24}" + "".join(f"{name:>16}" for name in TARGETS))
    for page in sys.argv[1:] or [toc["root"], *chapters]:
        address = f"http://127.0.0.1:{server.server_port}/{page}.html"
        runs = [scores(command, address) for _ in range(RUNS)]
        found = {name: median(run[name] for run in runs) for name in TARGETS}
        print(f"{page:24}" + "".join(f"{found[name]:16.2f}" for name in TARGETS), flush=True)
        met &= all(found[name] >= target for name, target in TARGETS.items())
    server.shutdown()
    print("targets", "met" if met else "missed", TARGETS)
    sys.exit(not met)


if __name__ == "__main__":
    main()
