"""Every kind of check: its claim, the statement of a spec that asks for it, and the steps of its scenario."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class CheckKind(Struct, frozen=True):
    """A kind of check; `asked_by` is the statement that asks for it, `steps` are the steps of its scenario in order."""

    claim: str
    asked_by: str
    steps: tuple[str, ...]


KINDS: Mapping[str, CheckKind] = {
    "unread": CheckKind(
        "The spec shows nothing that is not understood.",
        "a sentence, table, row or cell that no known form covers",
        (
            "Compare the text with the known forms while the spec is read; nothing is run.",
            "Report an error at the line, with the closest form and the words that differ.",
        ),
    ),
    "create": CheckKind(
        "A new source record gets exactly one counterpart.",
        "`every`, `condition`",
        (
            "Create the records of other sections that the source record refers to.",
            (
                "Create two source records with different values, and up to three that lack some, so that of alike "
                "properties each is missing beside the others; only one if it cannot be deleted again."
            ),
            "Wait until each has exactly one counterpart on the target, at most until the timeout.",
            "With `--depth thorough`, do the same with one record more than a page of the source's list holds.",
        ),
    ),
    "unique": CheckKind(
        "Further cycles of the sync create no second counterpart.",
        "`every`, `condition`",
        (
            "Continue with the records of `create`.",
            "Wait for 2 more cycles of the sync.",
            "Search the target: each record still has one counterpart.",
        ),
    ),
    "property": CheckKind(
        "The counterpart of a new record shows the source's value in this property.",
        "a row of the property table",
        (
            (
                "Continue with the records of `create`; where the spec creates nothing, with records that were "
                "matched or connected."
            ),
            "Read the source's value back from its API, and convert it for the target.",
            "Where the source has no value, the target must have none.",
            "Wait until the target shows this value, and check that it still does after 2 more cycles.",
            "A row with `Dependant on having` gets a record of its own that meets the dependency.",
        ),
    ),
    "update-forward": CheckKind(
        "An edit on the source reaches the target.",
        "`keep`",
        (
            "Create a linked pair of records, a second pair, and records that must not change.",
            (
                "Edit the property on the source in several rounds: other values, then, for texts, only their case, "
                "only accents and only blanks, and for lines only their order. In the first round edit the second pair "
                "too. With `--depth thorough` each property is edited by itself."
            ),
            "After each round wait until the target shows the new value, and check every other property.",
        ),
    ),
    "update-backward": CheckKind(
        "An edit on the target reaches the source.",
        "`keep`",
        (
            "Continue with the pair of `update-forward`.",
            "Edit the property on the target in the same rounds.",
            "After each round wait until the source shows the new value, and check every other property.",
        ),
    ),
    "any-time": CheckKind(
        "An edit arrives at whatever moment it is made.",
        "`keep`",
        (
            "Create a linked pair, and edit the source record at once after its create.",
            "Edit the source record as soon as the counterpart is there, and the target record when that arrives.",
            "Edit the source record, and once more while the sync carries the first edit.",
            "Edit the source record twice before the sync runs, and then the target record.",
            "After each wait until the other side shows the last value.",
        ),
    ),
    "newest-wins": CheckKind(
        "When both sides edit the same property, the later edit ends up on both sides.",
        '`keep`, unless `conflict = "unchecked"`',
        (
            "Continue with the pair of `update-backward`.",
            (
                "Edit the property on the source, and then on the target; the sync is held in between. Where it runs "
                "by itself, look whether the first edit had arrived before the second, and then try again, at most 5 "
                "times."
            ),
            "Wait until both sides show the later value.",
            "Repeat it with the target first.",
        ),
    ),
    "independent": CheckKind(
        "When each side edits another property, both edits survive.",
        "`keep`",
        (
            "Continue with the pair of `newest-wins`.",
            (
                "Edit half of the properties on the source and the other half on the target; the sync is held in "
                "between, or the edits are tried again, as for `newest-wins`."
            ),
            "Wait until both sides show all of the edits.",
        ),
    ),
    "stable": CheckKind(
        "When nothing is edited, further cycles change nothing.",
        "`keep`",
        (
            "Continue with the pair after its last edit, and remember both records.",
            "Wait for 3 more cycles. After each of them compare both records with what was remembered.",
        ),
    ),
    "isolated": CheckKind(
        "Records and properties that the spec does not mention stay as they are.",
        "`keep`",
        (
            (
                "Before the edits of `update-forward`, create other records of the same entities, among them one "
                "on the target that looks like a source record."
            ),
            (
                "Give the linked pair more than the rows need: on each side a value in every property that no row "
                "mentions, also in each line of an order, and one more element in each list from which a row selects "
                "one."
            ),
            "Remember them, and run all edits of the other checks.",
            (
                "Wait for 3 more cycles. After each compare the other records, and what no row of the pair is about, "
                "with what was remembered."
            ),
        ),
    ),
    "not-without-link": CheckKind(
        "A source record that matches nothing gets no counterpart.",
        "`link-first`",
        (
            "Create a source record that matches no target record and is connected to nothing.",
            "Wait for 3 cycles, and search the target: there is no counterpart.",
        ),
    ),
    "connected": CheckKind(
        "A new source record that is connected to a synchronized record gets one counterpart.",
        "`new-if-connected`",
        (
            "Create a record of an entity that the statement lists, and wait for its counterpart.",
            "Create a source record that refers to it.",
            "Wait until it has exactly one counterpart, and check that it still has one after more cycles.",
        ),
    ),
    "merge": CheckKind(
        "Two records with the same value in this row of the merge table become linked.",
        "a row of the merge table",
        (
            (
                "Create a target record with a value, and a source record with the same value in this row only. "
                "Some properties get a value on the target alone."
            ),
            (
                "Wait until the target record shows the values of the source record, and the source record those "
                "that only the target had."
            ),
            "Wait for 3 more cycles, and search the target: no second record was created.",
            "Edit the pair on the source and then on the target, and wait until the other side follows.",
        ),
    ),
    "matching": CheckKind(
        "A source record that matches a target record is linked with it, and none is created.",
        "`matching`",
        (
            "Continue with the records of the first row of `merge`.",
            "Wait until the two records are linked, and check after 3 more cycles that there is no second one.",
        ),
    ),
    "merge-not": CheckKind(
        "Two records with different or empty values in the merge table are not linked.",
        "`merge-if`",
        (
            "`different`: create two records that are alike except in the rows of the merge table.",
            (
                "Near misses: create records that are alike in everything else, and differ as little as possible in "
                "one row: in the mailbox or the domain of an e-mail address, the country or the last digit of a phone "
                "number, the last character of a text, the next number or day."
            ),
            "`empty`: create two records without a value in a row, and different in the others.",
            "Create records that are alike in everything else, of which only one has a value in a row.",
            (
                "Wait for 3 cycles: the target record is unchanged, and the source record has a counterpart of "
                "its own or, where the spec creates none, no counterpart."
            ),
        ),
    ),
    "condition": CheckKind(
        "A source record inside the condition gets a counterpart, one outside gets none.",
        "`condition`",
        (
            "Take the condition from `[[conditions]]` in the settings; without an entry the check is manual.",
            "Create a source record outside the condition, and one inside it for each value, at most 5.",
            "Wait until each record inside has one counterpart.",
            "Wait for 3 more cycles, and search the target: the record outside has none.",
        ),
    ),
    "empty": CheckKind(
        "A cleared value does on the other side what the policy `empty` says.",
        "`keep`",
        (
            "Create a linked pair for each direction, and wait until all values have arrived.",
            (
                "Clear the values that can be cleared on one side, and edit another one, whose arrival shows that the "
                "sync has read the edit; without another one, edit a cleared value at the end."
            ),
            (
                'With `empty = "keep"` wait for 2 cycles: the other side still shows its values. With `empty = '
                '"erase"` wait until the other side is empty too.'
            ),
        ),
    ),
    "deletes": CheckKind(
        "A deleted record does on the other side what the policy `deletes` says.",
        '`keep`, unless `deletes = "unchecked"`',
        (
            "Create a linked pair for each direction, and delete one of its two records.",
            (
                'With `deletes = "kept"` wait for 2 cycles: the counterpart is still there, and the deleted '
                'record is not created again. With `deletes = "carried"` wait until the counterpart is gone.'
            ),
        ),
    ),
}
"""The kinds by name, in the order of a checklist; a check's id has the name after the section's key."""
