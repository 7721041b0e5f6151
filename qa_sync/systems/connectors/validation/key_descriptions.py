"""What each followed key of the connector format means here, for the reference; the keys are in `known_keys`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MANIFEST: Final[Mapping[str, str]] = {
    "datatypes": "The datatypes by name.",
    "system-template": "The file of the system, from the folder; default `templates/system.json`.",
    "system_template": "The same, in another spelling.",
    "additional_parameters": "Parameters that the settings give, such as an account id, each with its `default`.",
    "oauth2": "The `token_url` and scopes for a system template that leaves them out.",
}
DATATYPE: Final[Mapping[str, str]] = {
    "template": "The file of the datatype's pipes.",
    "label": "The name that people see.",
    "parent": "The datatype whose records this one is read for.",
    "parameters": "Values for `{{@ name @}}` in the datatype's pipes.",
}
SYSTEM: Final[Mapping[str, str]] = {
    "_id": "The system's name, for a template with two systems.",
    "type": "`system:rest`.",
    "url_pattern": "The URL of a request; `%s` stands for the operation's `url`.",
    "base_url": "The URL before the operation's `url`, instead of `url_pattern`.",
    "headers": "Headers of every request.",
    "authentication": (
        "How requests authenticate: `basic`, `digest`, `ntlm`, `jwt`, `oauth1`, `oauth2`, `api_key`, `tripletex` or "
        "`custom_auth`."
    ),
    "username": "The user's name, for `basic`, `digest`, `ntlm` and `oauth1`.",
    "password": "The password, for the same.",
    "jwt_token": "The bearer token, for `jwt`.",
    "oauth2": "The client and the token's URL, for `oauth2`.",
    "tripletex": "The tokens of Tripletex, for `tripletex`.",
    "custom_auth": "The operations that fetch a token, for `custom_auth`.",
    "api_key": "Where the key goes, for `api_key`. An extension of qa-sync.",
    "json_content_types": "Further content types that are JSON.",
    "verify_ssl": "Whether certificates are verified; default true, where the format says false.",
    "custom_ca_pem_chain": "Certificate authorities (PEM) that are trusted in addition.",
    "proxies": "Proxies by scheme, or by scheme and host.",
    "connect_timeout": "The longest wait for a connection, in seconds; default 20.",
    "read_timeout": "The longest wait for a response, in seconds; default 60.",
    "retry_strategy": "How often and when failed requests are repeated, by status.",
    "rate_limiting_retries": "How often a request is repeated after 429.",
    "rate_limiting_delay": "The wait before that, in seconds, where the response names none.",
    "operations": "The operations by name, such as `person-list`.",
    "ignore_invalid_content_length_response_header": "Reported: a response with an invalid length counts as none.",
}
INNER: Final[Mapping[str, Mapping[str, str]]] = {
    "oauth2": {
        "client_id": "The client's id.",
        "client_secret": "The client's secret.",
        "token_url": "The URL that gives tokens.",
        "access_token": "A token to begin with.",
        "refresh_token": "A refresh token; with it the refresh grant is used, else client credentials.",
        "scope": "The requested scopes.",
        "refresh_window": "How many seconds before its end a token is renewed; default 30.",
        "extra": "Further members of the token request, and its `headers`.",
    },
    "tripletex": {
        "consumer_token": "The token of the consumer.",
        "employee_token": "The token of the employee.",
        "token_url": "The URL that gives session tokens.",
        "ttl": "How long a session token is valid.",
    },
    "api_key": {
        "in": "`header` or `query`.",
        "name": "The name of the header or parameter.",
        "value": "The key, as `$SECRET(name)`.",
    },
    "custom_auth": {
        "get_token_operation": "The operation that fetches a token: its name, or the operation itself.",
        "get_refresh_token_operation": "The operation that fetches a refresh token.",
        "expires_at_expression": "The time at which the token ends, in seconds since 1970.",
        "expires_in_expression": "The seconds after which the token ends.",
        "refresh_token_expires_at_expression": "The same for the refresh token.",
        "refresh_token_expires_in_expression": "The same for the refresh token.",
        "refresh_window": "How many seconds before its end a token is renewed; default 30.",
        "initial_refresh_token": "The members of a refresh token to begin with.",
        "access_token_property": "The member of the token that templates also know as `access_token`.",
        "refresh_token_property": "The member of the token that templates also know as `refresh_token`.",
    },
}
RETRIES: Final[Mapping[str, str]] = {
    "max_read_retries": "How often a read is repeated.",
    "read_retry_delay": "The wait before that, in seconds.",
    "max_retries_per_entity": "How often a write is repeated that may be repeated.",
    "write_retry_delay": "The wait before that, in seconds.",
}
OPERATION: Final[Mapping[str, str]] = {
    "method": "The HTTP method.",
    "url": "The URL or its end, a template.",
    "headers": "Headers, templates; they replace those of the system.",
    "params": "Parameters of the query, templates; a list repeats the parameter.",
    "payload": "The body, a template; the entity's own payload wins over it.",
    "payload-type": "`json` (default), `json-transit`, `form`, `text` or `multipart-form`.",
    "properties": "Values that templates know as `properties`.",
    "payload_property": "The member of the response that contains the record or the list of records.",
    "response_property": "The member of a record that keeps the whole response.",
    "response_headers_property": "The member of a record that keeps the response's headers.",
    "response_status_property": "The member of a record that keeps the response's status.",
    "id_expression": "The id of a record, a template.",
    "updated_expression": "The time of a record's last change, a template.",
    "error_expression": "A template over the response; when it renders to any text, the request failed with that text.",
    "next_page_link": "The link to the next page, a template; without it a list has one page.",
    "next_page_termination_strategy": "What ends the paging, one or several.",
    "page_size": "The size of a page, for templates and for `not-full-page`.",
    "since_property_name": "The name under which `since` is sent; default `since`.",
    "since_property_location": "Where `since` is sent: `query` (default), `header` or `manual` (only by templates).",
    "supports_since": "Whether the operation takes a `since`.",
    "initial_since_value": "The `since` of the first read.",
    "allowed_status_codes": "The statuses that are a success, such as `200-299`.",
    "ignored_status_codes": "The statuses that mean that there is no such record.",
    "rate_limiting_retries": "How often a request is repeated after 429.",
    "rate_limiting_delay": "The wait before that, in seconds, where the response names none.",
}
PIPE: Final[Mapping[str, str]] = {
    "_id": "The pipe's name.",
    "type": "`pipe`.",
    "source": "Where the records come from; the first source of type `rest` names the list operation.",
    "transform": "The transforms; those of type `rest` and the share templates are followed.",
}
USE: Final[Mapping[str, str]] = {
    "type": "`rest`; other types are left alone.",
    "system": "The system that is called.",
    "operation": "The operation that is called.",
    "operations": "Operations that stand in the pipe itself.",
    "replace_entity": "Whether the response replaces the record.",
}
"""The keys of a source or transform, in addition to those that override an operation's."""
SHARE: Final[Mapping[str, str]] = {
    "rest_system": "The system that is written to.",
    "primary_key": "The members that identify a record.",
    "primary_key_insert": "The same in the response to an insert.",
    "payload_property": "The member that carries the body.",
    "rewrite_rules_payload": "The rules that make the body; a part that is not followed is reported.",
    "operation_lookup": "The operation that reads one record; a collect pipe looks up each row with it.",
    "operation_insert": "The operation that creates a record.",
    "operation_update": "The operation that updates a record.",
    "operation_delete": "The operation that deletes a record.",
    "operation_lookup_properties": "The `properties` of the lookup.",
    "operation_insert_properties": "The `properties` of the insert.",
    "operation_update_properties": "The `properties` of the update.",
    "operation_delete_properties": "The `properties` of the delete.",
    "client_side_patching": "Whether an update sends the whole record as read, with the changes in it.",
}
DEFAULTS: Final[Mapping[str, str]] = {
    "rest_system": "The system that is asked.",
    "primary_key": "The members that identify a record; a new one has none.",
    "operation": "The operation that reads the default values; default `defaults`.",
    "operation_properties": "The `properties` of that operation.",
}
TERMINATION: Final[Mapping[str, str]] = {
    "next-page-link-empty": "The link renders to nothing. Default.",
    "same-next-page-request": "The request equals the last one. Default.",
    "same-response": "The body of the response equals the last one. Default.",
    "same-next-page-link": "The link equals the last one.",
    "empty-result": "The page has no records.",
    "not-full-page": "The page has fewer records than `page_size`.",
}
"""The strategies that end a paging."""
