"""Recordings in YAML: those of older versions, and those with a body that is not text.

vcrpy reads them. A replay of JSON recordings does not import this module, because vcrpy and PyYAML take longer to
import than a document takes to replay.
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
    """Return the data of a YAML text; raises ValueError for a text that is not YAML of plain data."""
    try:
        if _has_merge(text):
            raise ValueError("it merges mappings, which no recording does")
        return yamlserializer.deserialize(text)
    # A text that is no number, a list as a key, lists in lists without end: each has an error of its own.
    except (yaml.YAMLError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _has_merge(text: str) -> bool:
    """Whether mappings are merged; the loader copies what it merges, so a few lines could fill the memory."""
    scalars = (event for event in yaml.parse(text, Loader=LOADER) if isinstance(event, ScalarEvent))
    return any(one.tag == MERGE_TAG or (one.value == MERGE_KEY and one.implicit[0]) for one in scalars)
