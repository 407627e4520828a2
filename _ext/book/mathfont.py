"""The font of the mathematics: STIX Two Math (SIL Open Font License), cut down to what is needed.

The whole font, which comes with the package ziamath, is 1.5 MB; the cut is 65 kB. A test sees to it
that the book has no character that was cut away.
"""

from importlib.resources import files
from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont

NAME = "math-v2.woff2"  # a new cut needs a new name: browsers keep the old one
PRIMES = "′″‴‵‶‷⁗"

SYMBOLS = (
    " \u00a0\u2002\u2003\u2009\u200a¬¯°±·×÷ˆˇ˘˙˜‐‑‒–—―‖‘’“”…"
    + PRIMES
    + "\u2061\u2062\u2063\u2064"  # invisible: function application, times, separator, plus
    + "\u0302\u0303\u0304\u0307\u0308\u20d7"  # accents set over a letter
    + "ℂℍℎℐℑℒℓℕℙℚℛℜℝℤℬℰℱℳ←↑→↓↔↦⇐⇒⇔≃≅≈≔≜≠≡≢≤≥≪≫⊂⊃⊄⊅⊆⊇⊕⊗⊤⊥⋀⋁⋂⋃⋄⋅⋆⋮⋯⋰⋱⌈⌉⌊⌋⏞⏟⟨⟩"
    + "\ufe00"  # asks for the roundhand of a script letter: the 𝒩 of a normal distribution
)
RANGES = [
    (0x21, 0x7E),  # ASCII
    (0x391, 0x3F5),  # Greek
    (0x2200, 0x223C),  # ∀ to ∼, with sums, products, integrals, roots
    (0x27F5, 0x27FA),  # long arrows
    (0x1D400, 0x1D4CF),  # Latin letters: bold, italic, bold italic, script
    (0x1D538, 0x1D56B),  # double-struck
    (0x1D6A4, 0x1D755),  # dotless i and j; Greek letters: bold, italic, bold italic
]
CHARACTERS = {*map(ord, SYMBOLS), *(c for first, last in RANGES for c in range(first, last + 1))}


def math_font() -> bytes:
    """STIX Two Math with `CHARACTERS` only, as WOFF2."""
    source = files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
    font = TTFont(BytesIO(source.read_bytes()))
    _keep_script_variants(font, PRIMES)
    options = subset.Options(
        name_IDs=[0, 1, 2, 13, 14],  # copyright and licence stay in the file
        layout_features=["ssty"],
        hinting=False,
        glyph_names=False,
        drop_tables=["DSIG", "FFTM"],
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=CHARACTERS)
    cutter.subset(font)
    font.flavor = "woff2"
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def _keep_script_variants(font: TTFont, characters: str) -> None:
    """Drop the feature ssty, heavier shapes for scripts, for all but some characters.

    It doubles the file; but primes need it, being half as tall as they should be without.
    """
    cmap = font.getBestCmap()
    kept = {cmap[ord(character)] for character in characters}
    table = font["GSUB"].table
    features = [f.Feature for f in table.FeatureList.FeatureRecord if f.FeatureTag == "ssty"]
    for lookup in {index for feature in features for index in feature.LookupListIndex}:
        for part in table.LookupList.Lookup[lookup].SubTable:
            substitutions = part.alternates if hasattr(part, "alternates") else part.mapping
            for glyph in set(substitutions) - kept:
                del substitutions[glyph]
