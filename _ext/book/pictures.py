"""Pictures of cells say how large they are, so that the page does not jump when they come, and come
when they are near."""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

IMAGE = re.compile(r"<img (?=[^>]*\bsrc=\"[^\"]*_images/([^\"/]+\.svg)\")(?![^>]*\bwidth=)")
SIZE = re.compile(r"<svg [^>]*\bwidth=\"([\d.]+)pt\" height=\"([\d.]+)pt\"")  # matplotlib's
PIXELS = 96 / 72  # a point


def give_sizes(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    sources = {name: Path(app.srcdir) / source for source, name in app.builder.images.items()}

    def sized(image: re.Match[str]) -> str:
        size = SIZE.search(sources[image[1]].read_text("utf-8"))
        if size is None:
            return image[0]
        width, height = (round(float(length) * PIXELS) for length in size.groups())
        return f'<img width="{width}" height="{height}" loading="lazy" '

    if "body" in context:
        context["body"] = IMAGE.sub(sized, context["body"])


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", give_sizes)
