"""Mathematics set at build time, as MathML: no script, no other host, and it can be read aloud.

`math-core` turns TeX into MathML Core. A formula it cannot read is a warning, and fails the build.
"""

from pathlib import Path

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from . import mathfont
from .mathfont import NAME

logger = logging.getLogger(__name__)
converter = LatexToMathML(fancy_error=False)


def mathml(node: nodes.math | nodes.math_block, *, display: bool) -> str:
    tex = node.astext()
    try:
        return converter.convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        logger.warning(
            "%s in the formula %r", error, tex, location=node, type="book", subtype="math"
        )
        return ""


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(mathml(node, display=False))
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    # The theme lets elements of this class be scrolled by keyboard where they are too wide.
    classes = "math notranslate pst-scrollable-table-container"
    self.body.append(self.starttag(node, "div", "", CLASS=classes))
    self.body.append(mathml(node, display=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def stage_font(app: Sphinx) -> None:
    """Put the font among the static files; cutting it takes a second, so if need be."""
    file = Path(app.outdir).parent / ".fonts" / NAME
    if not file.exists() or file.stat().st_mtime < Path(mathfont.__file__).stat().st_mtime:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(mathfont.math_font())
    app.config.html_static_path.append(str(file.parent))


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", stage_font)
