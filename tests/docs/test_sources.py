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
OUTSIDE = re.compile(
    r"(?<!\w)facts/[A-Z]|(?<![\w./:])/(?:home|root|Users|work)/\w|\bDESIGN(?:\.md)? \d"
    r"|\b(?:BASELINES|BY_HAND|DESIGN|GRAMMAR|LAYOUT|MAPPING|OPENAPI|PEERS|REALSYS|SESAM|STYLE|WIX|WOOCOMMERCE|WORDS)"
    r"(?:-[\w-]+)?\.md\b|\b(?:GRAMMAR|MAPPING|REALSYS|SESAM) \d"
)
"""Notes that were never part of the project, by their names, and the folders of somebody's machine."""

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


def test_no_file_refers_to_notes_outside_of_the_repository() -> None:
    found = [f"{path}: {match[0]}" for path, text in texts() for match in OUTSIDE.finditer(text)]
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


@pytest.mark.parametrize(
    "text",
    ["facts/WIX.md 2", "DESIGN 3", "see /home/me/notes", "GRAMMAR 6.2", "SESAM.md 1.5", "WOOCOMMERCE-measured-2.md"],
)
def test_such_a_reference_would_be_found(text: str) -> None:
    assert OUTSIDE.search(text)


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
