from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_caller import QaSync
from msgspec.structs import replace

from qa_sync.reports.formats import results_json as json
from qa_sync.reports.history.compare_runs import compare
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult, SpecResult


def run(*checks: CheckFinished) -> Results:
    section = SectionResult("k", 1, "A to B", 1, None, checks)
    return Results("live", "1", datetime(2025, 1, 1, tzinfo=UTC), 1, (SpecResult("s.txt", "A to B", (section,)),), ())


def check(name: str, status: Status = Status.PASSED, latency: float | None = None) -> CheckFinished:
    return CheckFinished("s.txt", "k", name, "property", name, 7, status, message=None, latency_s=latency)


def names(changes: object) -> list[str]:
    return [change.check.id for change in changes]  # type: ignore[attr-defined]


def test_each_change_is_reported_once_where_it_belongs() -> None:
    old = run(
        check("stays"), check("breaks"), check("mended", Status.FAILED), check("found", Status.ERROR), check("gone"),
        check("lost"), check("still", Status.FAILED), check("left-out"), check("unknown", Status.FAILED),
    )  # fmt: skip
    new = run(
        check("stays"), check("breaks", Status.FAILED), check("mended"), check("found"), check("fresh"),
        check("broken-from-the-start", Status.FAILED), check("lost", Status.ERROR), check("still", Status.FAILED),
        check("left-out", Status.SKIPPED), check("unknown", Status.ERROR),
    )  # fmt: skip
    found = compare(old, new)
    assert names(found.failing) == ["breaks", "broken-from-the-start"]
    assert names(found.unclear) == ["lost", "unknown"]
    assert names(found.unverified) == ["left-out"]
    assert names(found.fixed) == ["mended", "found"]
    assert names(found.added) == ["fresh", "broken-from-the-start"]
    assert names(found.gone) == ["gone"]
    assert found.exit_code == 1


def test_only_what_newly_fails_is_1() -> None:
    bad = run(check("a", Status.FAILED))
    assert compare(bad, bad).exit_code == 0
    assert compare(run(check("a")), run(check("a", Status.ERROR))).exit_code == 3
    assert compare(bad, run(check("a"))).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "slower"),
    [
        ([2.0] * 5, [4.0] * 5, True),
        ([2.0] * 5, [2.9] * 5, False),  # not a second
        ([10.0] * 5, [11.5] * 5, False),  # not a fifth
        ([1, 5, 9, 13, 17], [3, 9, 15, 21, 27], False),  # within three deviations of what was usual
        ([8, 9, 9, 9, 10], [14, 14, 15, 15, 15], True),
        ([2.0] * 5, [2.0, 2.0, 2.0, 90.0, 90.0], False),  # the median stayed
        ([4.0] * 5, [2.0] * 5, False),
        ([None] * 5, [9.0] * 5, False),
    ],
)
def test_slower_is_beyond_noise(old: list[float], new: list[float], slower: bool) -> None:
    def timed(values: list[float]) -> Results:
        return run(*(check(str(n), latency=value) for n, value in enumerate(values)))

    found = compare(timed(old), timed(new))
    assert bool(found.slower) is slower
    assert found.exit_code == 0


def test_only_what_passed_in_both_runs_is_timed() -> None:
    old = run(check("a", latency=1.0))
    assert compare(old, run(check("a", Status.FAILED, latency=120.0))).slower == ()


def test_the_command(qa_sync: QaSync, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    broken = replace(check("breaks", Status.FAILED), message="\x1b[31mtoo late")
    old.write_text(json.render(run(check("breaks", latency=1.0), check("slow", latency=1.0))))
    new.write_text(json.render(run(broken, check("slow", latency=9.0))))
    result = qa_sync("diff", str(old), str(new))
    assert result.code == 1
    assert result.out.startswith(
        "Newly failing (1)\n  s.txt:7  property  breaks  (passed -> failed)\n      \\x1b[31mtoo late\n\n"
        "Slower (1)\n  1.00 s -> 9.00 s  s.txt  k  property, 1 checks\n"
    )
    assert result.out.endswith("1 newly failing, 1 slower\n")
    assert qa_sync("diff", str(old), str(old)).out == "no difference\n"
    assert qa_sync("diff", str(new), str(old)).code == 0


def test_wrong_files_are_reported(qa_sync: QaSync, tmp_path: Path) -> None:
    assert qa_sync("diff", "-", "-").code == 2
    result = qa_sync("diff", str(tmp_path / "a"), str(tmp_path / "b"))
    assert result.code == 2
    assert str(tmp_path / "a") in result.err
