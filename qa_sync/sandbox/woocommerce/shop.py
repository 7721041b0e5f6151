"""What the three resources share: the shop's database, its clock, metadata, and the protocol of a resource."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol

from msgspec import Struct
from starlette.datastructures import QueryParams

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.args import Arg
from qa_sync.sandbox.woocommerce.settings import ShopSettings
from qa_sync.sandbox.woocommerce.text import unslashed
from qa_sync.sandbox.world import World

STAMP = "%Y-%m-%dT%H:%M:%S"
META_ARG = Arg("array", of=Arg("object", fields={"id": Arg("integer"), "key": Arg(), "value": Arg("mixed")}))


class Shop(Struct, frozen=True):
    """A shop: its world, its settings and its three tables; `chance` decides what it shuffles at each response.

    Products and orders share one sequence of ids, because both are posts.
    """

    world: World
    settings: ShopSettings
    chance: Random
    customers: Table
    products: Table
    orders: Table

    def stamp(self) -> str:
        """Return the time in UTC as the shop writes it, without a zone."""
        return self.world.now().strftime(STAMP)

    def next_post(self) -> int:
        """Return the next id of a product or an order."""
        return self.world.store.next("post", 11)

    def two_dates(self, name: str, gmt: str | None) -> Doc:
        """Return a stored UTC date in both formats of the API: the shop's local time, and UTC; both without a zone."""
        local = None
        if gmt is not None:
            at = datetime.strptime(gmt, STAMP).replace(tzinfo=UTC)
            local = at.astimezone(self.settings.time_zone).strftime(STAMP)
        return {name: local, f"{name}_gmt": gmt}

    def kept_amount(self, text: str) -> str:
        """Return an entered amount as stored."""
        return money.as_kept(text, self.settings.separator)

    def with_new_meta(self, posted: list[Doc] | None) -> list[Doc]:
        """Return the metadata of a new customer or product: a text inside an object loses a level of backslashes."""
        values = [v if isinstance(v := entry.get("value"), str) else unslashed(v) for entry in posted or []]
        return self.with_meta([], [{**e, "value": v} for e, v in zip(posted or [], values, strict=True)])

    def with_meta(self, stored: list[Doc], posted: list[Doc] | None) -> list[Doc]:
        """Return the metadata after a write: an id or key updates an entry, null removes it, scalars become strings."""
        found = list(stored)
        for entry in posted or []:
            at = next((n for n, meta in enumerate(found) if _is_meant(meta, entry)), len(found))
            found[at : at + 1] = self._after(found[at] if at < len(found) else None, entry)
        return found

    def _after(self, old: Doc | None, entry: Doc) -> list[Doc]:
        """Return what replaces an entry after a write: nothing, or one entry."""
        value, key = _meta_value(entry.get("value")), entry.get("key") or (old or {}).get("key")
        if value is None or not key:
            return []
        return [{"id": old["id"] if old else self.world.store.next("meta"), "key": key, "value": value}]

    def trash_meta(self, status: str) -> list[Doc]:
        """Return the metadata of a record in the trash: its previous status, and when it was moved."""
        since = str(int(self.world.now().timestamp()))
        marks = [{"key": "_wp_trash_meta_status", "value": status}, {"key": "_wp_trash_meta_time", "value": since}]
        return self.with_meta([], marks)


def _is_meant(meta: Doc, entry: Doc) -> bool:
    return bool(meta["id"] == entry.get("id") or ("id" not in entry and meta["key"] == entry.get("key")))


def _meta_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, int | float) else value


class Resource(Protocol):
    """One resource, independent of HTTP; every method may raise a Rejection."""

    path: str
    shop: Shop
    table: Table
    args: Mapping[str, Arg]
    list_args: Mapping[str, Arg]
    default_sort: tuple[str, str]

    def create(self, body: Doc) -> Doc:
        """Add a record from checked arguments; return it as stored."""

    def update(self, doc: Doc, body: Doc) -> Doc:
        """Update a record from checked arguments; return it as stored."""

    def delete(self, doc: Doc, *, force: bool) -> None:
        """Delete a record, or move it to the trash."""

    def shown(self, doc: Doc, *, view: bool, decimals: int) -> Doc:
        """Return a record as in the response to a read (`view`) or to a write."""

    def links(self, doc: Doc, root: str) -> Doc:
        """Return the links other than `self` and `collection`."""

    def select(self, args: Doc, given: QueryParams) -> list[Doc]:
        """Return the records that the arguments select, oldest first."""

    def sort_key(self, doc: Doc, orderby: str) -> Any:
        """Return the sort keys of a record."""

    def missing(self, method: str) -> Rejection:
        """Return the error response for an unknown id."""

    def exists(self) -> Rejection:
        """Return the error response for a POST with an id."""
