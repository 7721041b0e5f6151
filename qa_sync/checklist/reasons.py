"""Why a check has no steps that decide it: a stable code for programs, and a text for people; pure.

The codes are part of the contract `qa-sync/checklist/1`: a code keeps its meaning, new ones may be added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct


class ReasonCode(StrEnum):
    """The codes of reasons; MEANINGS says what each means."""

    NO_CONNECTOR = "no-connector"
    UNKNOWN_ENTITY = "unknown-entity"
    NOT_UNDERSTOOD = "not-understood"
    UNKNOWN_PROPERTY = "unknown-property"
    NO_PAIRS = "no-pairs"
    NO_IDENTIFYING_PROPERTY = "no-identifying-property"
    CANNOT_LIST = "cannot-list"
    CANNOT_LOOKUP = "cannot-lookup"
    CANNOT_INSERT = "cannot-insert"
    CANNOT_UPDATE = "cannot-update"
    CANNOT_DELETE = "cannot-delete"
    UNSUPPORTED_LIST = "unsupported-list"
    UNSUPPORTED_LOOKUP = "unsupported-lookup"
    UNSUPPORTED_INSERT = "unsupported-insert"
    UNSUPPORTED_UPDATE = "unsupported-update"
    UNSUPPORTED_DELETE = "unsupported-delete"
    READ_ONLY_PROPERTY = "read-only-property"
    READ_ONLY_SYSTEM = "read-only-system"
    ID_AND_VALUE = "id-and-value"
    NO_CONDITION = "no-condition"
    CONDITION_PROPERTY = "condition-property"
    NO_VALUE_OUTSIDE = "no-value-outside"
    NO_LITERAL = "no-literal"
    NO_CRITERION = "no-criterion"
    COMMON_VALUE = "common-value"
    NOT_LINKABLE = "not-linkable"
    NO_CONNECTION = "no-connection"
    LINK_NOT_VISIBLE = "link-not-visible"
    NOT_EDITABLE = "not-editable"
    NOT_CLEARABLE = "not-clearable"
    NO_MODIFICATION_TIME = "no-modification-time"
    REQUIRED_VALUE = "required-value"


MEANINGS: Final[Mapping[ReasonCode, str]] = {
    ReasonCode.NO_CONNECTOR: "No connector is known for a system of the section.",
    ReasonCode.UNKNOWN_ENTITY: "The connector has no entity of that name: most likely it is misspelled (an error).",
    ReasonCode.NOT_UNDERSTOOD: "The spec says something that is not understood (an error).",
    ReasonCode.UNKNOWN_PROPERTY: "The connector has no property of that name.",
    ReasonCode.NO_PAIRS: "Nothing says which properties the two entities share.",
    ReasonCode.NO_IDENTIFYING_PROPERTY: "No shared property holds a text by which a counterpart could be found.",
    ReasonCode.CANNOT_LIST: "The system has no operation that lists the records.",
    ReasonCode.CANNOT_LOOKUP: "The system has no operation that reads a record by its id.",
    ReasonCode.CANNOT_INSERT: "The system has no operation that creates a record.",
    ReasonCode.CANNOT_UPDATE: "The system has no operation that updates a record.",
    ReasonCode.CANNOT_DELETE: "The system has no operation that deletes a record.",
    ReasonCode.UNSUPPORTED_LIST: "The connector defines the list in a way that qa-sync does not support.",
    ReasonCode.UNSUPPORTED_LOOKUP: "The connector defines the lookup in a way that qa-sync does not support.",
    ReasonCode.UNSUPPORTED_INSERT: "The connector defines the insert in a way that qa-sync does not support.",
    ReasonCode.UNSUPPORTED_UPDATE: "The connector defines the update in a way that qa-sync does not support.",
    ReasonCode.UNSUPPORTED_DELETE: "The connector defines the delete in a way that qa-sync does not support.",
    ReasonCode.READ_ONLY_PROPERTY: "The property cannot be written, or not after the record was created.",
    ReasonCode.READ_ONLY_SYSTEM: "The settings do not allow writes to the system.",
    ReasonCode.ID_AND_VALUE: "One property is an id of another record, and nothing says that the other one is.",
    ReasonCode.NO_CONDITION: "The settings do not say what the condition of the section means.",
    ReasonCode.CONDITION_PROPERTY: "No record can be created with the value that the condition or the row asks for.",
    ReasonCode.NO_VALUE_OUTSIDE: "No value is known that does not meet the condition.",
    ReasonCode.NO_LITERAL: "The settings do not give the value of a name such as `wd:Q30`.",
    ReasonCode.NO_CRITERION: "The spec does not say which records match, or no row of its merge table can be tested.",
    ReasonCode.COMMON_VALUE: "Many records share the values of the property, so they identify none.",
    ReasonCode.NOT_LINKABLE: "No linked pair can be created, for several reasons.",
    ReasonCode.NO_CONNECTION: "No property connects a record with an entity of the section's list.",
    ReasonCode.LINK_NOT_VISIBLE: "No property can show whether two records are linked.",
    ReasonCode.NOT_EDITABLE: "No property, or not this one, can be edited as the check needs it.",
    ReasonCode.NOT_CLEARABLE: "No property can be cleared on one side and written on the other.",
    ReasonCode.NO_MODIFICATION_TIME: "An entity has no modification time, so the later of two edits is not known.",
    ReasonCode.REQUIRED_VALUE: "The property cannot be empty.",
}


class Reason(Struct, frozen=True):
    """Why a check is skipped, manual or an error."""

    code: ReasonCode
    text: str

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def operation_code(verb: str, *, supported: bool) -> ReasonCode:
    """Return the code for a missing operation.

    `supported` is false if the connector defines it, and qa-sync does not support how.
    """
    return ReasonCode(f"{'cannot' if supported else 'unsupported'}-{verb}")


def combined(text: str, reasons: Sequence[Reason], otherwise: ReasonCode) -> Reason:
    """Return one reason for several, with their texts; their code if all have the same one."""
    codes = {reason.code for reason in reasons}
    code = codes.pop() if len(codes) == 1 else otherwise
    return Reason(code, f"{text}: {'; '.join(reason.text for reason in reasons)}")
