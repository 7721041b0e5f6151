from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cli_caller import ROOT, QaSync

from qa_sync.errors import UsageError
from qa_sync.reports.history.baseline import apply_baseline, read_baseline, reject_ambiguous

FAULTY = (
    *("check", "specs/000.txt", "--section", "1", "--kind", "property"),
    *("--fault", "truncate", "--timeout", "20", "-q"),
)
FAILED: list[str] = []
SECTION = "000/1-wix-com-contacts-to-customerp-contact"


def entry(check: str, expires: str = "2999-12-31") -> str:
    return f'[[known]]\ncheck = "{check}"\nowner = "ann@example.test"\nreason = "ticket 7"\nexpires = {expires}\n'


def written(tmp_path: Path, *entries: str) -> Path:
    path = tmp_path / "known.toml"
    path.write_text("\n".join(entries), encoding="utf-8")
    return path


def failed(qa_sync: QaSync) -> list[str]:
    """Return the failed checks of the faulty run, which is run once."""
    if not FAILED:
        found = json.loads(qa_sync(*FAULTY, "--report", "json").out)
        checks = [c for s in found["specs"][0]["sections"] for c in s["checks"]]
        FAILED.extend(c["id"] for c in checks if c["status"] == "failed")
    return FAILED


def test_known_failures_do_not_fail_the_run(qa_sync: QaSync, tmp_path: Path) -> None:
    names = failed(qa_sync)
    path = written(tmp_path, *(entry(name) for name in names))
    xml = tmp_path / "out.xml"
    result = qa_sync(*FAULTY, "--baseline", str(path), "--report", "json", "--report", f"junit={xml}")
    assert result.code == 0
    found = json.loads(result.out)
    assert found["exit_code"] == 0
    assert found["totals"]["failed"] == len(names)
    assert [known["check"] for known in found["known"]] == names
    suites = ET.parse(xml).getroot()  # noqa: S314 - our own text
    assert (suites.get("failures"), len(list(suites.iter("failure")))) == ("0", 0)
    messages = [str(one.get("message")) for one in suites.iter("skipped")]
    assert sum(
        message.startswith("known failure: ticket 7 (ann@example.test, until 2999-12-31)") for message in messages
    ) == len(names)


def test_a_failure_that_is_not_known_still_fails_it(qa_sync: QaSync, tmp_path: Path) -> None:
    one, *_ = failed(qa_sync)
    result = qa_sync(*FAULTY, "--baseline", str(written(tmp_path, entry(one))))
    assert result.code == 1
    assert "(1 known)" in result.out


def test_a_star_stands_for_any_text_and_brackets_for_themselves(qa_sync: QaSync, tmp_path: Path) -> None:
    assert any("[tag=" in name for name in failed(qa_sync))
    assert qa_sync(*FAULTY, "--baseline", str(written(tmp_path, entry("000/*")))).code == 0


def test_an_entry_that_has_expired_fails_the_run(qa_sync: QaSync, tmp_path: Path) -> None:
    path = written(tmp_path, "# one entry\n", entry(f"{SECTION}/create", "2020-01-01"))
    result = qa_sync("check", "specs/000.txt", "-q", "--baseline", str(path), "--report", "json")
    assert result.code == 1
    (sentence,) = json.loads(result.out)["overdue"]
    assert sentence == f"{path}:3: expired on 2020-01-01, owner ann@example.test: {SECTION}/create"
    assert "Out-of-date baseline entries" in result.err


def test_an_entry_whose_check_passes_fails_the_run(qa_sync: QaSync, tmp_path: Path) -> None:
    path = written(tmp_path, entry(f"{SECTION}/create"))
    result = qa_sync("check", "specs/000.txt", "-q", "--baseline", str(path), "--report", "json")
    assert result.code == 1
    assert json.loads(result.out)["overdue"] == [f"{path}:1: no longer fails, remove the entry: {SECTION}/create"]


def test_an_entry_about_nothing_is_a_note(qa_sync: QaSync, tmp_path: Path) -> None:
    path = written(tmp_path, entry(f"{SECTION}/creat"))
    result = qa_sync("check", "specs/000.txt", "-q", "--baseline", str(path))
    assert result.code == 0
    assert (
        f"note: {path}:1: matches no check of this run: {SECTION}/creat; did you mean '{SECTION}/create'" in result.err
    )


def test_a_skipped_check_says_nothing_of_its_entry(qa_sync: QaSync, tmp_path: Path) -> None:
    path = written(tmp_path, entry("000/2-wix-com-orders-to-customerp-order/update-forward/number:orderNumber"))
    assert qa_sync("check", "specs/000.txt", "-q", "--baseline", str(path)).code == 0


def test_the_last_day_is_still_good(qa_sync: QaSync, tmp_path: Path) -> None:
    entries = read_baseline(written(tmp_path, entry("000/*", "2026-05-01")))
    out = tmp_path / "r.json"
    qa_sync(*FAULTY, "--report", f"json={out}")
    from qa_sync.reports.formats import results_json_reader as report  # noqa: PLC0415 - beside the standard library's

    results = report.parse(out.read_text())
    assert apply_baseline(results, entries, date(2026, 5, 1)).exit_code == 0
    assert apply_baseline(results, entries, date(2026, 5, 2)).exit_code == 1


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[known]]\ncheck = "a"\n', 1, "owner: expected a string, got 'nothing'"),
        (
            entry("a").replace("2999-12-31", '"2999-12-31"'),
            5,
            "expires: expected a date such as 2026-12-31 without quotes",
        ),
        (
            entry("a") + "ovner = 1\n",
            6,
            "unknown key 'ovner'; expected one of: check, spec, owner, reason, expires; did you mean 'owner'",
        ),
        ("\n[known]\n", 2, "expected a list of tables: [[known]]"),
        ("\n\nknow = 1\n", 3, "unknown key 'know'; expected [[known]]"),
        ("[[known]]\ncheck = \n", 2, "not TOML"),
        (entry("a") + "\n" + entry(" "), 8, "check: expected a string, got ' '"),
    ],
)
def test_what_is_wrong_in_the_file_is_reported_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_baseline(path)
    assert f"{path}:{line}: " in str(caught.value)
    assert said in str(caught.value)


def test_no_file_is_reported_before_anything_is_run(qa_sync: QaSync, tmp_path: Path) -> None:
    result = qa_sync("check", "specs/000.txt", "--baseline", str(tmp_path / "none.toml"))
    assert result.code == 2
    assert result.out == ""
    assert "the baseline cannot be read: No such file or directory" in result.err


TWINS = ("--mode", "sandbox", "--fault", "one-way", "--kind", "update-backward", "--section", "3", "-q", "--timeout=20")


@pytest.fixture
def twins(tmp_path: Path) -> tuple[str, str]:
    """Two specs of one file name in two folders."""
    for name in ("acme", "beta"):
        (tmp_path / name).mkdir()
        shutil.copy(ROOT / "specs" / "000.txt", tmp_path / name / "x.txt")
    return str(tmp_path / "acme/x.txt"), str(tmp_path / "beta/x.txt")


@pytest.mark.parametrize("check", ["x/*", "*", "x/3-wix-com-products-to-customerp-product/update-backward/brand:brand"])
def test_an_entry_that_two_specs_could_mean_is_refused(
    qa_sync: QaSync, tmp_path: Path, twins: tuple[str, str], check: str
) -> None:
    result = qa_sync("check", *twins, *TWINS, "--baseline", str(written(tmp_path, entry(check))))
    assert result.code == 2
    assert "2 specs have the name 'x'" in result.err
    assert f'spec = "{twins[0]}"' in result.err


def test_an_entry_with_a_path_excuses_the_failures_of_that_spec_only(
    qa_sync: QaSync, tmp_path: Path, twins: tuple[str, str]
) -> None:
    one = str(written(tmp_path, entry("x/*") + 'spec = "acme/x.txt"\n'))
    xml = tmp_path / "out.xml"
    result = qa_sync("check", *twins, *TWINS, "--baseline", one, "--report", "json", "--report", f"junit={xml}")
    found = json.loads(result.out)
    assert (result.code, found["exit_code"], found["totals"]["failed"]) == (1, 1, 16)
    assert {known["spec"] for known in found["known"]} == {twins[0]}
    assert len(found["known"]) == 8
    assert ET.parse(xml).getroot().get("failures") == "8"  # noqa: S314 - our own text
    both = str(written(tmp_path, *(entry("x/*") + f'spec = "{name}/x.txt"\n' for name in ("acme", "beta"))))
    result = qa_sync("check", *twins, *TWINS, "--baseline", both)
    assert result.code == 0
    assert "(16 known)" in result.out
    assert qa_sync("check", twins[0], *TWINS, "--baseline", str(written(tmp_path, entry("x/*")))).code == 0


def test_a_copied_spec_does_not_make_an_entry_ambiguous_under_another_name(tmp_path: Path) -> None:
    entries = read_baseline(written(tmp_path, entry("x/*")))
    reject_ambiguous(entries, ["a/x.txt", "a/y.txt", "b/y.txt", "a/x.txt"])
    with pytest.raises(UsageError):
        reject_ambiguous(entries, ["a/x.txt", "b/x.rst"])
