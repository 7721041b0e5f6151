"""Matches records one to one; records with several candidates are reported, not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

import ibis
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.match_keys import KeySide, all_keys
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.model import MatchRule
from qa_sync.audit.reading.tables import RecordTable
from qa_sync.errors import UsageError


class Matched(Struct, frozen=True):
    """The records of both sides with a column `key`, which exactly the two records of a pair have in common.

    Records with several candidates are not in these tables, but in `ambiguous` (`sid`, `tid`; None: there are none).
    The key is null for records that cannot be matched. `by_key`: the key is the value of the only criterion, so its
    two properties are equal in all pairs.
    """

    source: Table
    target: Table
    ambiguous: Table | None
    by_key: bool = False

    def pairs(self) -> Table:
        """Return `sid` and `tid` of the matched records."""
        one, other = self.source.select(sid="id", key="key"), self.target.select(tid="id", key="key")
        return one.join(other, "key").select("sid", "tid")


class AuditContext(Struct, frozen=True):
    """The engine, the scratch folder and the business time zone of an audit."""

    engine: Engine
    scratch: Path
    zone: tzinfo


def match_records(
    context: AuditContext, match: MatchRule, source: RecordTable, target: RecordTable, links: Table | None
) -> Matched:
    """Match the records of two sides by keys, or by `links` (`sid`, `tid`) of the sync engine if given."""
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
    """Match by one key computed by expressions, without a table of pairs; None if Python must compute some keys."""
    sides = [side.table.mutate(key=side.text) for side in (source, target)]
    counts = [engine.row(_key_counts(side)) for side in (source, target)]
    if any(count["hard"] for count in counts):
        return None
    if all(count["keyed"] == count["keys"] for count in counts):
        return Matched(sides[0], sides[1], None, by_key=True)
    repeated = engine.materialize(_union([_repeated_keys(side) for side in sides]).distinct())
    one, other = (side.select("id", "key").semi_join(repeated, "key") for side in sides)
    _reject_common_key(engine, one, other)
    ambiguous = one.select(sid="id", key="key").join(other.select(tid="id", key="key"), "key").select("sid", "tid")
    return _without_several(engine, Matched(sides[0], sides[1], ambiguous, by_key=True))


def _key_counts(side: KeySide) -> Table:
    """Count keys, different keys (by hash, so a few may be counted as equal), and keys that Python must compute."""
    table = side.table.select(key=side.text, hard=side.needs_python)
    return table.aggregate(keyed=table.key.count(), keys=table.key.hash().nunique(), hard=table.hard.sum())


def _repeated_keys(side: Table) -> Table:
    keyed = side.filter(side.key.notnull())
    counted = keyed.group_by("key").aggregate(n=keyed.count())
    return counted.filter(counted.n > 1).select("key")


def _by_pairs(engine: Engine, source: Table, target: Table, pairs: Table, have: tuple[Table, Table] | None) -> Matched:
    """Match by pairs of ids: the target's id becomes the key of both.

    `have` are the ids of the records that have a key (None: all); such a record without a counterpart gets a key of
    its own.
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
    """Add a column `keyed`: whether a record has a key."""
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
    """Raise UsageError for a key that too many records have in common, which makes them candidates for each other."""
    here = one.group_by("key").aggregate(s_count=one.count())
    there = other.group_by("key").aggregate(t_count=other.count())
    both = here.join(there, "key")
    both = both.filter((both.s_count > 1) | (both.t_count > 1)).mutate(pairs=both.s_count * both.t_count)
    found = engine.row(both.aggregate(pairs=both.pairs.sum(), key=both.key.argmax(both.pairs)))
    if (found["pairs"] or 0) > MAX_PAIRS:
        message = f"the key for matching is not unique: {found['pairs']} pairs of records would be candidates"
        hint = "configure better [[keys]] in qa-sync.toml"
        raise UsageError(f"{message}, most of them with {found['key']!r:.60}", hint=hint)


MAX_PAIRS = 1_000_000


def _union(tables: Sequence[Table]) -> Table:
    return tables[0] if len(tables) == 1 else ibis.union(*tables)
