"""Formulas as text one can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternchat.app.core.markdown.math_symbols import SYMBOLS
from ternchat.app.core.markdown.math_text import readable_math


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("E=mc^2", "E = mc²"),
        ("x_1+x_{12}", "x₁+x₁₂"),
        (r"\frac{a+b}{2c}", "(a+b)/(2c)"),
        (r"\frac12", "1/2"),
        (r"x=\frac{-b\pm\sqrt{b^2-4ac}}{2a}", "x = (−b±√(b²−4ac))/(2a)"),
        (r"\int_0^\infty e^{-x^2}\,dx", "∫₀^∞ e^(−x²) dx"),
        (r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}", "∑ᵢ₌₁ⁿ i = n(n+1)/2"),
        (r"f'(x)=\lim_{h\to 0}h", "f′(x) = lim_(h→0)h"),
        (r"\text{if } x>0", "if x > 0"),
        (r"\vec{v}\cdot\hat{n} \in \mathbb{R}^n", "v⃗·n̂ ∈ ℝⁿ"),
        (r"\sin\theta + \cos^2 x", "sin θ + cos² x"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a b; c d)"),
        (r"\begin{aligned} a &= b \\ &= c\end{aligned}", "a = b\n= c"),
        (r"\begin{cases} x & x\ge 0\\ -x & x<0\end{cases}", "{ x x ≥ 0; −x x < 0"),
        (r"\left\{ x \right.", "{ x"),
        (r"90^\circ, 10\%, a^{b^{c}}, \sqrt[3]{8}", "90°, 10%, a^(bᶜ), ∛8"),
    ],
)
def test_tex_is_shown_as_one_would_write_it(source, shown):
    assert readable_math(source) == shown


@pytest.mark.parametrize("source", [r"\unknown{x}", r"\foo", "{" * 500, "x" * 5000])
def test_what_is_not_understood_stays_as_it_is(source):
    assert readable_math(source) == source


PARTS = [r"\frac", r"\sqrt", r"\begin{cases}", r"\end{cases}", r"\left", r"\\", "{", "}", "[", "]"]
PARTS += ["^", "_", "&", "x", " ", "\\", "\n", "$", r"\text", r"\hat", r"\binom", r"\unknown"]


@given(st.lists(st.sampled_from(PARTS + [f"\\{name}" for name in SYMBOLS])).map("".join))
def test_no_formula_is_too_broken_to_be_shown(source):
    assert isinstance(readable_math(source), str)
