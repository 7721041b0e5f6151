"""The README beside its examples, which tests/docs runs."""

from __future__ import annotations

import io
import re
from html import unescape

import docutils.core
from cli_caller import ROOT
from readme_picture import PICTURE, report

import qa_sync

README = (ROOT / "README.rst").read_text(encoding="utf-8")


def test_there_are_two_commands_and_ci_calls_the_second_as_written() -> None:
    one, test = re.findall(r"^   (python3 -m venv .*)$", README, flags=re.MULTILINE)
    assert one.endswith("/qa-sync check specs/000.txt")
    assert test.endswith("/python -m pytest")
    assert test in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_what_it_imports_is_all_that_the_package_exports() -> None:
    (shown,) = re.findall(r"^   from qa_sync import (.*)$", README, flags=re.MULTILINE)
    assert {*shown.split(", "), "__version__"} == set(qa_sync.__all__)
    assert all(getattr(qa_sync, name) for name in qa_sync.__all__)


def test_it_is_short_and_each_page_that_it_links_to_is_there() -> None:
    assert len(README.splitlines()) <= 200
    linked = re.findall(r"<([\w/.-]+\.rst)>`_", README)
    assert len(linked) > 10
    assert [page for page in linked if not (ROOT / page).is_file()] == []
    guides = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/guides").glob("*.rst")} - {
        "docs/guides/index.rst"
    }
    assert guides <= set(linked)


def test_the_picture_is_of_that_run() -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    assert f".. image:: {PICTURE.relative_to(ROOT).as_posix()}\n" in README
    assert not re.search(r"url\((?!#)|href=|@import", picture), "nothing is fetched to show it"
    text = "".join(unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture))).split())
    for line in re.sub(r"\x1b\[[\d;]*m", "", report()).splitlines():
        for word in line.split():
            assert word in text or re.fullmatch(r"\d+\.\d\d", word), line


def test_it_is_sound_markup() -> None:
    reported = io.StringIO()
    settings = {"warning_stream": reported, "report_level": 1, "syntax_highlight": "none", "raw_enabled": False}
    docutils.core.publish_string(README, writer="html5", settings_overrides=settings)
    assert reported.getvalue() == ""


def test_the_specs_are_the_users_byte_for_byte() -> None:
    sizes = {name: (ROOT / "specs" / name).stat().st_size for name in ("000.txt", "003.txt")}
    assert sizes == {"000.txt": 2087, "003.txt": 3444}
