"""A simple model of the result of a sync: two sets of records, links, and the last synced values."""

from __future__ import annotations

from dataclasses import dataclass, field

PROPERTIES = ("name", "nick", "kind")


@dataclass
class Shelf:
    """Records in their order: values by property, and when each was edited last."""

    records: dict[str, dict[str, str]] = field(default_factory=dict)
    edited: dict[str, int] = field(default_factory=dict)


@dataclass
class Model:
    erases: bool
    shop: Shelf = field(default_factory=Shelf)
    office: Shelf = field(default_factory=Shelf)
    links: dict[str, str] = field(default_factory=dict)
    synced: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def cycle(self) -> None:
        for source, record in self.shop.records.items():
            if source not in self.links:
                self.links[source] = self.match(record) or self.create(source, record)
            self.keep(source, self.links[source])

    def match(self, record: dict[str, str]) -> str | None:
        taken = self.links.values()
        free = (
            t for t, lookalike in self.office.records.items() if t not in taken and lookalike["mail"] == record["mail"]
        )
        return next(free, None) if record["mail"] else None

    def create(self, source: str, record: dict[str, str]) -> str:
        new = f"of {source}"
        self.office.records[new] = dict(record)
        self.office.edited[new] = 0
        self.synced[source] = {p: (record[p], record[p]) for p in PROPERTIES}
        return new

    def keep(self, source: str, target: str) -> None:
        ours, theirs = self.shop.records[source], self.office.records[target]
        before = self.synced.setdefault(source, {})
        later = self.office.edited[target] > self.shop.edited[source]
        for p in PROPERTIES:
            was = before.get(p, ("", ""))
            edits = self.is_edit(ours[p], was[0]), self.is_edit(theirs[p], was[1])
            if any(edits):
                value = theirs[p] if edits[1] and (later or not edits[0]) else ours[p]
                ours[p] = theirs[p] = value
            before[p] = ours[p], theirs[p]

    def is_edit(self, now: str, before: str) -> bool:
        return now != before and (bool(now) or self.erases)
