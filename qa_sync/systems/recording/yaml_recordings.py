"""Reads recordings in YAML: those of older versions, and those with a body that is not text.

A replay of JSON recordings does not import this module, because importing vcrpy and PyYAML takes longer than replaying
a spec.
"""

from __future__ import annotations

from typing import Final

import yaml
from vcr.serializers import yamlserializer
from yaml.events import ScalarEvent

from qa_sync.values.form import Json

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MERGE_KEY: Final = "<<"
MERGE_TAG: Final = "tag:yaml.org,2002:merge"


def read_yaml(text: str) -> Json:
    """Return the data of a YAML text; raises ValueError if it is not YAML with plain data."""
    try:
        if _has_merge(text):
            raise ValueError("merge keys are not allowed in a recording")
        return yamlserializer.deserialize(text)
    # An invalid number, a list as a key, endlessly nested lists: each raises another exception.
    except (yaml.YAMLError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _has_merge(text: str) -> bool:
    """Return whether there is a merge key; the loader copies merged mappings, so a few lines could fill the memory."""
    scalars = (event for event in yaml.parse(text, Loader=LOADER) if isinstance(event, ScalarEvent))
    return any(one.tag == MERGE_TAG or (one.value == MERGE_KEY and one.implicit[0]) for one in scalars)
