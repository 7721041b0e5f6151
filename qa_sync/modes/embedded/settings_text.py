"""The text of the `qa-sync.toml` for the served sandbox, and the environment variables that it names."""

from __future__ import annotations

import json
from collections.abc import Mapping

from qa_sync.sandbox.vendors import VENDORS

FIRST_LINE = "# Written by `qa-sync sandbox --write-config`; it is written over again only while this line stands here."


def environment(names: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment variables that the settings name, with their values; `names` are connectors by label."""
    used = dict.fromkeys(names.values())
    return {
        _variable(name, secret): value
        for name in used
        if name in VENDORS
        for secret, value in VENDORS[name].secrets.items()
    }


def settings_text(
    names: Mapping[str, str], urls: Mapping[str, str], every_s: float, rates: Mapping[str, str] | None = None
) -> str:
    """Return the text of a `qa-sync.toml`; `names` are connectors by label, `urls` and `rates` by connector's name."""
    parts = [FIRST_LINE]
    for label, name in names.items():
        secrets = ", ".join(f'{secret} = "${_variable(name, secret)}"' for secret in VENDORS[name].secrets)
        # A JSON string is a valid TOML string.
        parts += [
            f"\n[systems.{json.dumps(label)}]",
            f'connector = "{name}"',
            f'url = "{urls[name]}"',
            "writes = true",
            f"secrets = {{ {secrets} }}",
        ]
        if rates and name in rates:
            parts.append(f'rate = "{rates[name]}"')
    parts += ["\n[sync]", 'trigger = "wait"', f'interval = "{every_s:g}s"', 'timeout = "120s"']
    return "\n".join(parts) + "\n"


def _variable(name: str, secret: str) -> str:
    return f"QA_SYNC_{name}_{secret}".upper()
