"""The form of a property from its name and its declared data types, adapted to the properties of the same value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from qa_sync.systems.knowledge.concepts import concept_of
from qa_sync.systems.words import segment_words
from qa_sync.values.form import Form

TEXTS: Final = frozenset({"text", "identifier"})
"""Conversions that say little of a value, so that a property of the same value may say more."""

SPECIAL: Final = frozenset({"email", "phone", "date", "instant", "country", "region"})
"""Conversions of texts that a system accepts only in a certain shape."""

NUMBERS: Final = frozenset({"integer", "decimal", "boolean"})


class InferredForm(Struct, frozen=True):
    """The form of a property, its concept (None: none), and whether the system itself sets the value.

    `declared` is true if a spec or a schema gives the data type.
    """

    form: Form
    concept: str | None = None
    system: bool = False
    declared: bool = False


def form_by_name(path: str, types: Iterable[str]) -> InferredForm:
    """Return the form that the name and the declared types of a property say."""
    named = concept_of(path)
    plain = Form() if named is None else Form(named.concept.type, named.concept.convert, named.concept.options)
    declared = next((kind for kind in types if kind in DECLARED), None)
    form = _as_declared(plain, declared) if declared else _flag(path) or plain
    return InferredForm(
        form, named.name if named else None, system=bool(named and named.concept.system), declared=declared is not None
    )


def _flag(path: str) -> Form | None:
    words = segment_words(path.rpartition(".")[2])
    return Form("boolean", "boolean") if len(words) > 1 and words[0] in {"is", "has"} else None


def _as_declared(plain: Form, declared: str) -> Form:
    if declared == "string":
        return Form("string", plain.convert, plain.options)
    if declared in {"float", "decimal"}:
        return Form("number", "decimal", plain.options if plain.convert == "decimal" else {"places": 2})
    return Form(declared, declared)


DECLARED: Final = frozenset({"string", "integer", "float", "decimal", "boolean"})
"""The data types of specs and schemas that say how a value looks."""


def adapted(own: InferredForm, partners: Sequence[InferredForm]) -> InferredForm:
    """Return a form that fits the properties that hold the same value: an e-mail address is one on both sides."""
    if own.form.convert not in TEXTS:
        return own
    for partner in partners:
        if partner.form.convert in SPECIAL:
            return _like(own, Form("string", partner.form.convert, partner.form.options), partner)
        if partner.form.convert in NUMBERS:
            # A number that a system keeps as a text, unless nothing says that it does.
            kind = "string" if own.declared else partner.form.type
            return _like(own, Form(kind, partner.form.convert, partner.form.options), partner)
    concept = own.concept or next((p.concept for p in partners if p.concept in SHAPED), None)
    return InferredForm(own.form, concept, own.system, own.declared)


SHAPED: Final = frozenset({"currency", "language", "postal_code", "website", "organization_number", "sku"})
"""Concepts of texts that a system accepts only in a certain shape."""


def _like(own: InferredForm, form: Form, partner: InferredForm) -> InferredForm:
    return InferredForm(form, own.concept or partner.concept, own.system, own.declared)
