"""Every name that a connector's templates can use, for the reference; each description says which part provides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "entity": "The record of the request: with the id as `entity.id` or under its own key, and what a write changes.",
    "properties": "The properties that the pipe gives the operation.",
    "since": "The time of the last change that was read; not defined or none at the first read.",
    "page": "The number of the page, from 0.",
    "page_size": "The operation's page_size.",
    "is_first_page": "Whether the page is the first.",
    "url": "The operation's rendered URL.",
    "params": "The rendered parameters, in a payload.",
    "headers": "The rendered headers of the request; in next_page_link those of the response.",
    "request_params": "The rendered parameters with what paging adds.",
    "request_headers": "The headers of the request, in next_page_link.",
    "response_headers": "The headers of the response, in next_page_link.",
    "body": "The body of the response, in next_page_link, error_expression and expressions about a record.",
    "previous_body": "The body of the page before.",
    "previous_headers": "The response headers of the page before.",
    "previous_url": "The URL of the page before.",
    "previous_params": "The parameters of the request for the page before.",
    "previous_request_headers": "The headers of the request for the page before.",
    "source_entity": "The record of the parent, in a list that is read once for each parent.",
    "token": "The token that custom_auth has fetched.",
}
"""The names with their meaning. Source: docs/explanation/connector-format-facts.rst (Expressions)."""

FUNCTIONS: Final[Mapping[str, str]] = {
    "secret('name')": "The secret of that name from the settings.",
    "now()": "The current time in UTC.",
    "timedelta(days=1)": "A duration, to add to a time or subtract from it.",
}
"""What templates can call."""

MARKERS: Final[Mapping[str, str]] = {
    "sesam:markjson": "At the end of a rendered text: the text is parsed as JSON.",
    "sesam:markskip": "In a rendered key or value: the member is left out.",
}
"""What a rendered text can say about itself."""

PLACEHOLDERS: Final[Mapping[str, str]] = {
    "{{@ name @}}": "The value of an additional parameter or of a datatype's parameter, when the folder is loaded.",
    "$ENV(name)": "The parameter of that name from the settings.",
    "$SECRET(name)": "The secret of that name from the settings; never shown in any output.",
}
"""The syntax in a connector's files other than expressions."""
