"""No page leads nowhere: links to files, images and included files exist, and the site builds without a warning."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docutils.core
import pytest
from cli_caller import ROOT
from doc_pages import DOCS

LINK = re.compile(r"`[^`<]*<([^`>\s]+)>`_|^ *\.\. _[^:]+: (\S+)$", re.MULTILINE)
FILE = re.compile(r"^ *\.\. (?:\|\w+\| )?(?:image|figure|include|literalinclude|csv-table):: *(\S+)$", re.MULTILINE)
OUTSIDE = re.compile(r"[a-z]+:")
IN_SITE = re.compile(r":(?:doc|ref|term|option)[^`]*`")
PAGES = [*sorted(ROOT.glob("*.rst")), *sorted(path for path in DOCS.rglob("*.rst") if "_build" not in path.parts)]


def targets(text: str) -> list[str]:
    """Return the relative targets of a page's links, images and included files."""
    links = [one or other for one, other in LINK.findall(IN_SITE.sub("`", text))]
    found = [target for target in [*links, *FILE.findall(text)] if not OUTSIDE.match(target)]
    return [target.partition("#")[0] for target in found if not target.startswith("#")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    for target in targets(page.read_text(encoding="utf-8")):
        place = DOCS / target[1:] if target.startswith("/") else page.parent / target
        assert place.exists() or target.endswith("_"), f"{page}: {target}"


def test_a_dead_link_is_found() -> None:
    text = "See `a page <docs/no.rst#top>`_ and `the site <https://example.test>`_.\n\n"
    text += ".. image:: no.svg\n\n.. _no: no.txt\n"
    assert targets(text) == ["docs/no.rst", "no.txt", "no.svg"]


def test_pages_outside_of_the_site_are_sound_markup() -> None:
    for page in ROOT.glob("*.rst"):
        printed = io.StringIO()
        settings = {"warning_stream": printed, "report_level": 1, "syntax_highlight": "none", "raw_enabled": False}
        text = page.read_text(encoding="utf-8")
        docutils.core.publish_string(text, str(page), writer="html5", settings_overrides=settings)
        assert printed.getvalue() == "", page


@pytest.mark.slow  # .ci/run builds the site as well
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    build = pytest.importorskip("sphinx.cmd.build", reason="needs the extra docs; .ci/run builds the site")
    words = ["-W", "-E", "-q", "-b", "html", "-d", str(tmp_path / "trees"), str(DOCS), str(tmp_path / "html")]
    assert build.main(words) == 0
    assert (tmp_path / "html/reference/commands.html").is_file()
