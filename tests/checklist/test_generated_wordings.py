"""40 documents of other wordings and notations: what is not read the same is an `unread` check, never silent."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from contact_documents import (
    CONTROL,
    EVERY,
    KEEP,
    PROPS,
    claims,
    compiled,
    csv_table,
    grid_table,
    list_table,
    simple_table,
    spec,
)

from qa_sync.checklist.unread import UNREAD

DOCUMENTS = 40
Change = Callable[[str, random.Random], str]


def _typo(text: str, at: random.Random) -> str:
    place = at.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _without_a_word(text: str, at: random.Random) -> str:
    words = text.split()
    del words[at.randrange(len(words))]
    return " ".join(words)


def _with_a_word(text: str, at: random.Random) -> str:
    words = text.split()
    words.insert(at.randrange(1, len(words)), at.choice(["not", "usually", "only", "new", "the"]))
    return " ".join(words)


def _wrapped(text: str, at: random.Random) -> str:
    words = text.split()
    place = at.randrange(1, len(words))
    return " ".join(words[:place]) + "\n" + " ".join(words[place:])


def _synonym(text: str, at: random.Random) -> str:
    old, new = at.choice(
        [
            ("synchronized", "synchronised"),
            ("will be", "is"),
            ("Every", "Each"),
            ("keep in sync", "stay in sync"),
            ("properties", "fields"),
            ("a link", "the link"),
            ("regardless of", "no matter"),
            (" a ", " an "),
            ("between", "among"),
        ]
    )
    return text.replace(old, new)


SENTENCE_CHANGES: tuple[Change, ...] = (
    lambda text, _: text,
    _typo,
    _without_a_word,
    _with_a_word,
    _wrapped,
    _synonym,
    lambda text, _: text.upper(),
    lambda text, _: text.replace(" ", "  "),
    lambda text, _: text.removesuffix(".").removesuffix(":"),
    lambda text, _: f"* {text}",
    lambda text, _: f"   {text}",
    lambda text, _: f"{text} Contacts are archived.",
    lambda text, _: f"**{text}**",
    lambda text, _: text.replace("Contact ", "Person ", 1),
)
TABLE_CHANGES: tuple[Change, ...] = (
    lambda _, __: list_table(),
    lambda _, at: list_table(at.choice("*+-"), at.choice("*+-")),
    lambda _, __: grid_table(),
    lambda _, __: simple_table(),
    lambda _, __: csv_table(),
    lambda _, at: csv_table(f":header-rows: 1\n   :delim: {(sign := at.choice('|;'))}", sign),
    lambda _, __: list_table().replace("     - ", "     * "),
    lambda _, __: list_table().replace("list-table", "listtable"),
    lambda _, __: list_table().replace("   * - info.jobTitle", "   * -"),
    lambda _, __: list_table().replace("     - lastName\n", ""),
    lambda _, __: list_table().replace("     - lastName", "     - lastName\n     - lastName"),
    lambda _, __: "\n".join(line.removeprefix("   ") for line in list_table().split("\n")),
    lambda _, __: "| a | b |\n|---|---|\n| info.name.first | firstName |",
    lambda _, __: grid_table()[: -len(grid_table()) // 3],
    lambda _, __: list_table().replace(":header-rows: 1", ":header-rows: 0"),
    lambda _, __: "info.name.first -> firstName\ninfo.jobTitle -> lastName",
)


def document(number: int) -> str:
    """Return a document of which one to four blocks are changed."""
    at = random.Random(number)  # noqa: S311 - the same in each run
    blocks = [EVERY, KEEP, PROPS, list_table()]
    for place in at.sample(range(len(blocks)), at.randint(1, len(blocks))):
        changes = TABLE_CHANGES if place == len(blocks) - 1 else SENTENCE_CHANGES
        blocks[place] = at.choice(changes)(blocks[place], at)
    return spec(*blocks)


@pytest.mark.parametrize("number", range(DOCUMENTS))
def test_every_sentence_and_row_becomes_a_check_or_an_error(number: int) -> None:
    text = document(number)
    found = claims(compiled(text))
    unread = [error for kind, _, error in found if kind == UNREAD]
    assert found == CONTROL or (unread and all(unread)), text


def test_the_generator_makes_documents_that_are_read_and_others_that_are_not() -> None:
    same = [claims(compiled(document(number))) == CONTROL for number in range(DOCUMENTS)]
    assert any(same)
    assert not all(same)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("change", range(max(len(SENTENCE_CHANGES), len(TABLE_CHANGES))))
def test_no_change_of_a_single_block_is_silent(place: int, change: int) -> None:
    blocks = [EVERY, KEEP, PROPS, list_table()]
    changes = TABLE_CHANGES if place == len(blocks) - 1 else SENTENCE_CHANGES
    blocks[place] = changes[change % len(changes)](blocks[place], random.Random(change))  # noqa: S311
    found = claims(compiled(spec(*blocks)))
    assert found == CONTROL or any(kind == UNREAD and error for kind, _, error in found), spec(*blocks)
