"""Replaces values that a system returns as objects, `{"__class__": "Decimal", "decimal": "12.50"}`, by texts; pure.

`tagged_values` in `entities.toml` names the member that holds the kind of an object, and a template of the text for
each kind.

Source: docs/reference/entities.rst; docs/explanation/vendors/real-systems.rst, "What Tryton does".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_sync.systems.templates.jinja import render
from qa_sync.values.form import Json


def without_tags(data: Json, tagged: Mapping[str, Any]) -> Json:
    """Return the data with each object of a known kind replaced by its text.

    Objects of other kinds do not change. Raises ConnectorError if a template cannot be rendered.
    """
    if isinstance(data, list):
        return [without_tags(each, tagged) for each in data]
    if not isinstance(data, Mapping):
        return data
    template = tagged["kinds"].get(data.get(tagged["member"]))
    if template is not None:
        return render(template, data)
    return {name: without_tags(member, tagged) for name, member in data.items()}
