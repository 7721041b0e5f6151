"""Names as documents spell them: words, singular and plural, and which texts may be copied into a connector."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
TEMPLATE: Final = re.compile(r"\{\{|\}\}|\{%|\{#|\$SECRET\(|\$ENV\(|sesam:mark")
SAFE_NAME: Final = re.compile(r"[A-Za-z_@$][A-Za-z0-9_@$.\[\]-]*")
SEGMENT: Final = re.compile(r"[^\s.,:=\[\]\"]+")
MEMBER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: `ContactID` is `contact`, `id`."""
    return [word.lower() for word in WORD.findall(name)]


def joined(name: str) -> str:
    """Return a name without case and separators, to compare spellings."""
    return "".join(words_of(name))


IRREGULAR: Final = {"people": "person", "children": "child", "men": "man", "women": "woman", "data": "data"}
REGULAR: Final = {one: many for many, one in IRREGULAR.items()}


def singular(word: str) -> str:
    """Return the singular of an English noun, well enough for resource names."""
    lower = word.lower()
    if lower in IRREGULAR:
        return IRREGULAR[lower]
    if lower.endswith("ies") and len(lower) > 4:  # noqa: PLR2004 - `ties` stays
        return word[:-3] + "y"
    if lower.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if lower.endswith("s") and not lower.endswith(("ss", "us", "is")) else word


def plural(word: str) -> str:
    """Return the plural of an English noun, well enough for resource names."""
    lower = word.lower()
    if lower in REGULAR:
        return REGULAR[lower]
    if lower.endswith("y") and lower[-2:-1] not in set("aeiou"):
        return word[:-1] + "ies"
    return word + ("es" if lower.endswith(("s", "x", "ch", "sh")) else "s")


def spec_names(resource: str) -> tuple[str, ...]:
    """Return the names by which specs may call a resource: singular and plural, in title case."""
    words = words_of(resource) or [resource]
    one = " ".join([*words[:-1], singular(words[-1])]).title()
    many = " ".join([*words[:-1], plural(singular(words[-1]))]).title()
    return (one, many)


def is_copyable(text: str) -> bool:
    """Return whether a text of a document can stand in a connector: no template, reference or control character."""
    return not TEMPLATE.search(text) and text.isprintable()


def segment(name: str) -> str:
    """Return the name of a member as a segment of a path: in quotes, unless it is plain."""
    return name if SEGMENT.fullmatch(name) else f'"{name}"'


def is_nameable(name: str) -> bool:
    """Return whether a path can have a member's name as a segment."""
    return bool(name) and '"' not in name and is_copyable(name)


def expression(root: str, names: Sequence[str]) -> str:
    """Return the expression of a template for a member below `root`; the names must be `is_in_template`."""
    if all(MEMBER.fullmatch(name) for name in names):
        return ".".join((root, *names))
    return root + "".join(f"['{name}']" for name in names)


def is_in_template(name: str) -> bool:
    """Return whether the expression of a template can have a member's name."""
    return is_nameable(name) and "'" not in name and "\\" not in name
