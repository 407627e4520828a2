"""The quick questions of each chapter: one right answer each, a reason for each choice, and numbers
that are right."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from scipy.special import expit

ROOT = Path(__file__).parents[1]
NAMES = ["likelihood", "regression", "binary", "multiclass", "mse-or-bce", "map", "recipe"]
PART = re.compile(r"^## Quick questions\n(.*?)^## Exercises$", re.MULTILINE | re.DOTALL)
QUESTION = re.compile(r"^\*\*\d\.\*\* ", re.MULTILINE)
CHOICE = re.compile(r"^:::\{dropdown\} ([^\n]+)\n(.*?)^:::$", re.MULTILINE | re.DOTALL)


def part(name: str) -> str:
    text = (ROOT / "chapters" / f"{name}.md").read_text(encoding="utf-8")
    found = PART.search(text)
    assert found, name
    return found[1]


@pytest.mark.parametrize("name", NAMES)
def test_each_question_has_one_right_answer_and_says_why_others_are_not(name: str) -> None:
    _, *questions = QUESTION.split(part(name))
    assert 3 <= len(questions) <= 5
    for question in questions:
        choices = CHOICE.findall(question)
        assert len(choices) == 3
        right = [why for _, why in choices if re.match(r"Right\b", why)]
        assert len(right) == 1, question
        for choice, why in choices:
            assert len(why.split()) >= 7, choice


def test_its_numbers_are_right() -> None:
    said = {name: " ".join(part(name).split()) for name in NAMES}
    assert f"{0.7**7 * 0.3**3 / 0.5**10:.1f} times L(0.5)" in said["likelihood"]
    assert f"w = {np.log(2):.2f} for an input" in said["binary"]
    assert f"log(1 + 2/e) = {np.log(1 + 2 / np.e):.3f}" in said["multiclass"]
    assert f"e² = {np.exp(2):.1f}" in said["multiclass"]
    slope = expit(12) * expit(-12)
    assert f"about {1e6 * slope:.0f}·10⁻⁶ there" in said["mse-or-bce"]
    assert f"a factor of {round(1 / (2 * slope), -4):,.0f} here" in said["mse-or-bce"]


def test_a_choice_opens_by_keyboard_and_says_why(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/chapters/map.html", wait_until="load")
    choice = page.locator("summary", has_text="Because it has no θ in it")
    why = page.get_by_text("It scales all of the posterior and moves no peak")
    assert not why.is_visible()
    choice.focus()
    page.keyboard.press("Enter")
    assert why.is_visible()
    page.close()
