"""What a draft was made from: one hidden file in its folder, from which an update knows what a person edited.

A file, because what is in hidden folders counts as part of a connector.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.toml_text import parse_toml

STATE_FILE: Final = ".openapi.json"
MAX_BYTES: Final = 64_000_000


class Options(Struct, frozen=True):
    """What the user chose: the path of each resource with the names of specs, and the options of the command.

    `properties` is `all`, `used` or a regular expression; `named` are the properties that specs name.
    """

    entities: Mapping[str, tuple[str, ...]]
    auth: str | None = None
    server: str | None = None
    properties: str = "used"
    named: tuple[str, ...] = ()


class State(Struct, frozen=True):
    """The document of a draft, by name and digest, what was chosen, its files as drafted, and the URL of the system."""

    document: str
    sha256: str
    options: Options
    files: Mapping[str, str]
    url: str = ""


def state_text(state: State) -> str:
    """Return the text of the hidden file."""
    return json.dumps(msgspec.to_builtins(state), indent=1, ensure_ascii=False) + "\n"


def read_state(folder: Path) -> State:
    """Read what a draft was made from; raises UsageError for a folder that is no draft."""
    path = folder / STATE_FILE
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES:,} bytes")
        return _checked(msgspec.json.decode(path.read_bytes(), type=State))
    except OSError:
        hint = "only a folder that `qa-sync connectors new` has drafted can be updated; draft a new one beside it"
        raise UsageError(f"{folder} has no {STATE_FILE}, so it is not known what was edited in it", hint=hint) from None
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        hint = "draft a new folder, and move what you edited to it"
        raise UsageError(f"{path}: not the state of a draft: {error}", hint=hint) from None


def _checked(state: State) -> State:
    """Return the state; raises an error unless its files are those of a draft."""
    parse_toml(state.files["entities.toml"])
    for name in ("manifest.json", "templates/system.json"):
        json.loads(state.files[name]).keys()
    json.loads(state.files["manifest.json"])["datatypes"].keys()
    return state
