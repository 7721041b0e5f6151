"""Every source that the code names is in the repository or public, and nothing refers to a place outside of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from automation import tracked
from cli_caller import ROOT

TEXT = {".py", ".rst", ".txt", ".toml", ".md", ".sh", ".js", ".cfg", ".yml", ".yaml", ".html", ".css", ".svg", ""}
OUTSIDE = re.compile(r"(?<![\w./:])/(?:home|root|Users|work)/\w")
"""The folders of somebody's machine."""
NOTES = re.compile(r"\b[A-Z][A-Z_]+(?:-[\w-]+)?\.md\b")
"""Notes in capitals, such as a README: one that is named must be in the repository."""

UPWARD = re.compile(r"(?:\.\./)+\w[\w.-]*")
HOSTILE = Path("tests/hostile_values.py")  # its paths are values that a system may send

PAGE = re.compile(r"\bdocs/[\w/-]+\.rst\b")
CITED = re.compile(r'(docs/[\w/-]+\.rst), ("[^"]+"(?:(?:, | and )"[^"]+")*)')
NAMED = re.compile(r"\bSources?(?: of the [a-z ]+)?: (\S+(?: \S+){0,3})")
PUBLIC = re.compile(r"docs/|ITU-T \S|RFC \d|ISO \d|https?://|MS-[A-Z]+|ASGI|OpenID|Unicode")


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.suffix in TEXT and path.is_file() and path != Path(__file__):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace")


def code() -> Iterator[tuple[Path, str]]:
    """Yield the code's texts; a comment that goes on in the next line is one text with single blanks."""
    for path, text in texts():
        if path.parts[0] in {"qa_sync", "tests"} and path.parts[:2] != ("tests", "docs"):  # those make pages up
            yield path, " ".join(re.sub(r"\n\s*(?:#|//) ?", " ", text).split())


@cache
def headings(page: str) -> frozenset[str]:
    """Return the headings of a page: lines that are underlined."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return frozenset(re.findall(r"^(\S.*)\n[=~-]{3,}$", text, flags=re.MULTILINE))


def outside(text: str) -> list[str]:
    """Return what in a text refers to a folder of a machine, or to notes that are not in the repository."""
    return [*OUTSIDE.findall(text), *(name for name in NOTES.findall(text) if name not in file_names())]


@cache
def file_names() -> frozenset[str]:
    return frozenset(path.name for path in tracked())


def test_no_file_refers_to_notes_outside_of_the_repository() -> None:
    found = [f"{path}: {one}" for path, text in texts() for one in outside(text)]
    assert found == []


def leading_out(path: Path, text: str) -> list[str]:
    """Return the relative paths in a file of the repository that lead out of it."""
    return [match[0] for match in UPWARD.finditer(text) if match[0].count("../") >= len(path.parents)]


def test_no_relative_path_leads_out_of_the_repository() -> None:
    found = [f"{path}: {one}" for path, text in texts() if path != HOSTILE for one in leading_out(path, text)]
    assert found == []


def test_such_a_path_would_be_found() -> None:
    assert leading_out(Path("docs/guides/ci.rst"), "see ../tutorial, ../../specs and ../../../notes") == [
        "../../../notes"
    ]
    assert leading_out(Path("README.rst"), "see ../notes") == ["../notes"]


@pytest.mark.parametrize("text", ["see /home/me/notes", "NOTES.md 2", "folder/SOME_NOTES-of-mine.md"])
def test_such_a_reference_would_be_found(text: str) -> None:
    assert outside(text)


def test_every_page_that_the_code_cites_is_there() -> None:
    cited = {(page, path) for path, text in code() for page in PAGE.findall(text)}
    assert len(cited) > 100
    assert sorted({f"{path}: {page}" for page, path in cited if not (ROOT / page).is_file()}) == []


def test_every_heading_that_the_code_cites_is_on_its_page() -> None:
    cited = [
        (path, page, heading)
        for path, text in code()
        for page, quoted in CITED.findall(text)
        for heading in re.findall(r'"([^"]+)"', quoted)
    ]
    assert len(cited) > 100
    assert [one for one in cited if one[2] not in headings(one[1])] == []


def test_every_source_is_a_page_or_a_public_document() -> None:
    named = [(path, match[1]) for path, text in code() for match in NAMED.finditer(text)]
    assert len(named) > 60
    assert [one for one in named if not PUBLIC.search(one[1])] == []
