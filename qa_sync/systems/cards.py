"""Entity cards: what qa-sync knows of a system's entity and its properties; frozen, no I/O.

A card is read from the `entities.toml` of a connector (`qa_sync.systems.connectors.load`). It is all that the checklist
knows of a system.

Source: docs/explanation/mapping.rst, "What a property card needs".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from msgspec import Struct, field

from qa_sync.errors import UnknownName
from qa_sync.location import Location
from qa_sync.systems.words import singular
from qa_sync.values.form import Form


class Writable(StrEnum):
    """When a property can be written."""

    ALWAYS = "always"
    CREATE = "create"
    NEVER = "never"


class PropertyCard(Struct, frozen=True):
    """One property of an entity.

    `path` is where it is read, `write` where it is written (empty: the same path). `why` is the reason, for the user,
    why it cannot be written (if `writable` is not `always`). `references` is the datatype of the same system that an id
    refers to (None: not a reference). `max_length` is in characters; `digits` is how many digits a number keeps, and
    `most_places` how many decimal places amounts keep in the currency that the property is (None: unknown); `avoid`
    lists characters that the system does not store. `unique_without` is the path of a property: two records that lack
    it cannot share the value of this one (empty: they can). `has_default` is true if a record that is created without a
    value gets one from the system. `fixed` is a value that the system sets itself (the site's currency). `derived` is
    true if the system computes it from other properties. `also` lists further write paths that take the same value (the
    `subtotal` of a WooCommerce line item follows its `total`). `blanks` is true if the system keeps leading and
    trailing whitespace.
    """

    path: str
    form: Form
    concept: str | None = None
    write: str = ""
    writable: Writable = Writable.ALWAYS
    why: str | None = None
    required: bool = False
    unique: bool = False
    unique_without: str = ""
    max_length: int | None = None
    digits: int | None = None
    most_places: int | None = None
    avoid: str = ""
    references: str | None = None
    has_default: bool = False
    fixed: str | None = None
    derived: bool = False
    also: tuple[str, ...] = ()
    blanks: bool = False

    @property
    def write_path(self) -> str:
        """The path at which a value is written: `write` if it is set, else `path`."""
        return self.write or self.path


class Revision(Struct, frozen=True):
    """Optimistic locking: where the revision is read, and where it is sent back.

    Exactly one of `write` (a path in the body) and `header` (a header's name; the value is quoted as an ETag) is set.
    """

    read: str
    write: str | None = None
    header: str | None = None


class EntityCard(Struct, frozen=True):
    """One entity of a system.

    `system` is the connector's name (`wix`), `datatype` the name in its manifest (`contacts`), `names` are its names in
    specs. `key` is the path of its id, `modified` that of its last change (an instant; None if there is none). `cannot`
    maps an operation (`list`, `lookup`, `insert`, `update`, `delete`) to the reason why it is not available;
    `unsupported` are those of them that the connector defines in a way that qa-sync does not support. `wrap` is
    the key that a request body is wrapped in (None: not wrapped). `send` says what an update sends: `changed` (only
    what differs, whole below `merge_depth` path segments) or `whole` (the full object, read first). `element_key` is
    the member that identifies a list element in an update, which then sends only that and what changed (None: the list
    is sent whole); `element_gone` are the members that remove an element in such an update (empty: it stays).
    `omit_unchanged` leaves unchanged elements out, where an element without its values would lose them.
    `list_commands` are the commands that a system takes instead of list elements, by `create`, `change` and `remove`
    (`qa_sync.systems.requests.list_commands`). `tagged_values` says which objects in a response are single values
    (`qa_sync.systems.responses.tagged_values`). `always` are constant members (by path) of every insert (stock needs
    `manage_stock`). `gone` are members (by path) of a record that counts as deleted although a lookup still returns it
    (in WooCommerce's trash). `volatile` are members (by path) that the system computes by itself, which are never
    compared. `update_always` are paths that go with every update, `omit` those that an update with `send = "whole"`
    leaves out. `properties` is keyed by path, in the card's order. `page_size` is the number of records on a page of
    its list (None: unknown).
    `announces` says what the system sends to people when such a record is written, and to whom (empty: unknown).
    `complete` is false if the entity may have further properties, because the connector's pipes say nothing of them.
    """

    system: str
    datatype: str
    names: tuple[str, ...]
    key: str
    properties: Mapping[str, PropertyCard]
    modified: str | None = None
    modified_form: Form = field(default_factory=lambda: Form(convert="instant"))
    revision: Revision | None = None
    cannot: Mapping[str, str] = field(default_factory=dict)
    unsupported: frozenset[str] = frozenset()
    wrap: str | None = None
    send: str = "changed"
    merge_depth: int | None = None
    element_key: str | None = None
    omit_unchanged: bool = False
    element_gone: Mapping[str, object] = field(default_factory=dict)
    list_commands: Mapping[str, object] = field(default_factory=dict)
    tagged_values: Mapping[str, Any] = field(default_factory=dict)
    always: Mapping[str, object] = field(default_factory=dict)
    gone: Mapping[str, object] = field(default_factory=dict)
    volatile: tuple[str, ...] = ()
    announces: str = ""
    complete: bool = True
    update_always: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    page_size: int | None = None
    empty_list: tuple[str, ...] = ()

    @property
    def can_remove_elements(self) -> bool:
        """Whether an update can remove an element of a list."""
        return self.element_key is None or bool(self.element_gone) or "remove" in self.list_commands

    def by_concept(self, concept: str) -> PropertyCard | None:
        """Return the property with that concept, or None if the entity has none; of several the shortest path."""
        found = (p for p in self.properties.values() if p.concept == concept)
        return min(found, key=lambda p: len(p.path), default=None)


def find_card(cards: Mapping[str, EntityCard], name: str, system: str, location: Location | None = None) -> EntityCard:
    """Return the card of an entity by its name in a spec (`Contacts`) or in the manifest (`contacts`).

    Case, spaces and other separators, and a plural do not count, unless they distinguish two entities. Raises
    UnknownName with the three nearest names.
    """
    folded = name.casefold()
    for card in cards.values():
        if folded in {own.casefold() for own in card.names}:
            return card
    for card in cards.values():
        if folded == card.datatype.casefold():
            return card
    plain = plain_name(name)
    alike = [card for card in cards.values() if plain in {plain_name(own) for own in (card.datatype, *card.names)}]
    if plain and len(alike) == 1:
        return alike[0]
    known = (n for card in cards.values() for n in card.names)
    raise UnknownName(f"{system} entity", name, known, location=location, all_near=True)


@cache
def plain_name(name: str) -> str:
    """Return the name of an entity without separators, in lower case and singular: `Sales Orders` is `salesorder`."""
    return singular("".join(character for character in name.casefold() if character.isalnum()))
