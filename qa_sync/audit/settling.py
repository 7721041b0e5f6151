"""Suspect pairs -> differences: Python has the last word on each, after both records were read again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from qa_sync.audit.again import Again, Look
from qa_sync.audit.cells import Kind, decoded
from qa_sync.audit.findings import Difference, Ledger
from qa_sync.audit.judging import forms_of
from qa_sync.audit.matching import Ground
from qa_sync.audit.model import Claim
from qa_sync.audit.verdicts import DIFFERENT, Code, Forms, Said, judged, judged_canonical
from qa_sync.errors import NotConvertible
from qa_sync.values.canonical import to_canonical
from qa_sync.values.form import Canonical, Json
from qa_sync.values.paths import read

Row = Mapping[str, Any]

REPORTED = (*DIFFERENT, Code.UNREADABLE)


@dataclass(slots=True)
class Settler:
    """Settles a section's suspects batch by batch; `translations` are the tables of ids by claim."""

    ground: Ground
    claims: Sequence[Claim]
    translations: Mapping[int, Any]
    again: Again
    ledger: Ledger
    _ids: dict[int, dict[str, str]] = field(default_factory=dict)
    _rivals: list[list[int]] = field(init=False)
    _forms: list[Forms] = field(init=False)

    def __post_init__(self) -> None:
        """Note once what is the same for every suspect."""
        targets = [claim.target.path for claim in self.claims]
        self._rivals = [
            [m for m, path in enumerate(targets) if m != n and path == own] for n, own in enumerate(targets)
        ]
        self._forms = [forms_of(claim, self.ground) for claim in self.claims]

    def settle(self, batch: pa.RecordBatch) -> None:
        """Judge the suspects of a batch, read again what is wrong, and take what stays wrong."""
        rows, bad = self._rows(batch)
        self._translate([(n, decoded(r[f"ak{n}"], r[f"at{n}"])) for r in rows for n in bad & {*self.translations}])
        said = [self._said(row) for row in rows]
        wrong = [at for at, one in enumerate(said) if any(s.code in REPORTED for s in one.values())]
        looks = dict(zip(wrong, self.again.looks([(rows[at]["sid"], rows[at]["tid"]) for at in wrong]), strict=True))
        self._translate(
            [
                (n, read(k.source.data, self.claims[n].source.path))
                for k in looks.values()
                if k.source
                for n in self.translations
            ]
        )
        for at, row in enumerate(rows):
            self._take(row, said[at], looks.get(at))

    def _rows(self, batch: pa.RecordBatch) -> tuple[list[Row], set[int]]:
        """Return the rows with the cells of the claims that are not settled, and which claims these are."""
        bad = {n for n in range(len(self.claims)) if (pc.max(batch[f"v{n}"]).as_py() or 0) > Code.EMPTY}
        cells = [f"{letter}{part}{n}" for n in sorted(bad) for letter in "ab" for part in "kt"]
        codes = [f"v{n}" for n in range(len(self.claims))]
        return batch.select(["sid", "tid", *codes, *cells]).to_pylist(), bad

    def _said(self, row: Row) -> dict[int, Said]:
        """Return the verdict of every claim that the expressions did not settle; others for one target may serve."""
        codes = [row[f"v{n}"] for n in range(len(self.claims))]
        found = {n: self._judged(row, n) for n, code in enumerate(codes) if code > Code.EMPTY}
        for n in found:
            if any(codes[m] == Code.SAME or (m in found and found[m].code is Code.SAME) for m in self._rivals[n]):
                found[n] = Said(Code.SAME)
        return found

    def _judged(self, row: Row, n: int) -> Said:
        kind, text = row[f"ak{n}"], row[f"at{n}"]
        target = decoded(row[f"bk{n}"], row[f"bt{n}"])
        if kind == Kind.LOST:
            return Said(Code.LOST)
        if n in self.translations and kind == Kind.TEXT:
            return judged_canonical(text, target, self._forms[n])  # translated by the join
        return self._compared(n, decoded(kind, text), target)

    def _compared(self, n: int, source: Json, target: Json) -> Said:
        forms = self._forms[n]
        if n not in self.translations:
            return judged(source, target, forms)
        try:
            expected = _counterparts(to_canonical(source, forms.source), self._ids.get(n, {}))
        except NotConvertible as error:
            return Said(Code.UNREADABLE, error.message)
        except LookupError:
            return Said(Code.LOST)
        return judged_canonical(expected, target, forms)

    def _take(self, row: Row, said: Mapping[int, Said], look: Look | None) -> None:
        for n, one in said.items():
            tally = self.ledger.tally(self.claims[n].id)
            if one.code not in REPORTED:
                tally.sorts[one.code.name.lower()] += 1
                continue
            now = self._now(n, look) if look and look.done else None
            tally.again += bool(look and look.done)
            if now is not None and now.code not in REPORTED:
                tally.healed += 1
                continue
            self.ledger.add(self._difference(row, n, now or one, look))

    def _now(self, n: int, look: Look) -> Said:
        if look.gone or look.young or look.source is None or look.target is None:
            return Said(Code.EMPTY)
        claim = self.claims[n]
        return self._compared(n, read(look.source.data, claim.source.path), read(look.target.data, claim.target.path))

    def _difference(self, row: Row, n: int, said: Said, look: Look | None) -> Difference:
        claim = self.claims[n]
        values = [decoded(row[f"{x}k{n}"], row[f"{x}t{n}"]) for x in ("a", "b")]
        if look and look.source and look.target:
            values = [read(look.source.data, claim.source.path), read(look.target.data, claim.target.path)]
        return Difference(
            claim.id,
            "property",
            said.code.name.lower(),
            row["sid"],
            row["tid"],
            claim.source.path,
            claim.target.path,
            _told(values[0]),
            _told(values[1]),
            said.detail,
            read_again=bool(look and look.done),
        )

    def _translate(self, wanted: Sequence[tuple[int, Json]]) -> None:
        """Look up the counterparts of referred records, those of one batch at a time."""
        by_claim: dict[int, set[str]] = {}
        for n, wire in wanted:
            try:
                value = to_canonical(wire, self.claims[n].source.form)
            except NotConvertible:
                continue
            by_claim.setdefault(n, set()).update(_ids(value))
        self._ids = {}
        for n, ids in by_claim.items():
            asked = self.ground.engine.put(pa.table({"sid": pa.array(sorted(ids), pa.string())}))
            rows = self.translations[n].join(asked, "sid").select("sid", "tid")
            self._ids[n] = {r["sid"]: r["tid"] for b in self.ground.engine.batches(rows) for r in b.to_pylist()}


def _ids(value: Canonical) -> set[str]:
    if isinstance(value, tuple):
        return {one for element in value for one in _ids(element)}
    return set() if value is None else {str(value)}


def _counterparts(value: Canonical, ids: Mapping[str, str]) -> Canonical:
    """Return the counterparts' ids; raises LookupError for a record that has none."""
    if isinstance(value, tuple):
        return tuple(_counterparts(v, ids) for v in value)
    return None if value is None else ids[str(value)]


def _told(wire: Json) -> str:
    return json.dumps(wire, ensure_ascii=False, default=str)
