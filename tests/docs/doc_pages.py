"""The pages of the documentation as data: each page's examples in order, with the marks that say how to test them.

A mark is a reStructuredText comment before an example, so a reader never sees it:

``.. not run: REASON``
    The example is not tested.
``.. exit code: N``
    The last command of a console example exits with N. (``$ echo $?`` and its output in the example do the same.)
``.. runs until the page ends``
    The console example is a server: it is started, its first lines are compared, and Ctrl-C ends it.
``.. before: COMMAND``
    A command that the test runs first, such as one that makes a file which the reader has already.
``.. file: PATH``
    The example is that file of the reader's folder; ``:caption: PATH`` says the same where Sphinx renders the page.
``.. under: [TABLE]``
    A TOML example is the inside of that table.
``.. port: N``
    Anywhere on a page: the test takes a free port in place of N, in commands, files and output.
"""

from __future__ import annotations

import re
from pathlib import Path

from cli_caller import ROOT
from msgspec import Struct

DOCS = ROOT / "docs"
DIRECTIVE = re.compile(r"( *)\.\. (code-block|literalinclude):: *(\S*) *$")
MARK = re.compile(r" *\.\. (not run|exit code|runs until the page ends|before|file|under)(?:: *(.*))?$")
OPTION = re.compile(r" +:([\w-]+): *(.*)$")
FILE_NAME = re.compile(r"[\w./-]+\.\w+")


class Example(Struct, frozen=True):
    """A code block or an included file: its language, its text, and the marks and options that apply to it."""

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str] = {}
    befores: tuple[str, ...] = ()
    caption: str = ""

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def file(self) -> str | None:
        """The path that the reader saves the example as, if any."""
        named = self.marks.get("file", self.caption)
        return named if FILE_NAME.fullmatch(named) else None

    @property
    def skipped(self) -> bool:
        return "not run" in self.marks


class Page(Struct, frozen=True):
    """A page: its path in the repository, its text and its examples in order."""

    path: str
    text: str
    examples: tuple[Example, ...]

    @property
    def ports(self) -> list[str]:
        return re.findall(r"^\.\. port: (\d+)$", self.text, flags=re.MULTILINE)


def pages() -> list[Page]:
    """Return the README and every page below `docs`."""
    found = [ROOT / "README.rst", *sorted(DOCS.rglob("*.rst"))]
    return [page_of(path) for path in found if "_build" not in path.parts]


def page_of(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    return Page(name, text, tuple(_examples(name, text.splitlines(), path.parent)))


def _examples(page: str, lines: list[str], folder: Path) -> list[Example]:
    found: list[Example] = []
    marks: dict[str, str] = {}
    befores: list[str] = []
    at = 0
    while at < len(lines):
        at += 1
        line = lines[at - 1]
        if mark := MARK.match(line):
            befores += [mark[2]] if mark[1] == "before" else []
            marks[mark[1]] = mark[2] or ""
        elif directive := DIRECTIVE.match(line):
            options, body, at_end = _content(lines, at, len(directive[1]))
            language, text = directive[3], body
            if directive[2] == "literalinclude":
                source = ROOT / "docs" / language[1:] if language.startswith("/") else folder / language
                language = options.get("language", source.suffix[1:])
                text = _included(source, options)
            caption = options.get("caption", "").strip("`")
            found.append(Example(page, at, language, text, marks, tuple(befores), caption))
            marks, befores, at = {}, [], at_end
    assert not marks, f"{page}: a mark stands before no example: {marks}"
    return found


def _content(lines: list[str], at: int, indent: int) -> tuple[dict[str, str], str, int]:
    """Return a directive's options and its dedented body, and the index of the line after it."""
    options = {}
    while at < len(lines) and (option := OPTION.match(lines[at])):
        options[option[1]] = option[2]
        at += 1
    start = at
    while at < len(lines) and (not lines[at].strip() or len(lines[at]) - len(lines[at].lstrip()) > indent):
        at += 1
    body = lines[start:at]
    margin = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0)
    return options, "\n".join(line[margin:] for line in body).strip("\n") + "\n", at


def _included(source: Path, options: dict[str, str]) -> str:
    """Return the included text; a part of a file is not an example that stands alone."""
    assert source.is_file(), f"no such file to include: {source}"
    text = source.read_text(encoding="utf-8")
    if wanted := options.get("lines"):
        first, _, last = wanted.partition("-")
        text = "\n".join(text.splitlines()[int(first) - 1 : int(last or first)]) + "\n"
    return text
