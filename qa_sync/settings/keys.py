"""Every key of `qa-sync.toml`: validation, the JSON Schema and the documentation use these tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from qa_sync.settings.model import Trigger
from qa_sync.settings.value_types import (
    CONFLICT,
    COUNT,
    DELETES,
    DOMAIN_VALUE,
    DURATION_VALUE,
    DURATIONS,
    EMPTY,
    ENV,
    ENV_TABLE,
    FLAG,
    HOSTS,
    JSON_TYPE,
    LITERALS,
    METHOD,
    PARAMETERS,
    PAYLOADS,
    RATE_VALUE,
    SIZE_VALUE,
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
    """A key: the type of its value, its description, the field that it sets, and whether it is required."""

    kind: ValueType
    description: str
    field: str
    required: bool = False


TOP: Final[Mapping[str, Key]] = {
    "zone": Key(ZONE, "The business time zone, used for dates without a time; default UTC.", "zone"),
    "literals": Key(LITERALS, "The values for the names in `Dependant on having wd:Q...`.", "literals"),
}
SYSTEM: Final[Mapping[str, Key]] = {
    "connector": Key(TEXT, "The name of a built-in connector, or a folder relative to this file.", "connector"),
    "url": Key(URL_VALUE, "The base URL of the system, for --mode live.", "url"),
    "writes": Key(FLAG, "Allow creating, updating and deleting records; default false.", "writes"),
    "production": Key(FLAG, "Forbid every write, even with writes = true; default false.", "production"),
    "secrets": Key(
        ENV_TABLE, "The connector's secrets, as names of environment variables (never the values).", "secrets"
    ),
    "parameters": Key(PARAMETERS, "Parameters of the connector that are not secret, such as account_id.", "parameters"),
    "payloads": Key(PAYLOADS, "Request bodies that the connector does not define, by operation.", "payloads"),
    "rate": Key(RATE_VALUE, "The rate limit of requests to the system.", "rate"),
    "concurrency": Key(COUNT, "The largest number of parallel requests; default 8.", "concurrency"),
    "max_response": Key(
        SIZE_VALUE, "The largest response, after decompression; a larger one is an error. Default 64MB.", "max_bytes"
    ),
    "max_response_time": Key(
        DURATION_VALUE, "The longest time for one response as a whole. Default 120s.", "max_seconds"
    ),
    "max_response_depth": Key(
        COUNT, "How many lists and objects of a response may be within each other. Default 100.", "max_depth"
    ),
    "max_response_headers": Key(COUNT, "The most headers of a response. Default 200.", "max_headers"),
    "max_response_values": Key(COUNT, "The most values in a JSON response. Default 1000000.", "max_values"),
    "redirects": Key(HOSTS, "Other hosts to which reads may be redirected; default none.", "redirects"),
}
SYNC: Final[Mapping[str, Key]] = {
    "trigger": Key(TRIGGER, "How to trigger the sync; default wait.", "trigger"),
    "timeout": Key(DURATION_VALUE, "How long to wait for a change to be synchronized; default 120s.", "timeout_s"),
    "interval": Key(DURATION_VALUE, "The duration of one sync cycle; default 2s.", "interval_s"),
    "command": Key(WORDS, "The program that runs the sync once, and its arguments; no shell.", "command"),
    "url": Key(URL_VALUE, "The URL that runs the sync once (http), or the API of the node (sesam).", "url"),
    "method": Key(METHOD, "The HTTP method for the url (http); default POST.", "method"),
    "token": Key(ENV, "The environment variable with a bearer token for the url.", "token"),
    "pipes": Key(WORDS, "The pipes to run, in this order (sesam).", "pipes"),
    "max_lag": Key(
        DURATION_VALUE, "The maximum sync latency; a slower change fails the check. Default: no limit.", "max_lag_s"
    ),
    "max_lags": Key(DURATIONS, "The maximum sync latency of single sections, by heading.", "max_lags"),
}
PAIR: Final[Mapping[str, Key]] = {
    "section": Key(TEXT, "The section's heading as written in the spec.", "section", required=True),
    "source": Key(TEXT, "The source property's path.", "source", required=True),
    "target": Key(TEXT, "The target property's path.", "target", required=True),
}
CONDITION: Final[Mapping[str, Key]] = {
    "section": Key(TEXT, "The heading of the conditional section as written in the spec.", "section", required=True),
    "property": Key(TEXT, "The source property that the condition tests.", "property", required=True),
    "equals": Key(VALUE, "The value that the property must have, as the API returns it.", "equals"),
    "one_of": Key(VALUES, "The values of which the property must have one.", "one_of"),
}
POLICIES: Final[Mapping[str, Key]] = {
    "empty": Key(EMPTY, "Whether clearing a value clears it on the other side; default keep.", "empty"),
    "deletes": Key(DELETES, "What happens to the counterpart of a deleted record; default unchecked.", "deletes"),
    "conflict": Key(CONFLICT, "Which of two conflicting edits wins; default newest.", "conflict"),
}
SAMPLES: Final[Mapping[str, Key]] = {
    "mail_domain": Key(
        DOMAIN_VALUE,
        "The domain of all e-mail addresses of samples; one without mailboxes. Default example.org, which is reserved.",
        "mail_domain",
    ),
}
KEY: Final[Mapping[str, Key]] = {
    "section": Key(TEXT, "The section's heading as written in the spec.", "section", required=True),
    "source": Key(TEXT, "The source property by which an audit matches records.", "source", required=True),
    "target": Key(TEXT, "The target property that holds the same value.", "target", required=True),
}
ENTITY: Final[Mapping[str, Key]] = {
    "system": Key(TEXT, "The system's label.", "system", required=True),
    "name": Key(TEXT, "The entity's name as written in the spec.", "name", required=True),
    "datatype": Key(TEXT, "The datatype of the connector that it is.", "datatype", required=True),
}
PROPERTY: Final[Mapping[str, Key]] = {
    "system": Key(TEXT, "The system's label.", "system", required=True),
    "entity": Key(TEXT, "The entity, by its name in specs or its datatype.", "entity", required=True),
    "path": Key(TEXT, "The property's path.", "path", required=True),
    "type": Key(JSON_TYPE, "The JSON type of its values.", "type"),
    "concept": Key(TEXT, "What it means, such as `email`; a concept has a usual conversion.", "concept"),
    "convert": Key(TEXT, "The conversion of its values, as in an entity card.", "convert"),
    "unique": Key(FLAG, "Whether no two records can have the same value.", "unique"),
    "required": Key(FLAG, "Whether a record needs a value.", "required"),
    "max_length": Key(COUNT, "The longest text that the system keeps, in characters.", "max_length"),
}
TABLES: Final[Mapping[str, str]] = {
    "systems": "The systems, each by the label that specs give it.",
    "sync": "How to trigger the sync, and how long to wait for it.",
    "pairs": "Pairs of properties for a section whose property table is empty.",
    "conditions": "The values of a property that meet a section's condition.",
    "policies": "Policies where a spec does not state the behavior.",
    "samples": "How the values of test records are made.",
    "keys": "The properties by which an audit matches records.",
    "properties": "What is known of single properties, without an entity card.",
    "entities": "Names of entities in specs, where they are not those of the connector.",
}
"""The tables of the file, in addition to the keys of `TOP`."""
REQUIRED_BY_TRIGGER: Final[Mapping[Trigger, tuple[str, ...]]] = {
    Trigger.HTTP: ("url",),
    Trigger.COMMAND: ("command",),
    Trigger.SESAM: ("url", "pipes"),
}
"""Keys that a trigger requires."""
