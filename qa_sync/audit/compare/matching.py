"""Which records belong together: one to one, or several candidates, or none. Candidates are a finding, not a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

import ibis
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.match_keys import KeySide, all_keys
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.model import MatchRule
from qa_sync.audit.records.tables import RecordTable
from qa_sync.errors import UsageError


class Matched(Struct, frozen=True):
    """Both sides' records with a column `key`: records that belong together have the same, and only these two.

    Who has several candidates is in neither, but in `ambiguous` (`sid`, `tid`; None: nobody has). A null key is that of
    a record that cannot be matched at all. `by_key` says that the key is that of the one criterion itself, so that
    its two properties are the same wherever records belong together.
    """

    source: Table
    target: Table
    ambiguous: Table | None
    by_key: bool = False

    def pairs(self) -> Table:
        """Return `sid` and `tid` of the records that belong together."""
        one, other = self.source.select(sid="id", key="key"), self.target.select(tid="id", key="key")
        return one.join(other, "key").select("sid", "tid")


class AuditContext(Struct, frozen=True):
    """Where matching is done: an engine, a scratch folder, the business time zone."""

    engine: Engine
    scratch: Path
    zone: tzinfo


def match_records(
    context: AuditContext, match: MatchRule, source: RecordTable, target: RecordTable, links: Table | None
) -> Matched:
    """Match two sides' records; `links` (`sid`, `tid`) are those of the engine where it is they that tell."""
    if links is not None:
        return _by_pairs(context.engine, source.table, target.table, links, None)
    sides = [_sides(context, source, target, at, match) for at in range(len(match.keys))]
    if len(sides) == 1 and (found := _by_key(context.engine, *sides[0])) is not None:
        return found
    keys = [
        [all_keys(context.engine, side, context.scratch / f"keys-{at}-{n}.parquet") for n, side in enumerate(both)]
        for at, both in enumerate(sides)
    ]
    for one, other in keys:
        _reject_common_key(context.engine, one, other)
    candidates = [
        one.select(sid="id", key="key").join(other.select(tid="id", key="key"), "key").select("sid", "tid")
        for one, other in keys
    ]
    pairs = context.engine.materialize(_union(candidates).distinct())
    have = [_union([both[n] for both in keys]).select("id").distinct() for n in (0, 1)]
    return _by_pairs(context.engine, source.table, target.table, pairs, (have[0], have[1]))


def _sides(
    context: AuditContext, source: RecordTable, target: RecordTable, at: int, match: MatchRule
) -> tuple[KeySide, KeySide]:
    one, other = match.keys[at]
    forms = PropertyFormats(one.form, other.form, context.zone)
    return (
        KeySide(source.table, source.cell(one.path), one.form, forms),
        KeySide(target.table, target.cell(other.path), other.form, forms),
    )


def _by_key(engine: Engine, source: KeySide, target: KeySide) -> Matched | None:
    """Match by one key that expressions make, without a table of pairs; None when Python must make some of them."""
    sides = [side.table.mutate(key=side.text) for side in (source, target)]
    looks = [engine.row(_key_counts(keyed, side)) for keyed, side in zip(sides, (source, target), strict=True)]
    if any(look["hard"] for look in looks):
        return None
    if all(look["keyed"] == look["keys"] for look in looks):
        return Matched(sides[0], sides[1], None, by_key=True)
    repeated = engine.materialize(_union([_repeated_keys(side) for side in sides]).distinct())
    one, other = (side.select("id", "key").semi_join(repeated, "key") for side in sides)
    _reject_common_key(engine, one, other)
    ambiguous = one.select(sid="id", key="key").join(other.select(tid="id", key="key"), "key").select("sid", "tid")
    return _without_several(engine, Matched(sides[0], sides[1], ambiguous, by_key=True))


def _key_counts(table: Table, side: KeySide) -> Table:
    """Count keys, different keys (by their hashes: a few may be taken for equal), and those that Python must make."""
    hard = ~side.cell.is_kind(Kind.EMPTY) & table.key.isnull()
    return table.aggregate(keyed=table.key.count(), keys=table.key.hash().nunique(), hard=hard.sum())


def _repeated_keys(side: Table) -> Table:
    keyed = side.filter(side.key.notnull())
    counted = keyed.group_by("key").aggregate(n=keyed.count())
    return counted.filter(counted.n > 1).select("key")


def _by_pairs(engine: Engine, source: Table, target: Table, pairs: Table, have: tuple[Table, Table] | None) -> Matched:
    """Match by pairs of ids: the target's id becomes the key of both.

    `have` are the ids of the records that have a key at all (None: all have); such a record without a counterpart
    bears a key that nobody else has.
    """
    here = pairs.group_by("sid").aggregate(s_count=pairs.count())
    there = pairs.group_by("tid").aggregate(t_count=pairs.count())
    counted = pairs.join(here, "sid").join(there, "tid")
    ambiguous = counted.filter((counted.s_count > 1) | (counted.t_count > 1)).select("sid", "tid")
    single = engine.materialize(counted.filter((counted.s_count == 1) & (counted.t_count == 1)).select("sid", "tid"))
    one = _with_keyed(source, have[0] if have else None)
    one = one.left_join(single, one.id == single.sid).drop("sid")
    own = ibis.cases((one.keyed, ibis.literal("\x01") + one.id), else_=ibis.null("string"))
    one = one.mutate(key=one.tid.coalesce(own)).drop("tid", "keyed")
    other = _with_keyed(target, have[1] if have else None)
    other = other.mutate(key=ibis.cases((other.keyed, other.id), else_=ibis.null("string"))).drop("keyed")
    return _without_several(engine, Matched(one, other, ambiguous))


def _with_keyed(table: Table, have: Table | None) -> Table:
    """Tell in a column `keyed` whether a record has a key."""
    if have is None:
        return table.mutate(keyed=ibis.literal(True))
    marked = table.left_join(have.select(with_key="id"), table.id == have.id)
    return marked.mutate(keyed=marked.with_key.notnull()).drop("with_key")


def _without_several(engine: Engine, matched: Matched) -> Matched:
    kept = engine.materialize(matched.ambiguous)
    if not engine.row(kept.aggregate(n=kept.count()))["n"]:
        return replace(matched, ambiguous=None)
    one = matched.source.anti_join(kept.select(id="sid").distinct(), "id")
    other = matched.target.anti_join(kept.select(id="tid").distinct(), "id")
    return replace(matched, source=one, target=other, ambiguous=kept)


def _reject_common_key(engine: Engine, one: Table, other: Table) -> None:
    """Raise UsageError for a key that tells nothing: every record of a value would be a candidate for every other."""
    here = one.group_by("key").aggregate(s_count=one.count())
    there = other.group_by("key").aggregate(t_count=other.count())
    both = here.join(there, "key")
    both = both.filter((both.s_count > 1) | (both.t_count > 1)).mutate(pairs=both.s_count * both.t_count)
    found = engine.row(both.aggregate(pairs=both.pairs.sum(), key=both.key.argmax(both.pairs)))
    if (found["pairs"] or 0) > MAX_PAIRS:
        told = f"what the records are matched by is no key: {found['pairs']} pairs of records would be candidates"
        raise UsageError(f"{told}, most of them with {found['key']!r:.60}", hint="give better [[keys]] in qa-sync.toml")


MAX_PAIRS = 1_000_000


def _union(tables: Sequence[Table]) -> Table:
    return tables[0] if len(tables) == 1 else ibis.union(*tables)
