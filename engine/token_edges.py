"""What special tokens do to the text beside them, as the tokenizers library does it.

A vocabulary may say that a token takes the white space on its left or right along, or that it is
one only where it stands alone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ternchat.engine.pieces import Content, Piece, Special, Text

# Unicode's White_Space, which the library goes by; Python's str.strip() takes four more.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Edges:
    """Whether a token takes white space on its sides along, and whether it has to stand alone."""

    takes_left: bool = False
    takes_right: bool = False
    alone: bool = False


def settle(pieces: Sequence[Piece], edges: Mapping[str, Edges]) -> list[Piece]:
    """The pieces as the tokenizer would understand their text; `edges` by the tokens' texts."""
    if not edges:
        return list(pieces)
    alone = [_alone(pieces, place, edges) for place in range(len(pieces))]
    settled = list(pieces)
    for place, piece in enumerate(pieces):
        if isinstance(piece, Special) and piece.text in edges:
            token = edges[piece.text]
            if token.alone and not alone[place]:
                settled[place] = Text(piece.text)
                continue
            if token.takes_left:
                _strip(settled, range(place - 1, -1, -1), str.rstrip)
            if token.takes_right:
                _strip(settled, range(place + 1, len(settled)), str.lstrip)
    return settled


def _alone(pieces: Sequence[Piece], place: int, edges: Mapping[str, Edges]) -> bool:
    """Whether no letter or digit touches the token."""
    before = next((p.text[-1] for p in reversed(pieces[:place]) if p.text), "")
    after = next((p.text[0] for p in pieces[place + 1 :] if p.text), "")
    return not (_WORD.match(before) or _WORD.match(after))


def _strip(pieces: list[Piece], places: Sequence[int], strip: Callable[[str, str], str]) -> None:
    """Take white space from the pieces at these places, up to what is none."""
    for place in places:
        piece = pieces[place]
        if isinstance(piece, Special):
            return
        text = strip(piece.text, _SPACE)
        pieces[place] = Content(piece.index, text) if isinstance(piece, Content) else Text(text)
        if text:
            return
