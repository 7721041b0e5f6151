"""Confirms suspected differences: re-reads both records and compares them in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from qa_sync.audit.compare.comparison import claim_formats
from qa_sync.audit.compare.match_records import AuditContext
from qa_sync.audit.compare.plain_differences import PlainDifferences, plain_differences, table_of
from qa_sync.audit.compare.reread import FreshPair, Rereader
from qa_sync.audit.compare.settled import alternatives, settled_code
from qa_sync.audit.compare.suspect_cells import SuspectCells, deciding_value, in_records, suspect_cells
from qa_sync.audit.difference_text import difference_text
from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.outcomes import (
    DIFFERENT,
    Outcome,
    OutcomeCode,
    PropertyFormats,
    compare_canonical,
    compare_values,
)
from qa_sync.audit.findings import Difference, FindingsWriter, as_table, in_order
from qa_sync.audit.model import Claim
from qa_sync.audit.records.record_values import value_of
from qa_sync.errors import NotConvertible
from qa_sync.values.canonical import to_canonical
from qa_sync.values.form import Canonical, Json
from qa_sync.values.paths import read

REPORTED = (*DIFFERENT, OutcomeCode.UNREADABLE)
UNCLAIMED = {OutcomeCode.EMPTY, OutcomeCode.FILLED}

Ids = tuple[str, str]
"""A source's and a target's record."""


class Suspect(NamedTuple):
    """Two values that expressions did not decide, and their outcome."""

    source: Json
    target: Json
    outcome: Outcome


@dataclass(slots=True)
class DifferenceConfirmer:
    """Confirms a section's suspected differences batch by batch; `translations` are the tables of ids by claim."""

    context: AuditContext
    claims: Sequence[Claim]
    translations: Mapping[int, Any]
    rereader: Rereader
    findings: FindingsWriter
    _ids: dict[int, dict[str, str]] = field(default_factory=dict)
    _alternatives: Mapping[int, Sequence[int]] = field(init=False)
    _forms: list[PropertyFormats] = field(init=False)

    def __post_init__(self) -> None:
        """Compute what is the same for every batch."""
        self._alternatives = alternatives(self.claims)
        self._forms = [claim_formats(claim, self.context) for claim in self.claims]

    def confirm(self, batch: pa.RecordBatch) -> None:
        """Compare the suspects of a batch, re-read those that differ, and record those that still differ."""
        plain = self._plain(batch)
        if not plain:
            for _, _, one in self._confirmed(batch, {}):
                self.findings.add(one)
            return
        found = [table_of(one, batch, self.claims[n], n) for n, one in plain.items()]
        found.append(as_table(self._confirmed(batch, {n: one.rows for n, one in plain.items()})))
        self.findings.add_table(in_order(found))

    def _plain(self, batch: pa.RecordBatch) -> Mapping[int, PlainDifferences]:
        """Return the differences that nothing more is to be asked about: no record can be read again."""
        if all(side.system is not None for side in self.rereader.sides):
            return {}
        alone = [n for n in range(len(self.claims)) if n not in self.translations and n not in self._alternatives]
        found = {n: plain_differences(batch, n, self._forms[n]) for n in alone if f"ak{n}" in batch.schema.names}
        return {n: one for n, one in found.items() if one is not None and len(one.rows)}

    def _confirmed(
        self, batch: pa.RecordBatch, without: Mapping[int, pa.Array]
    ) -> Iterator[tuple[int, int, Difference]]:
        """Yield the confirmed differences with their rows and claims, but for the rows `without` of some claims."""
        suspects = self._suspects(batch, without)
        rows = pa.array(sorted(suspects), pa.int64())
        both = zip(*(batch[name].take(rows).to_pylist() for name in ("sid", "tid")), strict=True)
        ids: dict[int, Ids] = dict(zip(rows.to_pylist(), both, strict=True))
        wrong = sorted(at for at, found in suspects.items() if any(self._is_reported(n, s) for n, s in found.items()))
        fresh = dict(zip(wrong, self.rereader.read_pairs([ids[at] for at in wrong]), strict=True))
        self._translate(
            [
                (n, read(k.source.data, self.claims[n].source.path))
                for k in fresh.values()
                if k.source
                for n in self.translations
            ]
        )
        for at in sorted(suspects):
            for n, one in self._reported(ids[at], suspects[at], fresh.get(at)):
                yield at, n, one

    def _suspects(self, batch: pa.RecordBatch, without: Mapping[int, pa.Array]) -> Mapping[int, dict[int, Suspect]]:
        """Return the suspects by row and claim; when several pairs have one target, any of them may be the same."""
        cells = {
            n: suspect_cells(batch, n, settled_code(self.claims[n]), without.get(n))
            for n in range(len(self.claims))
            if f"ak{n}" in batch.schema.names
        }
        self._translate([(n, c.source) for n in {*self.translations} & {*cells} for c in cells[n].values()])
        found: dict[int, dict[int, Suspect]] = defaultdict(dict)
        for n, rows in cells.items():
            for at, cell in rows.items():
                found[at][n] = self._suspect(n, cell)
        for n, others in self._alternatives.items():
            codes = [batch[f"v{m}"].to_pylist() for m in others]
            for at in cells.get(n, ()):
                row = found[at]
                theirs = [
                    row[m].outcome.code if m in row else OutcomeCode(c[at]) for m, c in zip(others, codes, strict=True)
                ]
                if OutcomeCode.SAME in theirs:
                    row[n] = row[n]._replace(outcome=Outcome(OutcomeCode.SAME))
                elif row[n].outcome.code is OutcomeCode.FILLED and not {*theirs} <= UNCLAIMED:
                    row[n] = row[n]._replace(outcome=Outcome(OutcomeCode.EMPTY))
        return found

    def _is_reported(self, n: int, suspect: Suspect) -> bool:
        code = suspect.outcome.code
        return code in REPORTED or (code is OutcomeCode.FILLED and self.claims[n].erase)

    def _suspect(self, n: int, cells: SuspectCells) -> Suspect:
        source, target = cells.source, cells.target
        if cells.kind == Kind.LOST:
            return Suspect(source, target, Outcome(OutcomeCode.LOST))
        if n in self.translations and cells.kind == Kind.TEXT:  # translated by the join
            return Suspect(source, target, compare_canonical(cells.text, target, self._forms[n]))
        return Suspect(source, target, self._compare(n, source, target, cells.deciding))

    def _compare(self, n: int, source: Json, target: Json, deciding: tuple[Json, Json]) -> Outcome:
        forms = in_records(self._forms[n], deciding)
        if n not in self.translations:
            return compare_values(source, target, forms)
        try:
            expected = _counterparts(to_canonical(source, forms.source), self._ids.get(n, {}))
        except NotConvertible as error:
            return Outcome(OutcomeCode.UNREADABLE, error.message)
        except LookupError:
            return Outcome(OutcomeCode.LOST)
        return compare_canonical(expected, target, forms)

    def _reported(
        self, ids: Ids, suspects: Mapping[int, Suspect], fresh_pair: FreshPair | None
    ) -> Iterator[tuple[int, Difference]]:
        """Count the suspects of a pair, and yield the differences with their claims."""
        for n, one in suspects.items():
            tally = self.findings.tally(self.claims[n].id)
            if not self._is_reported(n, one):
                tally.sorts[one.outcome.code.name.lower()] += 1
                continue
            now = self._fresh_suspect(n, fresh_pair) if fresh_pair and fresh_pair.done else None
            tally.reread += bool(fresh_pair and fresh_pair.done)
            if now is not None and not self._is_reported(n, now):
                tally.resolved += 1
                continue
            yield n, self._difference(ids, n, now or one, read_again=bool(fresh_pair and fresh_pair.done))

    def _fresh_suspect(self, n: int, fresh_pair: FreshPair) -> Suspect:
        if fresh_pair.gone or fresh_pair.young or fresh_pair.source is None or fresh_pair.target is None:
            return Suspect(None, None, Outcome(OutcomeCode.EMPTY))
        claim = self.claims[n]
        source, target = (
            value_of(fresh_pair.source.data, claim.source.path, claim.source),
            value_of(fresh_pair.target.data, claim.target.path, claim.target),
        )
        deciding = (
            deciding_value(claim.decided_by(0), fresh_pair.source.data),
            deciding_value(claim.decided_by(1), fresh_pair.target.data),
        )
        return Suspect(source, target, self._compare(n, source, target, deciding))

    def _difference(self, ids: Ids, n: int, one: Suspect, *, read_again: bool) -> Difference:
        claim = self.claims[n]
        return Difference(
            claim.id,
            "property",
            one.outcome.code.name.lower(),
            *ids,
            claim.source.path,
            claim.target.path,
            difference_text(one.source),
            difference_text(one.target),
            one.outcome.detail,
            read_again=read_again,
        )

    def _translate(self, wanted: Sequence[tuple[int, Json]]) -> None:
        """Look up the counterparts of referenced records, for one batch at a time."""
        by_claim: dict[int, set[str]] = {}
        for n, wire in wanted:
            try:
                value = to_canonical(wire, self.claims[n].source.form)
            except NotConvertible:
                continue
            by_claim.setdefault(n, set()).update(_ids(value))
        self._ids = {}
        for n, ids in by_claim.items():
            wanted_ids = self.context.engine.from_arrow(pa.table({"sid": pa.array(sorted(ids), pa.string())}))
            rows = self.translations[n].join(wanted_ids, "sid").select("sid", "tid")
            self._ids[n] = {r["sid"]: r["tid"] for b in self.context.engine.batches(rows) for r in b.to_pylist()}


def _ids(value: Canonical) -> set[str]:
    if isinstance(value, tuple):
        return {one for element in value for one in _ids(element)}
    return set() if value is None else {str(value)}


def _counterparts(value: Canonical, ids: Mapping[str, str]) -> Canonical:
    """Return the ids of the counterparts; raises LookupError for a record without one."""
    if isinstance(value, tuple):
        return tuple(_counterparts(v, ids) for v in value)
    return None if value is None else ids[str(value)]
