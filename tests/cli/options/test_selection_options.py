"""`-k`, `--section`, `--kind` and `--shard`: only what is wanted is run and told of."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cli_caller import QaSync, Serve

from qa_sync.systems.http.asgi_transport import AsgiTransport

SPECS = ("specs/000.txt", "specs/003.txt")
SANDBOX = ("specs/000.txt", "--mode", "sandbox")


class Found(dict[tuple[str, str], Any]):
    """The checks of a run by document and id, with their section's heading."""

    @property
    def kinds(self) -> set[str]:
        return {check["kind"] for check in self.values()}

    @property
    def headings(self) -> set[str]:
        return {check["heading"] for check in self.values()}


def found(qa_sync: QaSync, *words: str) -> Found:
    got = qa_sync("check", *words, "--report", "json")
    assert got.code == 0, got.err
    reported = json.loads(got.out)
    checks = Found(
        ((spec["spec"], check["id"]), {**check, "heading": section["heading"]})
        for spec in reported["specs"]
        for section in spec["sections"]
        for check in section["checks"]
    )
    assert sum(reported["totals"].values()) == len(checks)
    return checks


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests that the embedded systems are sent."""
    sent: list[str] = []
    handle = AsgiTransport.handle_request

    def counting(self: AsgiTransport, request: Any) -> Any:
        sent.append(f"{request.method} {request.url}")
        return handle(self, request)

    monkeypatch.setattr(AsgiTransport, "handle_request", counting)
    return sent


class TestReplay:
    def test_a_check_alone_is_what_it_is_among_all(self, qa_sync: QaSync) -> None:
        """A recording is of a whole section, so all of it is played: what is requested late is still found."""
        whole = found(qa_sync, "specs/000.txt", "--section", "1")
        alone = found(qa_sync, "specs/000.txt", "-k", "update-backward and firstName and Contacts")
        assert len(alone) == 1
        assert all(whole[key] == check for key, check in alone.items())

    def test_no_request_of_a_section_that_is_played_counts_as_never_requested(self, qa_sync: QaSync) -> None:
        got = qa_sync("check", "specs/000.txt", "--kind", "create", "--section", "3")
        assert got.code == 0
        assert "never" not in got.out + got.err

    def test_sections_by_number_key_or_heading(self, qa_sync: QaSync) -> None:
        heading = "Wix.com Products to Customerp Product"
        by = [found(qa_sync, "specs/000.txt", "--section", name) for name in ("3", heading, heading.upper())]
        assert by[0] == by[1] == by[2]
        assert by[0].headings == {heading}

    def test_several_sections_and_kinds_add_up(self, qa_sync: QaSync) -> None:
        some = found(
            qa_sync, "specs/000.txt", "--section", "1", "--section", "3", "--kind", "create", "--kind", "unique"
        )
        assert some.kinds == {"create", "unique"}
        assert len(some.headings) == 2
        assert len(some) == 4

    def test_what_is_requested_in_several_ways_must_meet_all(self, qa_sync: QaSync) -> None:
        assert len(found(qa_sync, "specs/000.txt", "--section", "1", "--kind", "create", "-k", "not unique")) == 1

    def test_shards_share_everything_and_stay_the_same(self, qa_sync: QaSync) -> None:
        whole = found(qa_sync, *SPECS)
        shards = [found(qa_sync, *SPECS, "--shard", f"{number}/3") for number in (1, 2, 3)]
        assert all(shards)
        assert sum(map(len, shards)) == len(whole)
        assert {key: check for shard in shards for key, check in shard.items()} == whole
        assert found(qa_sync, *SPECS, "--shard", "2/3") == shards[1]

    def test_only_what_is_wanted_is_reported(self, qa_sync: QaSync) -> None:
        got = qa_sync("check", "specs/000.txt", "-k", "create and Products")
        assert "[1/1]" in got.err
        assert "1 check: 1 passed" in got.out
        assert "Contacts" not in got.out


class TestSandbox:
    def test_what_no_one_wants_is_not_carried_out(self, qa_sync: QaSync, requests: list[str]) -> None:
        found(qa_sync, *SANDBOX, "--section", "1")
        section = len(requests)
        requests.clear()
        found(qa_sync, *SANDBOX, "--section", "1", "--kind", "create")
        assert 0 < len(requests) < section / 2

    def test_other_sections_records_are_not_made(self, qa_sync: QaSync, requests: list[str]) -> None:
        found(qa_sync, *SANDBOX, "--section", "3", "--kind", "property")  # no bystanders either
        made = {sent.split("?")[0] for sent in requests if sent.startswith("POST") and "/query" not in sent}
        assert any("product" in sent for sent in made)
        assert not [sent for sent in made if "contact" in sent.casefold()]

    def test_the_verdicts_are_those_of_the_whole_run(self, qa_sync: QaSync) -> None:
        whole = found(qa_sync, *SANDBOX, "--section", "3")
        some = found(qa_sync, *SANDBOX, "-k", "Products and (create or unique)")
        assert some
        assert all(whole[key]["status"] == check["status"] for key, check in some.items())


def test_live_only_what_is_wanted_is_announced_before_it_is_made(qa_sync: QaSync, serve: Serve) -> None:
    config = str(serve("specs/000.txt"))
    words = ("--section", "3", "--kind", "create", "--mode", "live", "--config", config)
    got = qa_sync("check", "specs/000.txt", *words, "-q", "--no-history")
    assert got.code == 0, got.err
    assert re.findall(r"\): (\d+ \w+)$", got.err, flags=re.MULTILINE) == ["5 Products"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-k", "create and"), "column 11"),
        (("-k", "nothing-has-this"), "no check matches -k 'nothing-has-this'"),
        (("--section", "Wix.com"), "is a part of 3 headings"),
        (("--section", "Wix.com Contact to Customerp Contact"), "did you mean 'Wix.com Contacts to"),
        (("--section", "9"), "section"),
        (("--kind", "creat"), "did you mean 'create'"),
        (("--shard", "4/3"), "I from 1 to N"),
        (("--shard", "0/3"), "I from 1 to N"),
        (("--shard", "one"), "I from 1 to N"),
        (("--shard", "1/99"), "some shards would be empty"),
    ],
)
@pytest.mark.parametrize("mode", ["replay", "sandbox"])
def test_what_cannot_be_is_reported_before_anything_is_run(
    qa_sync: QaSync, requests: list[str], words: tuple[str, ...], told: str, mode: str
) -> None:
    got = qa_sync("check", "specs/000.txt", "--mode", mode, *words)
    assert (got.code, got.out) == (2, "")
    assert told in got.err
    assert requests == []
