"""Patterns for the spellings of a secret: special characters plain, or escaped for JSON, URLs and HTML, also nested.

Each repetition is limited so that a text made of escapes costs no more than another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

SLASH: Final = r"(?:\\|%(?:25){0,8}5[cC])"
SLASHES: Final = SLASH + "{0,15}+"
MORE_25: Final = "(?:25){0,8}"
PERCENT: Final = "%" + MORE_25
END: Final = f"(?:;|{PERCENT}3[bB])"
NUMBER: Final = f"(?:#|{PERCENT}23)"
AMPS: Final = f"(?:(?:amp|{NUMBER}0{{0,8}}+38|{NUMBER}[xX]0{{0,8}}+26){END}){{0,8}}"
PERCENT_ENTITY: Final = f"(?:percnt|{NUMBER}0{{0,8}}+37|{NUMBER}[xX]0{{0,8}}+25){END}{MORE_25}"
SLASH_ENTITY: Final = f"(?:bsol|{NUMBER}0{{0,8}}+92|{NUMBER}[xX]0{{0,8}}+5[cC]){END}{SLASHES}"
"""The characters of escapes, which may be escaped themselves: a URL within a URL, JSON or HTML within JSON."""

SHORT: Final[Mapping[str, str]] = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
"""The letters of JSON's short escapes."""
BYTE: Final = 0x100


def spelling_pattern(secret: str, names: Mapping[str, list[str]]) -> str:
    """Return a pattern for a secret; `names` are the names of HTML's entities by character.

    Letters and digits are plain: `decoded_letters` makes them so. The number of backslashes in a row is not compared.
    """
    return "".join(_spellings(part[0], names) for part in re.findall(r"\\+|.", secret, re.DOTALL))


def entity_names() -> dict[str, list[str]]:
    """Return the names of HTML's entities by character, without the semicolon."""
    from html.entities import html5  # noqa: PLC0415 - read only where something is hidden

    names: dict[str, list[str]] = {}
    for name, char in html5.items():
        if len(char) == 1 and name.endswith(";"):
            names.setdefault(char, []).append(name[:-1])
    return names


def _spellings(char: str, names: Mapping[str, list[str]]) -> str:
    if char.isascii() and char.isalnum():
        return char
    octets, unicode = _octets(char), _unicode(char)
    entity = _entity(char, names)
    after_slashes = [unicode, f"(?:u0025|x25){MORE_25}{octets}", f"(?:u0026|x26){entity}"]
    after_slashes += [""] if char == "\\" else [re.escape(char), f"{PERCENT}{octets}", *SHORT.get(char, ())]
    after_slashes_pattern = f"(?:{'|'.join(after_slashes)})"
    ways = [
        *([] if char == "\\" else [re.escape(char)]),
        f"&(?:{entity}|{PERCENT_ENTITY}{octets}|{SLASH_ENTITY}(?:{unicode}))",
        f"{PERCENT}(?:{octets}|26{entity}|5[cC]{SLASHES}{after_slashes_pattern})",
        rf"\\{SLASHES}{after_slashes_pattern}",
    ]
    if char == " ":
        ways += [r"\+", f"{PERCENT}2[bB]"]
    return "(?:" + "|".join(ways) + ")"


def _entity(char: str, names: Mapping[str, list[str]]) -> str:
    """Return a pattern for the entities of a character after a first ampersand."""
    numbers = f"{NUMBER}(?:0{{0,8}}+{ord(char)}|[xX]0{{0,8}}+(?i:{ord(char):x})){END}?"
    return f"{AMPS}(?:{'|'.join([numbers, *(f'{name}{END}' for name in names.get(char, ()))])})"


def _octets(char: str) -> str:
    """Return a pattern for the bytes of a character after a first percent sign."""
    return PERCENT.join(f"(?i:{byte:02x})" for byte in char.encode("utf-8", "surrogatepass"))


def _unicode(char: str) -> str:
    """Return a pattern for the escapes of a character after backslashes: of JSON and of programming languages."""
    units = char.encode("utf-16-be", "surrogatepass").hex()
    pairs = [f"u(?i:{units[at : at + 4]})" for at in range(0, len(units), 4)]
    code = f"{ord(char):x}"
    ways = [f"{SLASH}{{1,16}}+".join(pairs), rf"u\{{0{{0,6}}+(?i:{code})\}}", f"U0{{0,6}}+(?i:{code})"]
    if ord(char) < BYTE:
        ways += [f"x(?i:{ord(char):02x})", f"{ord(char):03o}"]
    return "|".join(ways)
