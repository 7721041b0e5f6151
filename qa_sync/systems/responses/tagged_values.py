"""Single values that a system answers as objects, `{"__class__": "Decimal", "decimal": "12.50"}` -> `"12.50"`; pure.

An extension of `entities.toml` (docs/reference/entities.rst; docs/explanation/vendors/real-systems.rst,
"What Tryton does"): `tagged_values` names the member that tells the kind of an object, and for each kind a template of
the text that the value is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_sync.systems.templates.jinja import render
from qa_sync.values.form import Json


def without_tags(data: Json, tagged: Mapping[str, Any]) -> Json:
    """Return the data with each object of a known kind replaced by the text that it stands for.

    Objects of other kinds stay as they are. Raises ConnectorError that names a template's fault.
    """
    if isinstance(data, list):
        return [without_tags(each, tagged) for each in data]
    if not isinstance(data, Mapping):
        return data
    template = tagged["kinds"].get(data.get(tagged["member"]))
    if template is not None:
        return render(template, data)
    return {name: without_tags(member, tagged) for name, member in data.items()}
