"""The tests of examples can fail: a wrong output, exit code, option or file is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from cli_caller import ROOT
from doc_examples import check
from doc_options import unknown_options
from doc_pages import Example, page_of
from doc_shell import Command, Shell, commands_of, pattern

from qa_sync.errors import QaSyncError

PAGE = """\
Title
=====

.. exit code: 3
.. before: touch made

.. code-block:: console

   $ ls
   made

   $ exit 3

.. file: x/qa-sync.toml

.. code-block:: toml

   zone = "UTC"

1. In a list:

   .. code-block:: json
      :caption: acme/manifest.json

      {"a": 1}

.. not run: it needs a network
.. code-block:: console

   curl example.test

Not an example: text.
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell.start(tmp_path / "work", tmp_path / "state", ["8001"])


def test_a_page_is_read_with_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doc_pages.ROOT", tmp_path)
    (tmp_path / "page.rst").write_text(PAGE)
    console, toml, json, skipped = page_of(tmp_path / "page.rst").examples
    assert (console.marks["exit code"], console.befores) == ("3", ("touch made",))
    assert commands_of(console.text) == [Command("ls", "made"), Command("exit 3")]
    assert (toml.file, toml.text) == ("x/qa-sync.toml", 'zone = "UTC"\n')
    assert (json.file, json.text, json.where) == ("acme/manifest.json", '{"a": 1}\n', "page.rst:22")
    assert skipped.skipped
    assert not console.skipped


def test_a_mark_without_an_example_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doc_pages.ROOT", tmp_path)
    (tmp_path / "page.rst").write_text(".. exit code: 3\n\ntext\n")
    with pytest.raises(AssertionError, match="a mark stands before no example"):
        page_of(tmp_path / "page.rst")


def test_a_shell_remembers(shell: Shell) -> None:
    assert shell.run("export A='b c'; mkdir in; cd in; false") == (1, "")
    assert shell.run("echo $? $A ${PWD##*/}") == (0, "1 b c in")
    code, printed = shell.run("qa-sync lint nowhere.rst")
    assert code == 2
    assert "nowhere.rst" in printed
    assert shell.here("http://127.0.0.1:8001/") == f"http://127.0.0.1:{shell.ports['8001']}/"


def test_a_server_is_ended_and_an_early_end_is_found(shell: Shell) -> None:
    assert shell.serve("""python -c 'import time; print("ready"); time.sleep(600)'""", 1) == "ready"
    process = shell.servers[0].process
    shell.stop()
    assert process.poll() is not None
    shell.serve("echo over", 1)
    shell.servers[0].process.wait()
    with pytest.raises(AssertionError, match="ended before"):
        shell.stop()


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\n...\nb", "a\n1\n2\nb", True),
        ("a\n...", "a", False),
        ("2 checks  0.24 s, replay", "2 checks  1.03 s, replay", True),
        ("2 checks", "3 checks", False),
        ("at ... now", "at 12:00 now", True),
        ("a", "a   ", True),
        ("a.b", "a-b", False),
    ],
)
def test_an_output_is_compared(shown: str, printed: str, same: bool) -> None:
    assert bool(re.fullmatch(pattern(shown), printed)) is same


@pytest.mark.parametrize(
    ("language", "text", "under"),
    [
        ("rst", "Every Wix.com Contacts is like a Customerp Contact.\n", ""),
        ("toml", '[sync]\ntriger = "wait"\n', ""),
        ("toml", '[[known]]\ncheck = "a"\n', ""),
        ("toml", '[[sign_off]]\ncheck = "a"\n', ""),
        ("toml", "[person]\nnames = []\nkye = 'id'\n", ""),
        ("toml", "mail = { convert = 'mail' }\n", "[person.properties]"),
        ("toml", "a = \n", ""),
        ("toml", "a = 1\n", ""),
        ("json", '"a": }\n', ""),
        ("yaml", "a: [\n", ""),
        ("python", "def f(\n", ""),
        ("bash", "if true\n", ""),
        ("klingon", "a\n", ""),
    ],
)
def test_an_example_that_is_wrong_is_found(tmp_path: Path, language: str, text: str, under: str) -> None:
    marks = {"under": under} if under else {}
    with pytest.raises((AssertionError, QaSyncError, ValueError, SyntaxError, yaml.YAMLError)):
        check(Example("page.rst", 1, language, text, marks), text, tmp_path)


@pytest.mark.parametrize(
    ("language", "text", "under"),
    [
        ("rst", "Every Wix.com Contacts will be synchronized with a Customerp Contact.\n", ""),
        ("rst", (ROOT / "specs/000.txt").read_text(), ""),
        ("toml", '[sync]\ntrigger = "wait"\n', ""),
        ("toml", "[person]\nmodified = 'changed'\n", ""),
        ("toml", "mail = { convert = 'email' }\n", "[person.properties]"),
        ("json", '"a": {}\n', ""),
    ],
)
def test_an_example_that_is_sound_is_accepted(tmp_path: Path, language: str, text: str, under: str) -> None:
    marks = {"under": under} if under else {}
    check(Example("page.rst", 1, language, text, marks), text, tmp_path)


def test_an_unknown_option_is_found() -> None:
    assert unknown_options(["check", "spec.txt", "--mod", "live", "-k", "a"]) == {"--mod"}
    assert unknown_options(["connectors", "check", "--config", "a"]) == set()
