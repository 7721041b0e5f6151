"""Makes a line of `entities.toml` of each value of a record."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.openapi.model import PropertyDraft
from qa_sync.openapi.properties.concepts import concept_of
from qa_sync.openapi.properties.forms import form_of
from qa_sync.openapi.properties.members import Member
from qa_sync.openapi.properties.times import is_modified
from qa_sync.values.form import Json


def draft_property(
    member: Member, entity: str, *, within: str = "", can_insert: bool, can_update: bool
) -> PropertyDraft:
    """Return the line of a property, with the reasons why parts of it are guesses.

    `within` is the member that the record itself is in.
    """
    keys: dict[str, Json] = {}
    guesses: list[str] = []
    concept = concept_of(member.path.removeprefix(f"{within}.") if within else member.path, entity)
    if concept:
        keys["concept"] = concept
        is_sure = member.read.word("format") == "email" and concept == "email"
        guesses += [] if is_sure else ["concept by its name"]
    written = member.insert or member.update
    keys |= form_of(member, concept, guesses)
    keys |= _writable(member, can_insert=can_insert, can_update=can_update)
    if member.is_required and keys.get("writable") != "never":
        keys["required"] = True
    length = _smallest(member, "maxLength")
    if length is not None and keys.get("convert", "text") in {"text", "email", "phone", "identifier"}:
        keys["max_length"] = length
    optional = keys.get("writable") != "never" and not member.is_required
    if optional and written and not (written.nullable or member.read.nullable):
        # A text is cleared by an empty one; a date or a number that cannot be null always has a value.
        keys |= {"empty": ""} if _is_text(member, keys) else {"required": True}
    if member.read.flag("deprecated"):
        guesses.append("deprecated")
    if member.read.from_example:
        guesses.append("taken from an example")
    return PropertyDraft(member.path, keys, guesses=tuple(guesses))


def _is_text(member: Member, keys: Mapping[str, Json]) -> bool:
    return member.read.is_a("string") and keys.get("convert", "text") in {"text", "phone", "email"}


def _writable(member: Member, *, can_insert: bool, can_update: bool) -> dict[str, Json]:
    in_insert = member.insert is not None and not member.insert.flag("readOnly")
    in_update = member.update is not None and not member.update.flag("readOnly")
    if not (can_insert or can_update):
        return {}
    if member.read.flag("readOnly") or not (in_insert or in_update):
        return {"writable": "never", "why": "the document says that it is only read"}
    if is_modified(member.path, member.read):
        return {"writable": "never", "why": "it is the time of the last change"}
    if can_update and can_insert and in_insert and not in_update:
        return {"writable": "create", "why": "the document says that only an insert takes it"}
    return {}


def _smallest(member: Member, keyword: str) -> int | None:
    values = [s.keywords.get(keyword) for s in (member.read, member.insert, member.update) if s is not None]
    numbers = [v for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 0]
    return min(numbers, default=None)
