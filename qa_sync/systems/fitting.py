"""JSON from a folder, member by member of the type that it must have; the rest falls away and is told.

What reads connectors can then rely on types. Null and absent are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from qa_sync.values.form import Json

Types: TypeAlias = tuple[type, ...]
Table: TypeAlias = Mapping[str, Types]
Wrong: TypeAlias = list[tuple[str, str]]
"""Keys and what is wrong with them."""

TEXT: Final[Types] = (str,)
OBJECT: Final[Types] = (dict,)
TEXTS: Final[Types] = (str, list)
NUMBER: Final[Types] = (int, float)
TRUTH: Final[Types] = (bool,)

WORDS: Final[Mapping[Types, str]] = {
    TEXT: "a text",
    OBJECT: "an object",
    TEXTS: "a text or a list of texts",
    NUMBER: "a number",
    TRUTH: "true or false",
    (str, int): "a text or a number",
    (dict, list): "an object or a list of objects",
    (list,): "a list of texts",
}

MANIFEST: Final[Table] = {
    "datatypes": OBJECT,
    "system-template": TEXT,
    "additional_parameters": OBJECT,
    "oauth2": OBJECT,
}
DATATYPE: Final[Table] = {"template": TEXT, "label": TEXT, "parent": TEXT, "parameters": OBJECT}
SYSTEM: Final[Table] = {
    "_id": TEXT,
    "type": TEXT,
    "url_pattern": TEXT,
    "base_url": TEXT,
    "headers": OBJECT,
    "authentication": TEXT,
    "username": TEXT,
    "password": TEXT,
    "jwt_token": TEXT,
    "oauth2": OBJECT,
    "tripletex": OBJECT,
    "custom_auth": OBJECT,
    "api_key": OBJECT,
    "json_content_types": (list,),
    "custom_ca_pem_chain": TEXT,
    "proxies": OBJECT,
    "connect_timeout": NUMBER,
    "read_timeout": NUMBER,
    "retry_strategy": OBJECT,
    "rate_limiting_retries": NUMBER,
    "rate_limiting_delay": NUMBER,
    "operations": OBJECT,
}
OPERATION: Final[Table] = {
    "method": TEXT,
    "url": TEXT,
    "headers": OBJECT,
    "params": OBJECT,
    "payload-type": TEXT,
    "properties": OBJECT,
    "payload_property": TEXT,
    "response_property": TEXT,
    "response_headers_property": TEXT,
    "response_status_property": TEXT,
    "id_expression": TEXT,
    "updated_expression": TEXT,
    "error_expression": TEXT,
    "next_page_link": TEXT,
    "next_page_termination_strategy": TEXTS,
    "page_size": (str, int),
    "since_property_name": TEXT,
    "since_property_location": TEXT,
    "allowed_status_codes": (str, int),
    "ignored_status_codes": (str, int),
    "rate_limiting_retries": NUMBER,
    "rate_limiting_delay": NUMBER,
}
PIPE: Final[Table] = {"_id": TEXT, "type": TEXT, "source": OBJECT, "transform": (dict, list)}
USE: Final[Table] = {
    **OPERATION,
    "type": TEXT,
    "system": TEXT,
    "operation": TEXT,
    "operations": OBJECT,
    "dataset": TEXT,
    "template": TEXT,
    "rules": OBJECT,
}
SHARE: Final[Table] = {
    "rest_system": TEXT,
    "primary_key": TEXTS,
    "primary_key_insert": TEXTS,
    "payload_property": TEXT,
    "rewrite_rules_payload": OBJECT,
    **{f"operation_{verb}": TEXT for verb in ("lookup", "insert", "update", "delete")},
    **{f"operation_{verb}_properties": OBJECT for verb in ("lookup", "insert", "update", "delete")},
}
"""The properties of `transform-share-rest` and `transform-collect-rest`."""


def fitted(raw: Json, table: Table, at: str, wrong: Wrong) -> dict[str, Json]:
    """Return the members of an object that have their type; what has not is added to `wrong`.

    Members that the table does not know stay as they are. `at` is the object's own key, for the report.
    """
    if not isinstance(raw, dict):
        wrong.append((at, "expected an object"))
        return {}
    fit: dict[str, Json] = {}
    for name, value in raw.items():
        types = table.get(name)
        if value is None and types:
            continue
        if types and not _fits(value, types):
            wrong.append((f"{at}.{name}".lstrip("."), f"expected {WORDS[types]}, got {value!r}"))
            continue
        fit[name] = value
    return fit


def fitted_pipe(raw: Mapping[str, Json], at: str, wrong: Wrong) -> dict[str, Json]:
    """Return a pipe whose source, transforms and share properties have the types that they must have."""
    pipe = fitted(raw, PIPE, at, wrong)
    if "source" in pipe:
        pipe["source"] = fitted(pipe["source"], USE, f"{at}.source", wrong)
    given = pipe.get("transform", [])
    transforms = given if isinstance(given, list) else [given]
    pipe["transform"] = [_transform(each, f"{at}.transform[{place}]", wrong) for place, each in enumerate(transforms)]
    return pipe


def _transform(raw: Json, at: str, wrong: Wrong) -> dict[str, Json]:
    transform = fitted(raw, USE, at, wrong)
    if "template" in transform:
        transform["properties"] = fitted(transform.get("properties", {}), SHARE, f"{at}.properties", wrong)
    return transform


def _fits(value: Json, types: Types) -> bool:
    if isinstance(value, list) and str in types + TEXT and dict not in types:
        return list in types and all(isinstance(each, str) for each in value)
    return isinstance(value, types)
