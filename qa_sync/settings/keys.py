"""Every key of `qa-sync.toml`: the validator, the JSON Schema and this documentation are drawn from these tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from qa_sync.settings.model import Trigger
from qa_sync.settings.value_types import (
    CONFLICT,
    COUNT,
    DELETES,
    DURATION_VALUE,
    DURATIONS,
    EMPTY,
    ENV,
    ENV_TABLE,
    FLAG,
    LITERALS,
    METHOD,
    PARAMETERS,
    PAYLOADS,
    RATE_VALUE,
    TEXT,
    TRIGGER,
    URL_VALUE,
    VALUE,
    VALUES,
    WORDS,
    ZONE,
    ValueType,
)


class Key(Struct, frozen=True):
    """A key: what it holds, what it is for, the noun's field that it fills, and whether it must be there."""

    kind: ValueType
    description: str
    field: str
    required: bool = False


TOP: Final[Mapping[str, Key]] = {
    "zone": Key(ZONE, "The business time zone that dates without a time are in; default UTC.", "zone"),
    "literals": Key(LITERALS, "The values behind the names in `Dependant on having wd:Q...`.", "literals"),
}
SYSTEM: Final[Mapping[str, Key]] = {
    "connector": Key(TEXT, "A built-in connector's name, or a folder relative to this file.", "connector"),
    "url": Key(URL_VALUE, "Where the system is, for --mode live.", "url"),
    "writes": Key(FLAG, "Whether records may be made, edited and removed; default false.", "writes"),
    "production": Key(FLAG, "Whether every write is refused, whatever else is said; default false.", "production"),
    "secrets": Key(ENV_TABLE, "The connector's secrets as names of environment variables, never as values.", "secrets"),
    "parameters": Key(PARAMETERS, "What the connector asks for beside secrets, such as account_id.", "parameters"),
    "payloads": Key(PAYLOADS, "Bodies of writes that the connector does not show, by operation.", "payloads"),
    "rate": Key(RATE_VALUE, "How often the system may be asked.", "rate"),
    "concurrency": Key(COUNT, "How many requests may be under way at once; default 8.", "concurrency"),
}
SYNC: Final[Mapping[str, Key]] = {
    "trigger": Key(TRIGGER, "What moves the sync on; default wait.", "trigger"),
    "timeout": Key(DURATION_VALUE, "How long an arrival is waited for; default 120s.", "timeout_s"),
    "interval": Key(DURATION_VALUE, "How long a cycle of the sync takes; default 2s.", "interval_s"),
    "command": Key(WORDS, "The program that runs the sync once, and its words; no shell.", "command"),
    "url": Key(URL_VALUE, "What is called to run the sync once (http), or the node's API (sesam).", "url"),
    "method": Key(METHOD, "How the url is called (http); default POST.", "method"),
    "token": Key(ENV, "An environment variable that holds a bearer token for the url.", "token"),
    "pipes": Key(WORDS, "The pipes that are pumped, in this order (sesam).", "pipes"),
    "max_lag": Key(
        DURATION_VALUE, "How late an arrival may be; later is a broken promise. Default: no promise.", "max_lag_s"
    ),
    "max_lags": Key(DURATIONS, "The same for single sections, by heading.", "max_lags"),
}
PAIR: Final[Mapping[str, Key]] = {
    "section": Key(TEXT, "The section's heading as the document writes it.", "section", required=True),
    "source": Key(TEXT, "The source property's path.", "source", required=True),
    "target": Key(TEXT, "The target property's path.", "target", required=True),
}
CONDITION: Final[Mapping[str, Key]] = {
    "section": Key(TEXT, "The conditional section's heading as the document writes it.", "section", required=True),
    "property": Key(TEXT, "The source property that decides.", "property", required=True),
    "equals": Key(VALUE, "The value that it must hold, as the API answers it.", "equals"),
    "one_of": Key(VALUES, "The values of which it must hold one.", "one_of"),
}
POLICIES: Final[Mapping[str, Key]] = {
    "empty": Key(EMPTY, "Whether clearing a value clears the other side's; default keep.", "empty"),
    "deletes": Key(DELETES, "What becomes of a deleted record's counterpart; default unchecked.", "deletes"),
    "conflict": Key(CONFLICT, "Which of two edits stands; default newest.", "conflict"),
}
KEY: Final[Mapping[str, Key]] = {
    "section": Key(TEXT, "The section's heading as the document writes it.", "section", required=True),
    "source": Key(TEXT, "The source property by which an audit matches records.", "source", required=True),
    "target": Key(TEXT, "The target property that holds the same value.", "target", required=True),
}
TABLES: Final[Mapping[str, str]] = {
    "systems": "The systems, each by the label that specs give it.",
    "sync": "What moves the sync on, and how long to wait for it.",
    "pairs": "Pairs of properties for a section whose property table is empty.",
    "conditions": "What a section's condition means, in values of a property.",
    "policies": "What a spec does not say.",
    "keys": "The properties by which an audit matches records.",
}
"""The tables of the file, beside the keys of `TOP`."""
REQUIRED_BY_TRIGGER: Final[Mapping[Trigger, tuple[str, ...]]] = {
    Trigger.HTTP: ("url",),
    Trigger.COMMAND: ("command",),
    Trigger.SESAM: ("url", "pipes"),
}
"""What a trigger cannot do without."""
