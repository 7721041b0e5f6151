"""The members of the objects in a connector folder, each with its valid types.

Source: docs/explanation/connector-format-facts.rst.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

Types: TypeAlias = tuple[type, ...]
Table: TypeAlias = Mapping[str, Types]

TEXT: Final[Types] = (str,)
OBJECT: Final[Types] = (dict,)
TEXTS: Final[Types] = (str, list)
NUMBER: Final[Types] = (int, float)

WORDS: Final[Mapping[Types, str]] = {
    TEXT: "a string",
    OBJECT: "an object",
    TEXTS: "a string or a list of strings",
    NUMBER: "a number",
    (str, int): "a string or a number",
    (dict, list): "an object or a list of objects",
    (list,): "a list of strings",
}

MANIFEST: Final[Table] = {
    "datatypes": OBJECT,
    "system-template": TEXT,
    "system_template": TEXT,
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
DEFAULTS: Final[Table] = {"rest_system": TEXT, "primary_key": TEXTS, "operation": TEXT, "operation_properties": OBJECT}
"""The properties of `transform-defaults-rest`."""
