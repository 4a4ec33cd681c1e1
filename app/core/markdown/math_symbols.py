"""What TeX's commands mean in Unicode."""

from __future__ import annotations


def _table(words: str) -> dict[str, str]:
    """Pairs of a name and its sign, separated by blanks."""
    parts = words.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SYMBOLS = _table(
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι "
    "kappa κ lambda λ mu μ nu ν xi ξ pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ "
    "upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π "
    "Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω "
    "times × cdot · div ÷ pm ± mp ∓ ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ otimes ⊗ setminus ∖ "
    "le ≤ leq ≤ ge ≥ geq ≥ leqslant ≤ geqslant ≥ ne ≠ neq ≠ ll ≪ gg ≫ approx ≈ equiv ≡ sim ∼ "
    "simeq ≃ cong ≅ propto ∝ "
    "in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ cup ∪ cap ∩ emptyset ∅ "
    "varnothing ∅ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ land ∧ wedge ∧ lor ∨ vee ∨ "
    "to → rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ "
    "implies ⟹ iff ⟺ mapsto ↦ longrightarrow ⟶ uparrow ↑ downarrow ↓ hookrightarrow ↪ "
    "sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ "
    "partial ∂ nabla ∇ infty ∞ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ prime ′ degree ° angle ∠ "
    "perp ⊥ parallel ∥ mid ∣ nmid ∤ triangle △ square □ blacksquare ■ Box □ qed ∎ "
    "ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ therefore ∴ because ∵ checkmark ✓ dagger † ddagger ‡ "
    "langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lvert | rvert | vert | lVert ‖ rVert ‖ "
    "Vert ‖ | ‖ { { } } lbrace { rbrace } backslash \\ % % # # & & _ _ $ $ models ⊨ vdash ⊢ "
    "top ⊤ bot ⊥ euro € pounds £ S § P ¶ copyright © AA Å lt < gt > lbrack [ rbrack ] colon : "
    "Longrightarrow ⟹ Longleftarrow ⟸ Longleftrightarrow ⟺ longleftarrow ⟵ longleftrightarrow ⟷ "
    "longmapsto ⟼ hookleftarrow ↩ rightleftharpoons ⇌ rightharpoonup ⇀ leadsto ⇝ updownarrow ↕ "
    "nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ Uparrow ⇑ Downarrow ⇓ gets ← "
    "triangleq ≜ coloneqq ≔ doteq ≐ asymp ≍ lesssim ≲ gtrsim ≳ nleq ≰ ngeq ≱ nless ≮ ngtr ≯ "
    "prec ≺ succ ≻ preceq ⪯ succeq ⪰ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ nsupseteq ⊉ "
    "sqsubseteq ⊑ sqsupseteq ⊒ vDash ⊨ Vdash ⊩ dashv ⊣ nvdash ⊬ bowtie ⋈ ltimes ⋉ rtimes ⋊ "
    "ominus ⊖ odot ⊙ oslash ⊘ uplus ⊎ sqcup ⊔ sqcap ⊓ biguplus ⨄ bigsqcup ⨆ bigotimes ⨂ "
    "bigwedge ⋀ bigvee ⋁ oiint ∯ surd √ complement ∁ wp ℘ imath ı jmath ȷ hslash ℏ mho ℧ beth ℶ "
    "measuredangle ∡ lozenge ◊ bigstar ★ bigcirc ◯ blacktriangle ▲ triangledown ▽ triangleleft ◁ "
    "triangleright ▷ heartsuit ♥ spadesuit ♠ diamondsuit ♦ clubsuit ♣ natural ♮ sharp ♯ flat ♭ "
    "dotsc … dotso … dotsb ⋯ dotsm ⋯ textdegree ° celsius ℃ ohm Ω"
)

# What belongs to what follows it, without a blank between.
PREFIXES = frozenset("∂Δ¬∀∃∄")

SPACES = dict.fromkeys((",", ":", ";", " ", "quad", "qquad", "enspace", "space"), " ") | {
    "!": "",
    "hline": "",
    "nonumber": "",
    "notag": "",
}

FUNCTIONS = _words(
    "sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan log ln lg exp lim limsup "
    "liminf max min sup inf arg det dim ker gcd lcm deg Pr mod argmax argmin tr rank coth arccot "
    "sgn span hom"
)

# What only changes the look of its argument, or of what follows.
PLAIN = _words(
    "text textbf textit textrm texttt mathrm mathbf mathit mathsf mathcal mathtt mathscr mathfrak "
    "boldsymbol bm operatorname mbox boxed fbox underline displaystyle textstyle limits nolimits "
    "big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr left right middle smash mathop mathrel "
    "mathbin mathord tiny small normalsize large Large LARGE huge Huge unit si textsf textsc"
)

# Commands whose argument says nothing to a reader.
MUTE = _words("label color hspace vspace phantom hphantom vphantom")
ARROWS = {"xrightarrow": "→", "xleftarrow": "←", "xRightarrow": "⇒", "xleftrightarrow": "↔"}

ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0305",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "check": "\u030c",
    "breve": "\u0306",
    "cancel": "\u0336",
}

DOUBLE = _table("N ℕ Z ℤ Q ℚ R ℝ C ℂ P ℙ H ℍ E 𝔼 F 𝔽 1 𝟙")

SUPERSCRIPTS = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        strict=True,
    )
)

SUBSCRIPTS = dict(
    zip(
        "0123456789+−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
