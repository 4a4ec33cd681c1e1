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
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a, b; c, d)"),
        (r"\begin{aligned} a &= b \\ &= c\end{aligned}", "a = b\n= c"),
        (r"\begin{cases} x & x\ge 0\\ -x & x<0\end{cases}", "{ x, x ≥ 0; −x, x < 0"),
        (r"\left\{ x \right.", "{ x"),
        (r"90^\circ, 10\%, a^{b^{c}}, \sqrt[3]{8}", "90°, 10%, a^(bᶜ), ∛8"),
    ],
)
def test_tex_is_shown_as_one_would_write_it(source, shown):
    assert readable_math(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        # fractions
        (r"\frac{d}{dx}\left(x^2\right) = 2x", "d/dx (x²) = 2x"),
        (r"\frac{\partial f}{\partial x}", "∂f/∂x"),
        (r"3\frac{1}{2}", "3 1/2"),
        (r"\bar{x} = \frac{1}{n}\sum_{i=1}^n x_i", "x̄ = 1/n ∑ᵢ₌₁ⁿ xᵢ"),
        (r"x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)}", "xₙ₊₁ = xₙ − f(xₙ)/f′(xₙ)"),
        (r"P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}", "P(A ∣ B) = (P(B ∣ A) P(A))/P(B)"),
        (r"\frac{e^{z_i}}{\sum_{j} e^{z_j}}", "e^(zᵢ)/(∑ⱼ e^(zⱼ))"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        # sums, integrals, limits
        (r"\sum_{\substack{i=1 \\ i \neq j}}^{n} a_i", "∑_(i = 1, i ≠ j)ⁿ aᵢ"),
        (r"\prod_{i=1}^{N} p_i^{a_i}", "∏ᵢ₌₁ᴺ pᵢ^(aᵢ)"),
        (r"\iint_D f(x,y)\,dA", "∬_D f(x,y) dA"),
        (r"\lim_{x \to 0} \frac{\sin x}{x} = 1", "lim_(x→0) (sin x)/x = 1"),
        (r"\underbrace{1 + \cdots + 1}_{n \text{ times}}", "1 + ⋯ + 1 (n times)"),
        # matrices, cases, lines
        (r"\begin{bmatrix} 1 & x + y \\ 0 & 1 \end{bmatrix}", "[1, x + y; 0, 1]"),
        (r"\det\begin{vmatrix} a & b \\ c & d \end{vmatrix} = ad", "det |a, b; c, d| = ad"),
        (r"\begin{cases} x^2 & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}",
         "{ x², if x ≥ 0; −x, otherwise"),
        (r"\begin{array}{c|c} a & b \\ \hline 1 & 2 \end{array}", "a, b; 1, 2"),
        (r"\begin{split} a&=b\\&=c \end{split}", "a = b\n= c"),
        # roots
        (r"\sqrt{x^2 + y^2}", "√(x² + y²)"),
        (r"\sqrt[n]{a} + \sqrt[4]{16}", "ⁿ√a + ∜16"),
        # Greek letters and signs
        (r"\Delta x \cdot \Delta p \geq \frac{\hbar}{2}", "Δx · Δp ≥ ℏ/2"),
        (r"\nabla \cdot \mathbf{E} = \frac{\rho}{\varepsilon_0}", "∇ · E = ρ/ε₀"),
        (r"\lnot (p \land q) \iff \lnot p \lor \lnot q", "¬(p ∧ q) ⟺ ¬p ∨ ¬q"),
        (r"\left\lfloor \frac{n}{2} \right\rfloor", "⌊n/2⌋"),
        (r"a \not= b \Longrightarrow a \bmod n", "a ≠ b ⟹ a mod n"),
        (r"a \equiv b \pmod{m}", "a ≡ b (mod m)"),
        (r"\operatorname*{argmax}_{\theta} L", "argmax_θ L"),
        (r"A \xrightarrow{n \to \infty} B", "A →^(n→∞) B"),
        # units and chemistry
        (r"1\,\text{kg}\cdot\text{m}^2/\text{s}^2", "1 kg·m²/s²"),
        (r"25\,^{\circ}\mathrm{C}", "25 °C"),
        (r"\mu = 1.5\,\mu\mathrm{m}", "μ = 1.5 μm"),
        (r"\SI{9.81}{m/s^2}", "9.81 m/s²"),
        (r"\ce{2H2 + O2 -> 2H2O}", "2H₂ + O₂ → 2H₂O"),
        # what only dresses a formula
        (r"\textcolor{red}{x} + \Large y \label{eq}", "x + y"),
        (r"x = 1 \tag{1}", "x = 1 (1)"),
    ],
)  # fmt: skip
def test_formulas_of_every_kind_are_legible(source, shown):
    assert readable_math(source) == shown


@pytest.mark.parametrize("source", [r"\unknown{x}", r"\foo", "{" * 500, "x" * 5000])
def test_what_is_not_understood_stays_as_it_is(source):
    assert readable_math(source) == source


PARTS = [r"\frac", r"\sqrt", r"\begin{cases}", r"\end{cases}", r"\left", r"\\", "{", "}", "[", "]"]
PARTS += ["^", "_", "&", "x", " ", "\\", "\n", "$", r"\text", r"\hat", r"\binom", r"\unknown"]
PARTS += [r"\underbrace", r"\substack", r"\overset", r"\xrightarrow", r"\pmod", r"\ce", r"\SI"]
PARTS += [r"\not", r"\color", r"\begin{matrix}", r"\operatorname", "*", r"\textcolor", r"\frac12"]


@given(st.lists(st.sampled_from(PARTS + [f"\\{name}" for name in SYMBOLS])).map("".join))
def test_no_formula_is_too_broken_to_be_shown(source):
    assert isinstance(readable_math(source), str)
