"""The connector format: which keys are followed, which change nothing here, and which are not followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from qa_sync.systems.connectors.auth_options import NEEDS
from qa_sync.systems.connectors.validation import key_descriptions as described
from qa_sync.systems.connectors.validation import known_keys as known
from qa_sync.systems.connectors.validation import object_types as types
from qa_sync.systems.connectors.validation.key_rules import KnownKeys
from qa_sync.systems.connectors.validation.operation_checks import COMMON_MISTAKES, TERMINATION
from reference.markup import code, codes, heading, prose, table


class FormatObject(Struct, frozen=True):
    """An object of the format: its title, where it is, its keys, their descriptions and their types."""

    title: str
    place: str
    keys: KnownKeys
    descriptions: Mapping[str, str]
    types: types.Table = {}


OBJECTS = (
    FormatObject("The manifest", "`manifest.json`.", known.MANIFEST, described.MANIFEST, types.MANIFEST),
    FormatObject(
        "A datatype", "A member of `datatypes` in `manifest.json`.", known.DATATYPE, described.DATATYPE, types.DATATYPE
    ),
    FormatObject("The system", "`templates/system.json`.", known.SYSTEM, described.SYSTEM, types.SYSTEM),
    *(
        FormatObject(name, f"The member `{name}` of a system.", keys, described.INNER[name])
        for name, keys in known.INNER.items()
    ),
    FormatObject(
        "A retry rule",
        "A member of `retry_strategy`: `default`, or statuses such as `500,502-504`.",
        known.RETRIES,
        described.RETRIES,
    ),
    FormatObject(
        "An operation",
        "A member of a system's `operations`; a pipe's source can hold the same keys.",
        known.OPERATION,
        described.OPERATION,
        types.OPERATION,
    ),
    FormatObject("A pipe", "`templates/DATATYPE.json`.", known.PIPE, described.PIPE, types.PIPE),
    FormatObject(
        "A source",
        "The `source` of a pipe. Its keys win over those of the operation.",
        known.SOURCE,
        {**described.OPERATION, **described.USE},
        types.USE,
    ),
    FormatObject(
        "A transform",
        "A `transform` of the type `rest`.",
        known.TRANSFORM,
        {**described.OPERATION, **described.USE},
        types.USE,
    ),
    FormatObject(
        "A share template",
        "The `properties` of `transform-share-rest` and `transform-collect-rest`.",
        known.SHARE,
        described.SHARE,
        types.SHARE,
    ),
    FormatObject(
        "A template of default values",
        "The `properties` of `transform-defaults-rest`, whose values a new record gets where it has none.",
        known.DEFAULTS,
        described.DEFAULTS,
        types.DEFAULTS,
    ),
)
"""The objects of the format in the order of a folder."""


def objects() -> str:
    """Return the keys of every object."""
    return "".join(map(_object, OBJECTS))


def _object(one: FormatObject) -> str:
    followed = table(("Followed", "Value", "Meaning"), _followed(one), "28 20 52")
    silent = f"Accepted without effect: {codes(one.keys.silent)}.\n\n" if one.keys.silent else ""
    rows = ((code(name), prose(words)) for name, words in one.keys.unfollowed.items())
    unfollowed = table(("Not followed", "What happens instead"), rows, "40 60") if one.keys.unfollowed else ""
    return heading(one.title) + prose(one.place) + "\n\n" + followed + silent + unfollowed


def _followed(one: FormatObject) -> Iterator[tuple[str, str, str]]:
    for name in one.keys.read:
        if name in COMMON_MISTAKES:
            continue  # known only to say that another key is meant
        expected = types.WORDS.get(one.types.get(name, ()), "")
        yield code(name), expected, prose(one.descriptions[name])


def paging() -> str:
    """Return what ends a paging."""
    rows = ((code(name), prose(described.TERMINATION[name])) for name in TERMINATION)
    return table(("Strategy", "The paging ends when"), rows)


def authentication() -> str:
    """Return each kind of authentication with what it needs."""
    return table(("Kind", "Required keys"), ((code(kind), codes(keys)) for kind, keys in NEEDS.items()))
