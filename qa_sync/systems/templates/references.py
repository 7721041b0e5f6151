"""Resolves `$ENV(x)` and `$SECRET(x)` in texts and JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.values.form import Json

REFERENCE: Final = re.compile(r"\$(ENV|SECRET)\(([^()]*)\)")


class ReferenceResolver(Struct, frozen=True):
    """Resolves `$ENV(x)` and `$SECRET(x)`; raises UsageError for a name without a value."""

    system: str
    env: Mapping[str, Json]
    secrets: Mapping[str, str]

    def text(self, text: str) -> str:
        """Return the text with every reference replaced by its value."""
        return REFERENCE.sub(lambda m: _to_text(self.value(*m.groups())), text) if "$" in text else text

    def tree(self, value: Json) -> Json:
        """Return a JSON value with references resolved in keys and values; `$ENV(x)` alone keeps its value's type."""
        if isinstance(value, str):
            alone = REFERENCE.fullmatch(value) if value.startswith("$ENV(") else None
            return self.value(*alone.groups()) if alone else self.text(value)
        if isinstance(value, Mapping):
            return {self.text(k): self.tree(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.tree(v) for v in value]
        return value

    def value(self, kind: str, name: str) -> Json:
        """Return the value of `$ENV(name)` or `$SECRET(name)`."""
        found = (self.secrets if kind == "SECRET" else self.env).get(name)
        if found is None:
            what, given = ("secret", f'secrets = {{ {name} = "$NAME" }}')
            if kind == "ENV":
                what, given = ("parameter", f'parameters = {{ {name} = "..." }}')
            raise UsageError(
                f"{self.system} needs the {what} {name!r}",
                hint=f'set it in qa-sync.toml: [systems."{self.system}"] {given}',
            )
        return found


def _to_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
