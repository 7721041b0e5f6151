"""The texts of the project use plain, standard terms: none of the replaced words comes back."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

WORDS: Mapping[str, str] = {
    r"left behind|leaves? (?:\w+ )?behind": "not removed, not cleaned up",
    r"what is not well|is not well|was not well|unwell": "failures and errors",
    r"carr(?:y|ies|ied) \w+ out|carr(?:y|ies|ied) out|carrying out": "run, execute",
    r"as ever\b|for ever\b|once and for all": "unchanged, by default",
    r"let(?:s|ting)? (?:\w+ )?go\b": "close, release",
    r"is told|are told|was told|told of\b": "is reported, is shown",
    r"tells? which|tells? what|tells? whether": "report which; return whether",
    r"beneath": "below",
    r"whoever|whomever": "the user, the caller",
    r"broken promises?|a promise|promises? holds?|keeps? (?:the|a|its) promises?": "a check passes or fails",
    r"(?:be|been|is|was) found out|finds? out": "checked; an error",
    r"side by side": "in parallel",
    r"\bplayed\b|\bplays on\b|where to play": "run; replayed",
    r"again and again": "repeatedly",
    r"of the world\b": "of the system",
    r"held against": "compared with",
    r"only a person can": "manual check",
    r"for a person to": "manual check",
    r"under way": "in progress",
    r"anew\b": "again",
    r"takes? (?:\w+ )?for granted": "assume",
    r"nobody|somebody|everybody|anybody": "no one; the user, another client",
    r"none of ours": "not a file of qa-sync, invalid",
    r"no longer right": "out of date",
    r"does no harm": "is harmless",
    r"bears?\b": "has",
    r"in vain": "without result",
    r"looked (?:\d+|\{[^}]*\}) times?": "polled N times",
    r"gave rise to|gives rise to": "caused, made",
    r"colour\w*": "color",
    r"neighbours?|behaviours?|(?<!/)synchronis\w+|normalis\w+|recognis\w+": "American spelling",
}
"""Patterns of replaced words, each with the plain words to use instead."""
ANY = re.compile(rf"\b(?:{'|'.join(WORDS)})", re.IGNORECASE)


def _tokens(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string and comment, if one of them can have a replaced word."""
    source = path.read_text(encoding="utf-8")
    if not ANY.search(" ".join(source.split())):
        return  # to split it into tokens takes much longer
    kinds = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in kinds:
            yield token.start[0], token.string


@cache
def _texts() -> tuple[tuple[str, int, str], ...]:
    """Return path, line and text of everything that a reader of the project sees."""
    modules = sorted((ROOT / "qa_sync").rglob("*.py"))
    pages = [ROOT / "README.rst", ROOT / "CHANGELOG.rst", *sorted((ROOT / "docs").rglob("*.rst"))]
    # Not the connectors' entities.toml: recordings are bound to its bytes.
    data = [p for p in sorted((ROOT / "qa_sync").rglob("*")) if p.suffix in {".json", ".js", ".css"}]
    found = [(str(p.relative_to(ROOT)), line, text) for p in modules for line, text in _tokens(p)]
    for page in [*pages, *data]:
        lines = page.read_text(encoding="utf-8").splitlines()
        found += [(str(page.relative_to(ROOT)), n, line) for n, line in enumerate(lines, 1)]
    return tuple(found)


@pytest.mark.parametrize("pattern", WORDS)
def test_a_replaced_word_does_not_come_back(pattern: str) -> None:
    """The message names each place and the words to use."""
    word = re.compile(rf"\b(?:{pattern})", re.IGNORECASE)
    found = [
        f"{path}:{line}: {match[0]!r}; use: {WORDS[pattern]}"
        for path, line, text in _texts()
        for match in word.finditer(" ".join(text.split()))
    ]
    assert found == []
