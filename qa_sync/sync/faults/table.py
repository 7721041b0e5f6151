"""Misbehaviours on request: each a small wrapper round the engine, to try whether a judge notices.

The engine goes on as if all were well: what a fault swallows counts as synced, so that no later cycle repairs it.
"""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.errors import UnknownName
from qa_sync.sync.faults.duplicates import Duplicate, DuplicateOnUpdate
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.faults.first_of_batch import FirstOfBatchOnly, ListCounter
from qa_sync.sync.faults.lost_writes import (
    DeleteOnUpdate,
    DropCreate,
    FillMatchedOnce,
    FirstUpdateOnly,
    IgnoreCaseChanges,
    dropping_updates,
    without_reverse_updates,
)
from qa_sync.sync.faults.matching import MergeByName, MergeEmpty, create_unlinked, ignore_condition, no_merge
from qa_sync.sync.faults.reads import LateListing, LoseLastPage
from qa_sync.sync.faults.reverted_values import FlippingSystem, RevertingSystem, reverting_updates
from qa_sync.sync.faults.values import lists, numbers, texts, times
from qa_sync.sync.faults.values.altered_values import altering, altering_on_create
from qa_sync.sync.faults.values.cleared_texts import MarkErasedTexts, as_nothing
from qa_sync.sync.faults.wrong_property import EraseOnMerge, ResetOthers, ResetUnmapped, SwapProperties, wrong_property
from qa_sync.sync.faults.wrong_record import CrossSection, FirstReference, WrongRecord
from qa_sync.sync.lanes import Side

REVERT_TARGET_UPDATES = reverting_updates(Side.TARGET)

FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("drop-create", "Counterparts are never created.", DropCreate),
        Fault("drop-update", "No update is written, either way.", dropping_updates(*Side)),
        Fault("drop-update-forward", "No update is written to the target.", dropping_updates(Side.TARGET)),
        Fault("drop-update-backward", "No update is written to the source.", dropping_updates(Side.SOURCE)),
        Fault(
            "one-way",
            "The source counts as read-only: edits on the target are not carried back.",
            lane=without_reverse_updates,
        ),
        Fault("first-update-only", "Each record is updated once, and never again.", FirstUpdateOnly),
        Fault("late", "A new or changed record is noticed long after the deadline.", system=LateListing),
        Fault("duplicate", "A counterpart is created twice.", Duplicate),
        Fault("duplicate-on-update", "An update also creates a copy of the record.", DuplicateOnUpdate),
        Fault("swap-properties", "Two text properties are exchanged on every write.", SwapProperties),
        Fault("wrong-property", "A text is carried into the property beside its own.", lane=wrong_property),
        Fault("truncate", "Long text is cut to a third on every write.", altering(texts.cut)),
        Fault("case-fold", "Text is written in lower case.", altering(texts.lower)),
        Fault("trim", "Blanks before and after a text are lost.", altering(texts.stripped)),
        Fault("strip-accents", "Letters lose their accents.", altering(texts.without_accents)),
        Fault("drop-astral", "Characters beyond three bytes of UTF-8 are lost.", altering(texts.without_astral)),
        Fault("html-escape-twice", "Text is written with its & as &amp;amp;.", altering(texts.escaped_twice)),
        Fault("lose-leading-zero", "Texts of digits lose leading zeros.", altering(texts.without_leading_zeros)),
        Fault("round-decimals", "Decimals are rounded to whole numbers.", altering(numbers.rounded)),
        Fault("type-change", "Numbers travel as texts, texts of digits as numbers.", altering(numbers.retyped)),
        Fault("sign-lost", "Negative numbers lose their sign.", altering(numbers.unsigned)),
        Fault("false-as-missing", "False counts as no value, and is not written.", altering(numbers.without_false)),
        Fault("zero-as-missing", "Zero counts as no value, and is not written.", altering(numbers.without_zero)),
        Fault("timezone-shift", "Instants are read half a day early.", system=times.ShiftInstants),
        Fault("day-shift", "Dates are written a day early.", altering(times.day_earlier)),
        Fault("country-name", "Countries are written by name where a code belongs.", altering(texts.country_named)),
        Fault("reset-others", "An update clears the texts that it does not mention.", ResetOthers),
        Fault("empty-erases", "A text that is emptied erases its copy.", altering(as_nothing), system=MarkErasedTexts),
        Fault(
            "stale-overwrite",
            "An old value of the target comes back a cycle later.",
            REVERT_TARGET_UPDATES,
            system=RevertingSystem,
        ),
        Fault(
            "ping-pong",
            "Old and new values of the target take turns for ever.",
            REVERT_TARGET_UPDATES,
            system=FlippingSystem,
        ),
        Fault("wrong-record", "An update lands on another record of the entity.", WrongRecord),
        Fault("merge-by-name", "A record of the same name is taken for the new one, and overwritten.", MergeByName),
        Fault("no-merge", "The merge table is ignored.", lane=no_merge),
        Fault("merge-empty", "Records without a value in a row of the merge table count as the same.", MergeEmpty),
        Fault("create-unlinked", "Counterparts are created although a link must come first.", lane=create_unlinked),
        Fault("ignore-condition", "Conditions are ignored.", lane=ignore_condition),
        Fault("lose-list-item", "The last item of a list is lost.", altering(lists.without_last)),
        Fault("reorder-list", "Lists are written the other way round.", altering(lists.reversed_list)),
        Fault("last-page-lost", "The last page of a list is never read.", system=LoseLastPage),
        Fault("cross-section", "Each write also changes a record of another section.", CrossSection),
        Fault(
            "one-at-a-time",
            "Of several records only the first is seen to in a cycle.",
            FirstOfBatchOnly,
            system=ListCounter,
        ),
        Fault("matched-once", "A record that was matched is filled, and never updated again.", FillMatchedOnce),
        Fault("erase-on-merge", "What one of two matched records lacks is cleared in the other.", EraseOnMerge),
        Fault("reset-unmapped", "An update clears texts that no row is about.", ResetUnmapped),
        Fault("case-blind", "An edit that changes nothing but case is not noticed.", IgnoreCaseChanges),
        Fault("delete-on-update", "A record is deleted when it should be updated.", DeleteOnUpdate),
        Fault("first-reference", "References point to the first record there is.", FirstReference),
        Fault("true-at-first", "A new record's truths are true, whatever they should be.", numbers.TrueOnCreate),
        Fault("lose-inner-zero", "12.05 is written as 12.5.", altering(numbers.without_inner_zero)),
        Fault("url-decode", "Text is decoded as if it stood in a URL.", altering(texts.url_decoded)),
        Fault("lose-backslash", "Text loses its backslashes.", altering(texts.unescaped)),
        Fault("lose-added-item", "An item that is added to a list is not carried.", lists.with_length(lists.no_longer)),
        Fault("keep-removed-item", "An item that is removed from a list stays.", lists.with_length(lists.no_shorter)),
        Fault(
            "stale-source",
            "An old value of the source comes back.",
            reverting_updates(Side.SOURCE),
            system=RevertingSystem,
        ),
        Fault(
            "truncate-at-first", "A new record's texts are cut to 90 characters.", altering_on_create(texts.cut_late)
        ),
    )
}


def find_fault(name: str) -> Fault:
    """Return the fault with that name; raises UnknownName with the nearest one."""
    if name not in FAULTS:
        raise UnknownName("fault", name, FAULTS)
    return FAULTS[name]
