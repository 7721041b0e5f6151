"""The keys of `entities.toml`: their types and their meaning. The validator and the reference read these tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class CardKey(Struct, frozen=True):
    """A key of a table in `entities.toml`: the type of its value, and its meaning in a sentence."""

    type: type
    description: str
    required: bool = False


class Conversion(Struct, frozen=True):
    """A conversion as a card names it: what it makes of a value, and its options with their meaning."""

    description: str
    options: Mapping[str, str] = {}


ENTITY_KEYS: Final[Mapping[str, CardKey]] = {
    "names": CardKey(list, "The names of the entity in specs.", required=True),
    "key": CardKey(str, "The path of a record's id.", required=True),
    "properties": CardKey(dict, "The properties by path; see the keys of a property.", required=True),
    "defaults": CardKey(dict, "Keys of a property that apply to all properties without their own `writable`."),
    "modified": CardKey(str, "The path of the time of the last change. Without it no edit is known to be the later."),
    "modified_form": CardKey(dict, "The type and conversion of that time; default `instant`."),
    "revision": CardKey(
        dict,
        "Optimistic locking: the revision's path (`read`), and where an update sends it: `write`, a path, or `header`.",
    ),
    "cannot": CardKey(dict, "The operations that the system does not have, each with the reason."),
    "wrap": CardKey(str, "The key that the body of a write is wrapped in."),
    "send": CardKey(str, "What an update sends: `changed`, only the changes (default), or `whole`, the whole record."),
    "merge_depth": CardKey(int, "Below this depth an update sends whole objects instead of single members."),
    "element_key": CardKey(str, "The member that identifies a list's element; an update sends changed elements only."),
    "omit_unchanged": CardKey(
        bool,
        "Whether an update leaves out the list's elements that did not change, because with its key alone an element "
        "would lose its values; default false.",
    ),
    "element_gone": CardKey(dict, "The members by which an update removes an element from a list."),
    "list_commands": CardKey(dict, "The commands by which an update changes a list; see below."),
    "tagged_values": CardKey(dict, "The objects in a response that stand for single values; see below."),
    "always": CardKey(dict, "Constant members, by path, that every insert sends."),
    "update_always": CardKey(list, "The paths whose values go with every update, also where they did not change."),
    "omit": CardKey(list, 'The paths that an update with `send = "whole"` leaves out, besides what is never written.'),
    "gone": CardKey(dict, "Members, by path, of a record that counts as deleted although a lookup returns it."),
    "announces": CardKey(
        str, "What the system sends to people when such a record is written, and to whom; said before the first write."
    ),
    "empty_list": CardKey(
        list,
        "What the system answers instead of an empty list: `missing` (the member that contains it), `null`, `object` "
        "(an empty one). By default everything but a list is an error.",
    ),
    "volatile": CardKey(list, "Members, by path, that the system computes by itself; they are never compared."),
}
"""The keys of a datatype's table."""

PROPERTY_KEYS: Final[Mapping[str, CardKey]] = {
    "concept": CardKey(str, "A word for the meaning, such as `email`; properties with one concept belong together."),
    "type": CardKey(str, "The JSON type: `string` (default), `integer`, `number` or `boolean`."),
    "convert": CardKey(str, "The conversion; default `text`."),
    "write": CardKey(str, "The path that a value is written to, where that differs from the path it is read from."),
    "writable": CardKey(str, "When it can be written: `always` (default), `create` or `never`."),
    "why": CardKey(str, "The reason, shown with skipped checks; required unless `writable` is `always`."),
    "required": CardKey(bool, "Whether a record needs a value; default false."),
    "unique": CardKey(bool, "Whether no two records can have the same value; default false."),
    "unique_without": CardKey(str, "The path of a property: without it two records cannot have the same value."),
    "has_default": CardKey(
        bool, "Whether the system itself gives a value to a record that is created without one; default false."
    ),
    "max_length": CardKey(int, "The longest text that the system keeps, in characters."),
    "digits": CardKey(
        int,
        "How many digits a number keeps in all; default 9.",
    ),
    "most_places": CardKey(int, "The most decimal places of currencies that the system takes; default 2."),
    "avoid": CardKey(str, "Characters that the system does not keep."),
    "references": CardKey(str, "The datatype that the id points to."),
    "fixed": CardKey(str, "The value that the system itself decides, such as a site's currency."),
    "derived": CardKey(bool, "Whether the system computes it from other properties; default false."),
    "also": CardKey(list, "Further paths that are written with the same value."),
    "blanks": CardKey(bool, "Whether the system keeps blanks at the ends of a text; default false."),
}
"""The keys of a property's table, in addition to the options of its conversion."""

COMMANDS: Final[Mapping[str, CardKey]] = {
    "create": CardKey(list, "The command that adds an element; `$element` stands for the element."),
    "change": CardKey(list, "The command that changes an element; `$key` stands for its `element_key`."),
    "remove": CardKey(list, "The command that removes an element; `$key` stands for its `element_key`."),
}
"""The keys of `list_commands`."""

TAGGED: Final[Mapping[str, CardKey]] = {
    "member": CardKey(str, "The member that contains the kind of an object.", required=True),
    "kinds": CardKey(
        dict, "The kinds that are single values, each with a template that makes the text.", required=True
    ),
}
"""The keys of `tagged_values`."""

TYPES: Final = ("string", "integer", "number", "boolean")
"""The JSON types of values."""

EMPTY_LISTS: Final = ("missing", "null", "object")
"""What a system can answer instead of an empty list."""

EMPTY: Final = "empty"
"""The option that belongs to all conversions: what a write sends for no value."""

EMPTY_DESCRIPTION: Final = 'What a write sends for an empty value: `null` (default), `""` or another constant.'

DOUBLED: Final = "doubled"
"""The option that belongs to all conversions: what a write sends twice."""

DOUBLED_DESCRIPTION: Final = "Characters that a write sends twice, because the system stores one of two."

CONVERSIONS: Final[Mapping[str, Conversion]] = {
    "text": Conversion("A text, compared exactly: case and blanks count."),
    "escaped_text": Conversion(
        "A text that the system returns with HTML entities: `&amp;` is `&`.",
        {"keeps_entities": "Whether an entity that is sent stays as it is, so that `&amp;` is sent as `&amp;amp;`."},
    ),
    "html": Conversion("A rich text: runs of blanks are one blank, and tags count if the other side holds HTML, too."),
    "email": Conversion("An e-mail address; upper and lower case are the same."),
    "phone": Conversion(
        "A phone number: only its digits and a leading `+` count, and `00` is `+`.",
        {"country": "The country of numbers without a prefix: its ISO code, or the path of the country in the record."},
    ),
    "identifier": Conversion("An id or a code as a text, also where the system returns a number."),
    "decimal": Conversion(
        "An exact decimal number.",
        {
            "places": "The number of decimal places that the system keeps.",
            "currency": "The path of the currency's code, whose minor units give the places.",
        },
    ),
    "integer": Conversion("An integer."),
    "boolean": Conversion("True or false; also the texts `true` and `false` where `type` is `string`."),
    "instant": Conversion(
        "A point in time, to the second.",
        {"style": "How it is written, in UTC: `z` (default), `ms_z`, `naive_utc`; or in the settings' zone: `offset`."},
    ),
    "date": Conversion("A calendar date; an instant counts as its date in the zone of the settings."),
    "country": Conversion(
        "A country, by code or by English or Norwegian name.",
        {"style": "How it is written: `iso2` (default), or `name`, the English name."},
    ),
    "region": Conversion(
        "A region of a country, with or without the country's code before it.",
        {
            "style": "How it is written: `bare` (default, `NY`) or `prefixed` (`US-NY`).",
            "country": "The path of the country, for `prefixed` and `codes`.",
            "codes": "A JSON file with the system's own codes: by country, each with that of ISO 3166-2.",
        },
    ),
    "choice": Conversion(
        "One of a fixed set of values.", {"values": "The system's values, each with the common one that it means."}
    ),
    "reference": Conversion("The id of another record; compared through links, never by equality."),
}
"""The conversions with their options; all of them have `empty` and `doubled` too."""
