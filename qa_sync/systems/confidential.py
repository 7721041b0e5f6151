"""What must not be told: filled into a request where the connector asks for it, taken out of every text.

Source: facts/SESAM.md 1.7. `$ENV(x)` and `$SECRET(x)` are filled in before Jinja, so that nothing that a system
answered can ask for a secret.
"""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

from qa_sync.errors import UsageError
from qa_sync.values.form import Json

REFERENCE: Final = re.compile(r"\$(ENV|SECRET)\(([^()]*)\)")
HIDDEN: Final = "(hidden)"


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills `$ENV(x)` and `$SECRET(x)` in; raises UsageError for a name without a value."""

    system: str
    env: Mapping[str, Json]
    secrets: Mapping[str, str]

    def text(self, text: str) -> str:
        """Return the text with every reference replaced by its value."""
        return REFERENCE.sub(lambda m: _spelled(self.value(*m.groups())), text) if "$" in text else text

    def tree(self, value: Json) -> Json:
        """Do the same for every text of a JSON value, in keys and in values; `$ENV(x)` alone takes its value's type."""
        if isinstance(value, str):
            alone = REFERENCE.fullmatch(value) if value.startswith("$ENV(") else None
            return self.value(*alone.groups()) if alone else self.text(value)
        if isinstance(value, Mapping):
            return {self.text(k): self.tree(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.tree(v) for v in value]
        return value

    def value(self, kind: str, name: str) -> Json:
        """Return what `$ENV(name)` or `$SECRET(name)` stands for."""
        found = (self.secrets if kind == "SECRET" else self.env).get(name)
        if found is None:
            raise UsageError(
                f"{self.system} needs the {'secret' if kind == 'SECRET' else 'parameter'} {name!r}",
                hint=f'give it in qa-sync.toml: [systems."{self.system}"] secrets = {{ {name} = "$NAME" }}',
            )
        return found


def _spelled(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Hider:
    """Takes confidential values out of a text, in every spelling in which a request or an answer may show them."""

    def __init__(self, values: Iterable[str]) -> None:
        kept = sorted({v for v in values if v})
        spellings = sorted(set(_spellings(kept)), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, spellings))) if spellings else None

    def __call__(self, text: str) -> str:
        """Return the text with each confidential value replaced."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


def _spellings(values: list[str]) -> Iterator[str]:
    for value in values:
        yield from (quote(value), quote(value, safe=""), quote_plus(value), html.escape(value), _base64(value))
        once = {value, _in_json(value), json.dumps(value, ensure_ascii=False)[1:-1]}
        for text in once | {_in_json(text) for text in once}:  # an echo is JSON within JSON
            yield text
            yield text.replace("/", "\\/")  # as PHP writes JSON
    # what HTTP Basic makes of a name and a password
    yield from (_base64(f"{name}:{password}") for name, password in itertools.permutations(values, 2))


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def cleaned(hide: Hider, content: bytes) -> bytes:
    """Return a body without its confidential values, whatever bytes it holds."""
    try:
        return hide(content.decode()).encode()
    except UnicodeDecodeError:
        return hide(content.decode("latin-1")).encode("latin-1")
