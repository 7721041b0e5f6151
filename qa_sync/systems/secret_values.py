"""Which secrets cannot be redacted, because they cannot be told from ordinary text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.errors import UsageError
from qa_sync.systems.connectors.load import Connector

MIN_LENGTH: Final = 3
"""Characters of a secret; a shorter one is a part of nearly every text."""
MIN_RECORDED: Final = 4
"""Characters of a secret in a recording, which redaction must not damage."""
JSON_WORDS: Final = frozenset({"true", "false", "null"})
WORD: Final = re.compile(r"[A-Za-z0-9]+")


def reject_ordinary_secrets(label: str, secrets: Mapping[str, str]) -> None:
    """Raise UsageError if redacting a secret would make every text unreadable."""
    _reject(label, secrets, {name: problem for name, value in secrets.items() if (problem := _problem(value))})


def reject_unrecordable_secrets(label: str, connector: Connector, secrets: Mapping[str, str]) -> None:
    """Raise UsageError if redacting a secret would damage a recording.

    Such a secret is short, a number, or a word of the requests and records themselves.
    """
    words = frozenset(_words(connector))
    problems = {name: _problem(value) or _recording_problem(value, words) for name, value in secrets.items()}
    _reject(label, secrets, {name: problem for name, problem in problems.items() if problem})


def _reject(label: str, secrets: Mapping[str, str], problems: Mapping[str, str]) -> None:
    if not problems:
        return
    reasons = "; ".join(f"{name} is {problems[name]}" for name in secrets if name in problems)
    raise UsageError(
        f"{label}: secrets that cannot be told from ordinary text: {reasons}",
        hint="redaction would hide it wherever it occurs; create a longer key or account for this system",
    )


def _problem(value: str) -> str | None:
    if len(value) < MIN_LENGTH:
        return f"shorter than {MIN_LENGTH} characters"
    if value.strip().casefold() in JSON_WORDS:
        return "a word of JSON"
    return None if any(c.isalnum() for c in value) else "only punctuation"


def _recording_problem(value: str, words: frozenset[str]) -> str | None:
    if len(value) < MIN_RECORDED:
        return f"shorter than {MIN_RECORDED} characters"
    if value.isdecimal():
        return "only digits, as a number in a record may be"
    return "a word of the connector's requests or records" if value in words else None


def _words(connector: Connector) -> Iterator[str]:
    """Yield the words of a connector's URLs, and the names of members."""
    texts: list[str] = [connector.service.url_pattern, *connector.cards]
    for operation in connector.operations.values():
        texts += (operation.url, *operation.params, operation.payload_property or "")
    for card in connector.cards.values():
        texts += (card.key, *card.properties)
    for text in texts:
        yield text
        yield from WORD.findall(text)
