r"""Decodes letters and digits that are escaped although no format asks for it: `&#97;`, `%61`, `\u0061`, also nested.

What is found in the decoded text can be removed from the text itself.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from typing import Final

from msgspec import Struct

MOST_LAYERS: Final = 16
"""How deep escapes are decoded that are escaped themselves."""

NAMES: Final = {"amp": "&", "num": "#", "semi": ";", "percnt": "%", "bsol": "\\", "\\": "\\"}
LETTERS: Final = frozenset(string.ascii_letters + string.digits)
DECODED: Final = LETTERS | frozenset(string.punctuation)
"""What is decoded: also the characters of which escapes are made."""

ESCAPE: Final = re.compile(
    r"%(?P<percent>[2-7][\da-fA-F])"
    r"|&#0{0,16}+(?P<decimal>\d{2,3})(?!\d);?"
    r"|&#[xX]0{0,16}+(?P<entity>[2-7][\da-fA-F])(?![\da-fA-F]);?"
    r"|&(?P<name>amp|num|semi|percnt|bsol);"
    r"|\\(?:u00(?P<unit>[2-7][\da-fA-F])|x(?P<byte>[2-7][\da-fA-F])|U000000(?P<long>[2-7][\da-fA-F])"
    r"|u\{0{0,16}+(?P<point>[2-7][\da-fA-F])\}|(?P<octal>[01][0-7]{2})|(?P<slash>\\))"
)
BASES: Final = {"decimal": 10, "octal": 8}


class _Layer(Struct, frozen=True):
    """The escapes that one pass has decoded: where their characters are now, and where the escapes began and ended."""

    now: list[int]
    began: list[int]
    ended: list[int]

    def before(self, start: int, end: int) -> tuple[int, int]:
        """Return the range in the text before of a range in the text after."""
        return self._char(start)[0], self._char(end - 1)[1]

    def _char(self, at: int) -> tuple[int, int]:
        index = bisect_right(self.now, at) - 1
        if index < 0:
            return at, at + 1
        if self.now[index] == at:
            return self.began[index], self.ended[index]
        old = self.ended[index] + at - self.now[index] - 1
        return old, old + 1


def replace_decoded(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    """Replace each match of a pattern in the text without escapes of letters and digits by a replacement.

    Returns the same text if no letter and no digit is escaped in it.
    """
    layers: list[_Layer] = []
    decoded, has_letters = text, False
    while len(layers) < MOST_LAYERS:
        layer, decoded, found = _decode(decoded)
        if not layer.now:
            break
        layers.append(layer)
        has_letters |= found
    if not has_letters:
        return text
    parts, last = [], 0
    for match in pattern.finditer(decoded):
        start, end = match.span()
        for layer in reversed(layers):
            start, end = layer.before(start, end)
        parts += [text[last:start], replacement]
        last = end
    return "".join([*parts, text[last:]])


def decode_letters(text: str) -> str:
    """Return the text without escapes of letters and digits."""
    for _ in range(MOST_LAYERS):
        layer, text, _found = _decode(text)
        if not layer.now:
            break
    return text


def _decode(text: str) -> tuple[_Layer, str, bool]:
    """Decode one layer of escapes; return also the text after, and whether a letter or a digit was among them."""
    layer, parts, last, length, found = _Layer([], [], []), [], 0, 0, False
    for match in ESCAPE.finditer(text):
        char = _char_of(match)
        if char not in DECODED:
            continue
        found |= char in LETTERS
        parts += [text[last : match.start()], char]
        length += match.start() - last
        layer.now.append(length)
        layer.began.append(match.start())
        layer.ended.append(match.end())
        length, last = length + 1, match.end()
    return layer, "".join([*parts, text[last:]]), found


def _char_of(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    value = match[kind]
    return NAMES[value] if kind in {"name", "slash"} else chr(int(value, BASES.get(kind, 16)))
