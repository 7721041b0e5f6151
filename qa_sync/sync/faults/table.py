"""The table of faults: each is a small wrapper around the engine that tests whether the checks detect it.

The engine does not notice a fault: a dropped write counts as synced, so no later cycle repairs it.
"""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.errors import UnknownName
from qa_sync.sync.faults.duplicates import Duplicate, DuplicateOnUpdate
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.faults.first_of_batch import FirstOfBatchOnly, ListCounter
from qa_sync.sync.faults.loose_matching import (
    MatchHalfEmpty,
    beginning,
    domain,
    ending,
    mailbox,
    matching_loosely,
    national_number,
)
from qa_sync.sync.faults.matching import MergeByName, MergeEmpty, create_unlinked, ignore_condition, no_merge
from qa_sync.sync.faults.moments.cursors import CursorAtEnd, CursorInSeconds, MoveCursorToEnd
from qa_sync.sync.faults.moments.first_sight import CreateAtFirstSight, FirstSights
from qa_sync.sync.faults.moments.lost_edits import (
    IgnoredStates,
    LoseEditsDuringCycle,
    LostDoubleEdit,
    source_always_wins,
)
from qa_sync.sync.faults.moments.record_times import SameSecondAsCreated, SameSecondAsOwnWrite
from qa_sync.sync.faults.reads import FirstPageOnly, LateListing, LoseLastPage
from qa_sync.sync.faults.values import coded, lists, numbers, texts, times
from qa_sync.sync.faults.values.altered_values import altering, altering_on_create
from qa_sync.sync.faults.values.cleared_texts import MarkErasedTexts, as_nothing
from qa_sync.sync.faults.writes.ignored_changes import (
    IgnoreKnownValues,
    case_folded,
    ignoring,
    in_any_order,
    without_accents,
    without_blanks,
)
from qa_sync.sync.faults.writes.invented_values import FillFromAlike, inventing, null_text, zero
from qa_sync.sync.faults.writes.lost_writes import (
    DeleteOnUpdate,
    DropCreate,
    FillMatchedOnce,
    FirstUpdateOnly,
    dropping_updates,
    without_reverse_updates,
)
from qa_sync.sync.faults.writes.reverted_values import FlippingSystem, RevertingSystem, reverting_updates
from qa_sync.sync.faults.writes.unmapped import ClearValues, DropElements, ResetFlags, ResetLines
from qa_sync.sync.faults.writes.wrong_property import (
    EraseOnMerge,
    ResetOthers,
    ResetUnmapped,
    SwapProperties,
    wrong_property,
)
from qa_sync.sync.faults.writes.wrong_record import CrossSection, FirstReference, WrongRecord
from qa_sync.sync.lanes import Side

REVERT_TARGET_UPDATES = reverting_updates(Side.TARGET)

FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("drop-create", "Never creates counterparts.", DropCreate),
        Fault("drop-update", "Drops every update, in both directions.", dropping_updates(*Side)),
        Fault("drop-update-forward", "Drops every update of the target.", dropping_updates(Side.TARGET)),
        Fault("drop-update-backward", "Drops every update of the source.", dropping_updates(Side.SOURCE)),
        Fault(
            "one-way",
            "Treats the source as read-only: edits on the target are not synchronized.",
            lane=without_reverse_updates,
        ),
        Fault("first-update-only", "Updates each record only once.", FirstUpdateOnly),
        Fault("late", "Detects new and changed records long after the timeout.", system=LateListing),
        Fault("duplicate", "Creates each counterpart twice.", Duplicate),
        Fault("duplicate-on-update", "Creates a copy of the record on each update.", DuplicateOnUpdate),
        Fault("swap-properties", "Swaps two text properties on every write.", SwapProperties),
        Fault("wrong-property", "Writes a text to the wrong property of the same record.", lane=wrong_property),
        Fault("truncate", "Truncates long text to a third on every write.", altering(texts.cut)),
        Fault("case-fold", "Writes text in lower case.", altering(texts.lower)),
        Fault("trim", "Strips leading and trailing whitespace from text.", altering(texts.stripped)),
        Fault("strip-accents", "Removes accents from letters.", altering(texts.without_accents)),
        Fault("drop-astral", "Drops characters that need four bytes in UTF-8.", altering(texts.without_astral)),
        Fault("html-escape-twice", "Escapes text as HTML twice: & becomes &amp;amp;.", altering(texts.escaped_twice)),
        Fault("lose-leading-zero", "Drops leading zeros from texts of digits.", altering(texts.without_leading_zeros)),
        Fault("round-decimals", "Rounds decimals to integers.", altering(numbers.rounded)),
        Fault("type-change", "Writes numbers as strings, and strings of digits as numbers.", altering(numbers.retyped)),
        Fault("sign-lost", "Drops the sign of negative numbers.", altering(numbers.unsigned)),
        Fault(
            "false-as-missing",
            "Treats false as a missing value and does not write it.",
            altering(numbers.without_false),
        ),
        Fault(
            "zero-as-missing", "Treats zero as a missing value and does not write it.", altering(numbers.without_zero)
        ),
        Fault("timezone-shift", "Reads timestamps 12 hours early.", system=times.ShiftInstants),
        Fault("day-shift", "Writes dates one day early.", altering(times.day_earlier)),
        Fault("country-name", "Writes country names instead of country codes.", altering(texts.country_named)),
        Fault("country-code", "Writes country codes instead of country names.", altering(texts.country_coded)),
        Fault("reset-others", "Clears the mapped texts that an update does not contain.", ResetOthers),
        Fault(
            "empty-erases", "Clears the copy of a text that is cleared.", altering(as_nothing), system=MarkErasedTexts
        ),
        Fault(
            "stale-overwrite",
            "Restores the old value of the target one cycle after an update.",
            REVERT_TARGET_UPDATES,
            system=RevertingSystem,
        ),
        Fault(
            "ping-pong",
            "Alternates between the old and the new value of the target.",
            REVERT_TARGET_UPDATES,
            system=FlippingSystem,
        ),
        Fault("wrong-record", "Updates another record of the same entity.", WrongRecord),
        Fault("merge-by-name", "Overwrites a record with the same name instead of creating one.", MergeByName),
        Fault("no-merge", "Ignores the merge table.", lane=no_merge),
        Fault("merge-empty", "Matches records that both lack a value in a row of the merge table.", MergeEmpty),
        Fault("create-unlinked", "Creates counterparts although a link is required first.", lane=create_unlinked),
        Fault("ignore-condition", "Ignores conditions.", lane=ignore_condition),
        Fault("lose-list-item", "Drops the last item of a list.", altering(lists.without_last)),
        Fault("reorder-list", "Writes lists in reverse order.", altering(lists.reversed_list)),
        Fault("last-page-lost", "Never reads the last page of a list.", system=LoseLastPage),
        Fault("first-page-only", "Reads only the first page of a list.", system=FirstPageOnly),
        Fault("cross-section", "Also changes a record of another section on each write.", CrossSection),
        Fault(
            "one-at-a-time",
            "Processes only the first of several records in a cycle.",
            FirstOfBatchOnly,
            system=ListCounter,
        ),
        Fault("matched-once", "Updates a matched record only once.", FillMatchedOnce),
        Fault("erase-on-merge", "Clears values of a matched record that its counterpart lacks.", EraseOnMerge),
        Fault("reset-unmapped", "Clears texts that are not mapped on each update.", ResetUnmapped),
        Fault("case-blind", "Ignores edits that change only the case of letters.", ignoring(case_folded)),
        Fault("delete-on-update", "Deletes a record instead of updating it.", DeleteOnUpdate),
        Fault("first-reference", "Points every reference to the first record.", FirstReference),
        Fault("true-at-first", "Creates records with every boolean set to true.", numbers.TrueOnCreate),
        Fault(
            "lose-inner-zero",
            "Drops zeros after the decimal point: 12.05 becomes 12.5.",
            altering(numbers.without_inner_zero),
        ),
        Fault("url-decode", "Decodes text as if it were URL-encoded.", altering(texts.url_decoded)),
        Fault("lose-backslash", "Removes backslashes from text.", altering(texts.unescaped)),
        Fault("lose-added-item", "Does not synchronize items added to a list.", lists.with_length(lists.no_longer)),
        Fault("keep-removed-item", "Keeps items that were removed from a list.", lists.with_length(lists.no_shorter)),
        Fault(
            "stale-source",
            "Restores the old value of the source one cycle after an update.",
            reverting_updates(Side.SOURCE),
            system=RevertingSystem,
        ),
        Fault(
            "truncate-at-first",
            "Truncates the texts of new records to 90 characters.",
            altering_on_create(texts.cut_late),
        ),
        Fault("lose-country-prefix", "Cuts the country's prefix off phone numbers.", altering(coded.without_prefix)),
        Fault("lose-mail-tag", "Drops what stands behind a + in a mailbox.", altering(coded.without_tag)),
        Fault("mail-domain", "Writes e-mail addresses with another domain.", altering(coded.elsewhere)),
        Fault("wrong-region", "Writes regions with another last character.", altering(coded.other_region)),
        Fault(
            "wrong-region-country",
            "Writes regions with another country in front.",
            altering(coded.region_elsewhere),
        ),
        Fault("wrong-choice", "Writes another of the values of a choice.", altering(coded.other_choice)),
        Fault("merge-by-mailbox", "Matches e-mail addresses without their domain.", matching_loosely(mailbox)),
        Fault("merge-by-domain", "Matches e-mail addresses by their domain alone.", matching_loosely(domain)),
        Fault(
            "merge-by-national-number",
            "Matches phone numbers without their country.",
            matching_loosely(national_number),
        ),
        Fault("merge-by-beginning", "Matches values without their last character.", matching_loosely(beginning)),
        Fault("merge-by-end", "Matches values without their first character.", matching_loosely(ending)),
        Fault("reset-flags", "Turns the flags that are not mapped on each update.", ResetFlags),
        Fault("clear-unmapped", "Clears numbers and dates that are not mapped on each update.", ClearValues),
        Fault("drop-elements", "Keeps only the elements of a list that rows select.", DropElements),
        Fault("reset-lines", "Clears what is not mapped in the lines of an order on each update.", ResetLines),
        Fault("accent-blind", "Ignores edits that change only accents.", ignoring(without_accents)),
        Fault("blank-blind", "Ignores edits that change only blanks.", ignoring(without_blanks)),
        Fault("order-blind", "Ignores edits that change only the order of a list.", ignoring(in_any_order)),
        Fault("truncate-to-column", "Truncates text to 255 characters.", altering(texts.cut_to_column)),
        Fault("truncate-to-500", "Truncates text to 500 characters.", altering(texts.cut_to_many)),
        Fault("single-precision", "Keeps seven digits of decimals.", altering(numbers.single_precision)),
        Fault("double-precision", "Keeps 15 digits of decimals.", altering(numbers.double_precision)),
        Fault("two-decimals", "Rounds amounts of all currencies to two decimals.", altering(numbers.with_cents)),
        Fault("one-currency", "Writes one currency for all.", altering(coded.one_currency)),
        Fault("join-lines", "Joins the lines of one product, or of one name.", lists.JoinLines),
        Fault("lose-tags", "Strips the tags of HTML that both sides hold.", altering(texts.without_tags)),
        Fault("other-tags", "Writes HTML with other tags.", altering(texts.with_other_tags)),
        Fault("none-as-text", "Writes null as a text where a new record has no value.", inventing(null_text)),
        Fault("none-as-zero", "Writes 0 and false where a new record has no value.", inventing(zero)),
        Fault(
            "fill-from-alike", "Fills a value that a new record lacks with that of an alike property.", FillFromAlike
        ),
        Fault("merge-half-empty", "Matches a value with none where other texts are equal.", MatchHalfEmpty),
        Fault("source-wins", "Keeps the source's value when both sides were edited.", lane=source_always_wins),
        Fault(
            "same-second-as-create",
            "Loses edits in the second of a record's creation.",
            system=SameSecondAsCreated,
        ),
        Fault(
            "same-second-as-write",
            "Loses edits in the second of the sync's own write of the record.",
            system=SameSecondAsOwnWrite,
        ),
        Fault(
            "cursor-in-seconds",
            "Reads only records changed in a later second than the newest one it has read.",
            system=CursorInSeconds,
        ),
        Fault(
            "cursor-at-end",
            "Counts everything as read up to the second of its own last write.",
            MoveCursorToEnd,
            system=CursorAtEnd,
        ),
        Fault(
            "lose-during-cycle",
            "Loses edits that are made while a cycle runs.",
            LoseEditsDuringCycle,
            system=IgnoredStates,
        ),
        Fault("lose-double-edit", "Loses edits of a record that was edited twice in a cycle.", system=LostDoubleEdit),
        Fault("known-values", "Ignores an edit back to values that it has written before.", IgnoreKnownValues),
        Fault(
            "first-sight",
            "Judges conditions and connections of a record only when it first sees it.",
            CreateAtFirstSight,
            system=FirstSights,
        ),
    )
}


def find_fault(name: str) -> Fault:
    """Return the fault with the name; raises UnknownName with a suggestion."""
    if name not in FAULTS:
        raise UnknownName("fault", name, FAULTS)
    return FAULTS[name]
