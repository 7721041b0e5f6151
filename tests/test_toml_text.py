"""A TOML file that the library cannot take is an error with the file and what is wrong, for whatever it is read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cli_caller import ROOT, QaSync
from hypothesis import given
from hypothesis import strategies as st
from people_api import write_connector

from qa_sync.settings import key_lines as module
from qa_sync.settings.key_lines import key_lines
from qa_sync.settings.read import MOST_PROBLEMS
from qa_sync.toml_text import MOST_PARTS, parse_toml

HOSTILE = {
    "lists within each other": "a = " + "[" * 100_000,
    "tables within each other": "a = " + "{a = " * 50_000,
    "a number of 100,000 digits": "a = " + "9" * 100_000,
    "a key of 50,000 parts": "a" + ".a" * 50_000 + " = 1",
    "a header of 50,000 parts": "[a" + ".a" * 50_000 + "]",
    "a key of 50,000 quoted parts": "\n# b\n 'a'" + ' . "a"' * 50_000 + " = 1",
    "a date that does not exist": "a = 2024-02-31",
}
READERS = {
    "settings": ("check", "specs/000.txt", "--no-history", "--config", "{file}"),
    "baseline": ("check", "specs/000.txt", "--no-history", "--baseline", "{file}"),
    "sign-off": ("check", "specs/000.txt", "--no-history", "--report", "html={place}/x.html", "--sign-off", "{file}"),
    "cards": ("connectors", "check", "{place}/alpha"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("reader", READERS)
def test_it_is_reported_as_no_toml(reader: str, name: str, qa_sync: QaSync, tmp_path: Path) -> None:
    write_connector(tmp_path / "alpha")
    file = tmp_path / ("alpha/entities.toml" if reader == "cards" else "x.toml")
    file.write_text(HOSTILE[name])
    done = qa_sync(*(word.format(file=file, place=tmp_path) for word in READERS[reader]))
    assert done.code == 2, done.err
    assert "not TOML" in done.err
    assert str(file) in done.err
    assert len(done.err) < 1000


@pytest.mark.parametrize("kind", ["link to itself", "link to nothing", "folder", "pipe", "device"])
def test_settings_that_cannot_be_read_are_not_passed_over(
    kind: str, qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "qa-sync.toml"
    make_unreadable(file, kind)
    monkeypatch.chdir(tmp_path)
    done = qa_sync("check", str(ROOT / "specs/000.txt"), "--no-history")
    assert done.code == 2, done.out
    assert str(file) in done.err


def make_unreadable(file: Path, kind: str) -> None:
    match kind:
        case "link to itself":
            file.symlink_to(file)
        case "link to nothing":
            file.symlink_to(file.with_name("nothing"))
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case _:
            file.symlink_to("/dev/zero")


def test_no_more_problems_are_listed_than_are_read(qa_sync: QaSync, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("\n".join(f"a{number} = 1" for number in range(3 * MOST_PROBLEMS)))
    done = qa_sync("check", "specs/000.txt", "--no-history", "--config", str(file))
    assert done.code == 2
    assert done.err.count("unknown key") == MOST_PROBLEMS
    assert f"{3 * MOST_PROBLEMS} problems" in done.err
    assert f"and {2 * MOST_PROBLEMS} more" in done.err


LONG_BUT_GOOD = [
    '"' + "a." * 500 + '" = 1',
    'a = "' + "a." * 500 + '"',
    "# " + "a." * 500,
    'a = """\n' + "a." * 500 + '"""',
    ".".join(["a"] * MOST_PARTS) + " = 1",
]


@pytest.mark.parametrize("text", LONG_BUT_GOOD)
def test_dots_in_texts_and_comments_are_no_key(text: str) -> None:
    parse_toml(text)


PIECES = [
    "a{n} = 1",
    "[t{n}]",
    "[[l{n}]]",
    "",
    '  # a comment with [ " \' """',
    'a{n} = "a # [ \\" b" # c',
    "a{n} = 'a \\'",
    'a{n} = """one\n[two]\n  # "three"\\\n\\"""\n""""',
    "a{n} = '''one\n[ \" '' two\n'''''",
    "a{n} = [ # one\n  1, # ]\n  [2,\n3],\n]",
    'a{n} = {{ b = [1], c = "}}" }}',
    "'a [{n}'.\"b # {n}\" = [[], []]",
]


@given(chosen=st.lists(st.sampled_from(PIECES), max_size=8), end=st.sampled_from(["", "\n", "\r\n"]))
def test_each_key_has_the_line_that_it_begins_on(chosen: list[str], end: str) -> None:
    pieces = [piece.format(n=number) for number, piece in enumerate(chosen)]
    lines = {}
    at = 1
    for piece in pieces:
        if piece.strip() and not piece.strip().startswith("#"):
            lines[at] = piece
        at += piece.count("\n") + 1
    assert sorted(set(key_lines("\n".join(pieces) + end).values())) == sorted(lines)


@pytest.mark.parametrize("lines", [100, 1000])
def test_each_statement_is_read_once(lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> dict[str, Any]:
        read.append(text)
        return parse_toml(text)

    monkeypatch.setattr(module, "parse_toml", counted)
    key_lines("a = [\n" + "  [1],\n" * lines + "]\nb = 2\n")
    assert len(read) == 2
