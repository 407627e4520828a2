"""Draw the picture of the README: `.venv/bin/python tools/picture.py`.

It is the first state of one of the book's live figures, on white.
"""

from pathlib import Path

from mlelib.figures.regression import line_and_bells

PICTURE = Path(__file__).resolve().parent.parent / "images" / "line-and-bells.png"


def main() -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    line_and_bells().figure.savefig(
        PICTURE, dpi=144, facecolor="white", metadata={"Software": None}
    )
    print(PICTURE)


if __name__ == "__main__":
    main()
