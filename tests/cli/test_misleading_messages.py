"""Mistakes of a new user: each message says what is wrong and what to type instead."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from cli_caller import QaSync

from qa_sync.cli.commands.check import check
from qa_sync.cli.options.shell_completion import complete_sections

SPEC = (Path(__file__).parents[2] / "specs" / "000.txt").read_text(encoding="utf-8")
MISTAKES = [
    (["init"], 2, "qa-sync init --help explains the options"),
    (["config"], 2, "qa-sync init SPEC writes settings"),
    (["run"], 2, "qa-sync check SPEC runs the checks of a spec"),
    (["test"], 2, "qa-sync check SPEC"),
    (["validate"], 2, "qa-sync lint SPEC"),
    (["plan"], 2, "qa-sync show SPEC"),
    (["serve"], 2, "qa-sync sandbox serves"),
    (["chekc"], 2, "did you mean 'check'?"),
    (["check"], 2, "Missing argument 'SPEC...'"),
    (["check", "00.txt"], 2, "did you mean '000.txt' or '003.txt'?"),
    (["check", "nope.txt"], 2, "spec not found"),
    (["check", "*.rst"], 2, "no specs match the pattern"),
    (["check", "."], 2, "this is a folder, expected a spec"),
    (["check", "000.txt", "--mode", "prod"], 2, "expected one of: live, record, replay, sandbox"),
    (["check", "000.txt", "--mode", "recrod"], 2, "expected one of: live, record, replay, sandbox"),
    (["check", "000.txt", "--mode", "sandbx"], 2, "did you mean 'sandbox'?"),
    (["check", "000.txt", "--timeout", "abc"], 2, "expected a number of seconds or a duration"),
    (["check", "000.txt", "-j", "two"], 2, "'two' is not an integer"),
    (["check", "000.txt", "--fault", "one-wy"], 2, "unknown fault 'one-wy'\n  hint: did you mean 'one-way'?"),
    (["check", "000.txt", "--report", "htm=x"], 2, "did you mean 'html'?"),
    (
        ["check", "000.txt", "--mode", "sandbox", "--section", "Customerp"],
        2,
        "is a part of 3 headings: Wix.com Contacts",
    ),
    (["check", "000.txt", "--mode", "sandbox", "--section", "9"], 2, "the number of a section (1 to 3), its key"),
    (["check", "000.txt", "--mode", "sandbox", "--section", "Contakts"], 2, "expected one of: Wix.com Contacts to"),
    (["check", "000.txt", "--mode", "sandbox", "-k", "zzz"], 2, "no check matches -k 'zzz'"),
    (["check", "000.txt", "--mode", "sandbox", "--kind", "create,unique"], 2, "--kind create --kind unique"),
    (["check", "000.txt", "--mode", "sandbox", "--kind", "creat"], 2, "did you mean 'create'?"),
    (["check", "000.txt", "--mode", "live"], 2, "qa-sync init SPEC writes one to start from"),
    (["sync", "000.txt"], 2, "not configured, because no qa-sync.toml is found"),
    (["sync", "000.txt", "--section", "zzz"], 2, ""),
    (["audit", "000.txt", "--section", "zzz"], 2, "the number of a section (1 to 3), its key"),
    (["audit", "000.txt", "--section", "Customerp"], 2, "is a part of 3 headings"),
    (["report", "000.txt"], 2, "give a file written by `--report json`"),
    (["diff", "000.txt", "000.txt"], 2, "give a file written by `--report json`"),
    (["cleanup"], 0, "nothing to remove"),
    (["connectors"], 0, "qa-sync connectors list"),
    (["-V"], 0, "qa-sync "),
    ([], 0, "qa-sync check specs/000.txt"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qa_sync: QaSync) -> Path:  # noqa: ARG001 - it goes elsewhere
    for name in ("000.txt", "003.txt"):
        (tmp_path / name).write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("typed", "code", "said"), MISTAKES)
def test_a_mistake_is_answered(qa_sync: QaSync, typed: list[str], code: int, said: str) -> None:
    done = qa_sync(*typed)
    assert done.code == code
    assert said in done.out + done.err
    assert "'record'?" not in done.err
    assert "'live'?" not in done.err
    assert "<" not in done.err.replace("<COMMAND>_<OPTION>", "")


def test_a_misspelled_entity_is_an_error_whatever_is_selected(qa_sync: QaSync, folder: Path) -> None:
    (folder / "typo.txt").write_text(SPEC.replace("Wix.com Contacts", "Wix.com Contakt"), encoding="utf-8")
    for more in ((), ("--kind", "property"), ("-k", "email")):
        done = qa_sync("check", "typo.txt", "--mode", "sandbox", "--section", "1", *more)
        assert done.code == 3
        assert "unknown Wix.com entity 'Contakt'" in " ".join(done.out.split())
        assert "(did you mean 'Contact' or 'Contacts'?)" in " ".join(done.out.split())


def test_what_is_written_is_said_unless_quiet(qa_sync: QaSync, folder: Path) -> None:
    few = ("check", "000.txt", "--mode", "sandbox", "--section", "1", "--kind", "create")
    assert "wrote results.json (json)" in qa_sync(*few, "--report", "json=results.json").err
    assert "wrote" not in qa_sync(*few, "-q", "--report", "json=results.json").err
    assert qa_sync("report", "results.json", "--report", "html=x.html").err == "wrote x.html (html)\n"
    assert (folder / "x.html").exists()


@pytest.mark.usefixtures("folder")
def test_a_shell_completes_sections_of_the_specs_that_were_typed() -> None:
    (option,) = (one for one in check.params if one.name == "sections")
    context = click.Context(check)
    context.params = {"specs": ("000.txt",)}
    offered = [(item.value, item.help) for item in complete_sections(context, option, "1")]
    assert offered == [("1-wix-com-contacts-to-customerp-contact", "Wix.com Contacts to Customerp Contact")]
    assert len(complete_sections(context, option, "")) == 3
    context.params = {"spec": "nope.txt"}
    assert complete_sections(context, option, "") == []


def test_a_file_that_ends_too_early_is_no_interruption(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_half_a_file(**_: object) -> None:
        raise EOFError("marshal data too short")

    monkeypatch.setattr(check, "callback", read_half_a_file)
    done = qa_sync("check", "specs/000.txt")
    assert done.code == 3
    assert "internal error in qa-sync: EOFError: marshal data too short" in done.err
    assert "Interrupted" not in done.err
