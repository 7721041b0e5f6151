"""Mistakes of the first hour: each says where, what was expected, what was got, and what to do, with its exit code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync
from msgspec import Struct

SETTINGS = '[systems."Wix.com"]\nconnector = "wix"\nurl = "https://wix.example.test"\n'
LIVE = """
[systems."Wix.com"]
connector = "wix"
url = "https://wix.example.test"
writes = true
secrets = { api_key = "$NOT_SET_A", site_id = "$NOT_SET_B" }

[systems."Customerp"]
connector = "customerp"
url = "https://erp.example.test"
writes = true
secrets = { token = "$NOT_SET_C" }
"""


DOTTED = {"qa-sync.toml": SETTINGS.replace('"Wix.com"', "Wix.com")}
MISSPELT = {"qa-sync.toml": SETTINGS.replace('"wix"', '"wixx"')}
CONFIGURED = {"qa-sync.toml": LIVE}


class Mistake(Struct, frozen=True):
    """What was typed, what must be in the answer, the files that exist, and the exit code."""

    typed: str
    says: tuple[str, ...]
    files: dict[str, str] = {}
    code: int = 2


SPEC = "check specs/000.txt"
MISTAKES = (
    Mistake("check spec/000.txt", ("spec/000.txt: spec not found", "no folder spec", "did you mean 'specs/000.txt'?")),
    Mistake("check specs/00.txt", ("specs/00.txt: spec not found", "did you mean '000.txt' or '003.txt'?")),
    Mistake("check specs", ("specs: this is a folder, expected a spec", "specs/*.txt")),
    Mistake("check empty.txt", ("empty.txt:1: expected a title", "got no text", "begins with"), {"empty.txt": ""}),
    Mistake("check spec.json", ("spec.json:1: expected a title", """got '{"a": 1}'"""), {"spec.json": '{"a": 1}'}),
    Mistake("specs/000.txt check", ("no such command", "the command comes first: qa-sync check specs/000.txt")),
    Mistake("specs", ("no such command 'specs'", "the command comes first: qa-sync check specs")),
    Mistake("help", ("no such command 'help'", "qa-sync --help lists the commands")),
    Mistake("chek specs/000.txt", ("no such command 'chek'", "did you mean 'check'?")),
    Mistake("check", ("Missing argument 'SPEC...'", "qa-sync check --help")),
    Mistake(f"{SPEC} --seed", ("'--seed' requires an argument", "--help")),
    Mistake(f"{SPEC} --mode sandbx", ("unknown mode 'sandbx'", "replay", "did you mean 'sandbox'?")),
    Mistake(f"{SPEC} --depth stanard", ("'--depth'", "'stanard'", "'thorough'", "did you mean 'standard'?")),
    Mistake(f"{SPEC} --keep failed", ("'--keep'", "'failed'", "'never'", "did you mean 'on-failure'?")),
    Mistake(f"{SPEC} --color sometimes", ("'--color'", "'sometimes'", "'never'", "--help")),
    Mistake(f"{SPEC} --kind create,unique", ("unknown check kind", "--kind create --kind unique")),
    Mistake(f"{SPEC} --section Wix", ("--section 'Wix' is a part of 3 headings", "the number or the key")),
    Mistake(f"{SPEC} --section 9", ("unknown section '9'", "Wix.com Orders to Customerp Order", "1 to 3")),
    Mistake(f"{SPEC} --shard 4/3", ("--shard '4/3'", "I from 1 to N", "--shard 1/3 is the first of three")),
    Mistake(f"{SPEC} --timeout soon", ("--timeout: expected a number of seconds or a duration", "'soon'", '"120s"')),
    Mistake(f"{SPEC} --timeout 2d", ("--timeout", "'2d'", "or a duration")),
    Mistake(f"{SPEC} --timeout 100000", ("--timeout 100000", "expected 0 to 86,400 seconds", "2min")),
    Mistake(f"{SPEC} --report report.html", ("'report.html'", "junit", "--report html=report.html")),
    Mistake(f"{SPEC} --report out.xml", ("'out.xml'", "html, json", "--report junit=out.xml")),
    Mistake(f"{SPEC} --report html=report.htm/x", ("report.htm is a file, expected a folder",), {"report.htm": ""}),
    Mistake(f"{SPEC} --fault one-way --mode live", ("needs --mode sandbox, got --mode live", "built-in sync")),
    Mistake(f"{SPEC} --baseline nope.toml", ("nope.toml: the baseline cannot be read", "[[known]]")),
    Mistake(f"{SPEC} --config nope.toml", ("nope.toml: No such file", "the path of a qa-sync.toml")),
    Mistake(SPEC, ("qa-sync.toml:1: unknown key 'com'", 'quotes: [systems."Wix.com"]'), DOTTED),
    Mistake(SPEC, ("qa-sync.toml:1: unknown connector 'wixx'", "did you mean 'wix'?"), MISSPELT),
    Mistake(
        f"{SPEC} --mode live --yes",
        ("$NOT_SET_A", "$NOT_SET_B", "$NOT_SET_C", "export NOT_SET_A=... "),
        CONFIGURED,
    ),
    Mistake(f"{SPEC} --mode live", ("no qa-sync.toml is found", "qa-sync init SPEC writes one")),
    Mistake(
        f"{SPEC} --cassettes none",
        ("there is no recording none/000/1-", "specs/000.txt --cassettes none --mode"),
        code=3,
    ),
    Mistake("check *.rst", ("*.rst: no specs match the pattern", "the current folder")),
    Mistake("sync specs/000.txt --watch 10", ("--watch 10: expected a duration", '"2min"')),
    Mistake("audit", ("expected a SPEC, or two files", "qa-sync audit specs/000.txt")),
    Mistake("report specs/000.txt", ("specs/000.txt:1: not JSON", "--report json")),
    Mistake("diff old.json", ("Missing argument 'NEW.json'", "qa-sync diff --help")),
    Mistake("completion tcsh", ("unknown shell 'tcsh'", "bash, fish, zsh")),
    Mistake("sandbox --port http", ("'--port'", "'http' is not an integer", "qa-sync sandbox --help")),
)

BASELINE = {"b.toml": '[[know]]\ncheck = "x"\n'}
SIGN_OFF = {"s.toml": "[results]\nx = 1\n"}
TWICE = f"{SPEC} --report json=a.json"


def settings(text: str) -> dict[str, str]:
    """Return a settings file with this text."""
    return {"qa-sync.toml": text}


MORE_MISTAKES = (
    Mistake(f"{TWICE} --report json=a.json", ("a.json would overwrite the json report", "a file of its own")),
    Mistake(f"{TWICE} --report junit=./a.json", ("junit=a.json would overwrite the json report", "a file of its own")),
    Mistake(f"{SPEC} --report json=specs/000.txt", ("would overwrite the spec specs/000.txt", "a file of its own")),
    Mistake(f"{SPEC} --report json --report junit", ("only one report can go to standard output", "junit=out.xml")),
    Mistake(f"{SPEC} --html out.html", ("No such option '--html'", "hint: a report has a format: --report html=PATH")),
    Mistake(f"{SPEC} --output out.html", ("'--output'", "--report html=PATH")),
    Mistake(f"{SPEC} --sandbox", ("'--sandbox'", "hint: a mode is a value: --mode MODE")),
    Mistake(f"{SPEC} --live", ("'--live'", "hint: a mode is a value: --mode MODE")),
    Mistake("check --spec specs/000.txt", ("'--spec'", "a spec is given without an option")),
    Mistake(f"{SPEC} --workers 4", ("'--workers'", "-j N runs N sections in parallel")),
    Mistake(f"{SPEC} --fail-fast", ("'--fail-fast'", "-x stops at the first failure or error")),
    Mistake(f"{SPEC} --filter create", ("'--filter'", "-k EXPR selects checks by words")),
    Mistake(f"{SPEC} --dry-run", ("'--dry-run'", "qa-sync show SPEC lists the checks")),
    Mistake(f"{SPEC} --repor html=x", ("'--repor'", "'--report'", "qa-sync check --help")),
    Mistake("record specs/000.txt", ("no such command 'record'", "qa-sync check SPEC --mode MODE")),
    Mistake(f"{SPEC} --resume", ("expected --mode live, got --mode replay", "omit --resume")),
    Mistake(f"{SPEC} --mode live --resume --seed a", ("its own seed: not with --seed", "omit one of them")),
    Mistake(f"{SPEC} --mode live --resume --last-failed", ("not with --last-failed", "omit one of them")),
    Mistake(f"{SPEC} --max-age 7", ("--max-age 7: expected an integer with min, h, d or w", "30d")),
    Mistake(f"{SPEC} --mode sandbox --max-age 7d", ("needs --mode replay, got --mode sandbox", "omit --max-age")),
    Mistake(f"{SPEC} --max-lag fast", ("--max-lag: expected a duration", '"120s"', "'fast'")),
    Mistake(f"{SPEC} -j 0", ("0 is not in the range x>=1", "qa-sync check --help")),
    Mistake(f"{SPEC} --cassettes specs/000.txt", ("this is a file, expected a folder", "--cassettes cassettes")),
    Mistake(f"{SPEC} --changed-since HEAD", ("not a git repository", "in the repository of the specs, or omit")),
    Mistake(f"{SPEC} --kind properties", ("unknown check kind 'properties'", "did you mean 'property'?")),
    Mistake(f"{SPEC} --baseline specs/000.txt", ("specs/000.txt:1: not TOML", "has entries such as [[known]]")),
    Mistake(f"{SPEC} --baseline b.toml", ("b.toml:1: unknown key 'know'", "expected [[known]]"), BASELINE),
    Mistake(f"{SPEC} --sign-off nope.toml", ("nope.toml: No such file", "a TOML file")),
    Mistake(f"{SPEC} --sign-off specs/000.txt", ("specs/000.txt: not TOML", "write for each check: [[sign_off]]")),
    Mistake(f"{SPEC} --sign-off s.toml", ("s.toml: expected", "[[sign_off]], got 'results'", 'check = "ID"'), SIGN_OFF),
    Mistake("check 000.txt", ("000.txt: spec not found", "hint: the current folder contains no specs")),
    Mistake(SPEC, ("qa-sync.toml:1: unknown key 'system'", "did you mean 'systems'?"), settings("[system.x]\n")),
    Mistake(SPEC, ("qa-sync.toml:3: unknown key 'policy'", "'policies'"), settings('zone = "UTC"\n\n[policy]\n')),
    Mistake(SPEC, ("qa-sync.toml:2: sync.timeout: expected a dur", "got 120"), settings("[sync]\ntimeout = 120\n")),
    Mistake(SPEC, ("sync.trigger: expected one of wait", "'webhook'"), settings('[sync]\ntrigger = "webhook"\n')),
    Mistake(SPEC, ("policies.empty: expected one of keep", "'drop'"), settings('[policies]\nempty = "drop"\n')),
    Mistake(SPEC, ("qa-sync.toml:1: not TOML", "Expected ']'"), settings("[sync\n")),
    Mistake(SPEC, ("writes: expected true or false, got 'yes'",), settings(f'{SETTINGS}writes = "yes"\n')),
    Mistake("sync specs/000.txt --once --watch 10s", ("cannot be combined with --once", "omit one of them")),
    Mistake("audit specs/000.txt --left a.csv --right b.csv", ("a.csv: file not found", "an existing file, a pattern")),
    Mistake("cleanup --run abc", ("unknown run 'abc'", "no live run is in the journal", "--config names the settings")),
    Mistake("cleanup --older-than long", ("--older-than long", "expected an integer with min, h, d or w")),
    Mistake("report nofile.json", ("nofile.json: the results cannot be read", "--report json=results.json")),
    Mistake("connectors show wx", ("unknown connector 'wx'", "did you mean 'wix'?")),
    Mistake("connectors check", ("no connector was given", "a connector's name or folder")),
    Mistake("sandbox --fault one-way", ("--fault needs a sync", "give a SPEC")),
    Mistake("sandbox --port 70000", ("70000 is not in the range", "qa-sync sandbox --help")),
)


@pytest.mark.parametrize("mistake", [*MISTAKES, *MORE_MISTAKES], ids=lambda mistake: mistake.typed)
def test_a_mistake_is_answered(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: Mistake
) -> None:
    (tmp_path / "specs").symlink_to(ROOT / "specs")
    (tmp_path / "cassettes").symlink_to(ROOT / "cassettes")
    for name, text in mistake.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QA_SYNC_CHECK_YES", raising=False)
    done = qa_sync(*mistake.typed.split())
    text = " ".join(done.err.split())
    assert done.code == mistake.code
    assert [said for said in mistake.says if said not in text] == []
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "internal error" not in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told_before_the_run(qa_sync: QaSync, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = qa_sync("check", "specs/000.txt", "--report", f"html={tmp_path / 'report.html'}")
    assert done.code == 2
    assert f"no permission to write {tmp_path}" in done.err


@pytest.mark.parametrize(
    ("variable", "command", "says"),
    [
        (
            "QA_SYNC_CHECK_TIMOUT",
            "check specs/000.txt --section 3 --kind create",
            "did you mean 'QA_SYNC_CHECK_TIMEOUT'?",
        ),
        ("QA_SYNC_LINT_X", "lint specs/000.txt", "qa-sync lint --help lists the options"),
        ("QA_SYNC_CONNECTORS_SHW", "connectors list", "qa-sync connectors --help lists the options"),
    ],
)
def test_a_variable_of_no_option_is_noted(
    qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch, variable: str, command: str, says: str
) -> None:
    monkeypatch.setenv(variable, "5")
    monkeypatch.setenv("QA_SYNC_CHECK_MAX_LAG", "2min")
    monkeypatch.setenv("QA_SYNC_CHECK_QUIET", "1")
    done = qa_sync(*command.split())
    notes = [line for line in done.err.splitlines() if line.startswith("note: QA_SYNC")]
    assert notes == [f"note: {variable} belongs to no option of {command.split(maxsplit=1)[0]}; {says}"]
    assert done.code == 0


def test_a_limit_that_is_no_size_is_answered(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("QA_SYNC_MAX_RESULTS", "lots")
    done = qa_sync("report", str(tmp_path / "r.json"))
    assert "expected a size such as 64MB, got 'lots'" in done.err
    assert "hint: unset QA_SYNC_MAX_RESULTS, or correct it" in done.err
    assert done.code == 2


@pytest.mark.parametrize("timeout", ["20", "20.5", "20s", "1min"])
def test_a_timeout_is_a_number_or_a_duration(qa_sync: QaSync, timeout: str) -> None:
    words = ("--mode", "sandbox", "--section", "3", "--kind", "create", "--fault", "drop-create", "-q")
    done = qa_sync("check", "specs/000.txt", "--timeout", timeout, *words)
    seconds = {"20": "20", "20.5": "20.5", "20s": "20", "1min": "60"}[timeout]
    assert f"in {seconds} s of simulated time" in " ".join(done.out.split())
