"""A folder served for as long as it is looked at, and what its files weigh on the way."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import Response

COMPRESSED = {".woff2", ".png"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def sent(response: Response) -> int:
    """The bytes of a file as a server sends it: compressed, if it is not so already."""
    body = response.body()
    small = PurePosixPath(urlsplit(response.url).path).suffix in COMPRESSED
    return len(body) if small else len(gzip.compress(body, 6))
