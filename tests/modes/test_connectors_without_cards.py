"""Connectors as others write them, without entity cards, checked live: what the documents say is enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from cli_caller import Answer, QaSync
from people_api import KEY, people_api, write_connector, write_settings, write_spec

NAME = ("name", "name", "string")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEOPLE_KEY", KEY)


def check(
    qa_sync: QaSync, place: Path, url: str, rows: Sequence[tuple[str, str, str]], *words: str, settings: str = ""
) -> Answer:
    spec = write_spec(place / "spec.txt", rows)
    config = write_settings(place, url, settings)
    kinds = words or ("--kind", "create", "--kind", "property")
    return qa_sync("check", str(spec), "--config", str(config), "--mode", "live", "--yes", "--no-history", *kinds)


@pytest.mark.parametrize("manner", ["plain", "strict"])
def test_rows_are_enough(qa_sync: QaSync, tmp_path: Path, manner: str) -> None:
    write_connector(tmp_path / "alpha", manner)
    write_connector(tmp_path / "beta")
    with people_api() as (people, served):
        done = check(qa_sync, tmp_path, served.url, [NAME])
    assert (done.code, "2 passed" in done.out) == (0, True), done.out + done.err
    assert not any(request.startswith("POST") and request.endswith("{}") for request in people.requests)


def test_an_email_is_one_by_its_name(qa_sync: QaSync, tmp_path: Path) -> None:
    for name in ("alpha", "beta"):
        write_connector(tmp_path / name, "mail")
    pairs = '[[pairs]]\nsection = "Alpha Person to Beta Person"\nsource = "{0}"\ntarget = "{0}"\n'
    with people_api() as (_, served):
        done = check(qa_sync, tmp_path, served.url, [], settings=pairs.format("name") + pairs.format("email"))
    assert (done.code, "3 passed" in done.out) == (0, True), done.out + done.err


def test_nothing_is_written_without_a_property(qa_sync: QaSync, tmp_path: Path) -> None:
    for name in ("alpha", "beta"):
        write_connector(tmp_path / name)
    with people_api() as (people, served):
        done = check(qa_sync, tmp_path, served.url, [])
    assert "nothing says which properties Alpha Person and Beta Person share" in done.out
    assert "✗" not in done.out
    assert not [request for request in people.requests if not request.startswith("GET")]
