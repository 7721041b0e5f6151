"""Secrets that cannot be reported from ordinary text are rejected before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_system import connector

from qa_sync.errors import UsageError
from qa_sync.systems.secret_values import reject_ordinary_secrets, reject_unrecordable_secrets

ORDINARY = ("i", "id", '"', "{}", "...", "----", "true", "False", " null ")
UNRECORDABLE = (*ORDINARY, "abc", "1234", "120394857162", "things", "name", "query")
FINE = ("people-key-0001", "abcd", "hunter2", "12a4", "thing-key", "p4ss", "æøåé")


@pytest.mark.parametrize("value", ORDINARY)
def test_no_run_takes_a_secret_that_is_ordinary_text(value: str) -> None:
    with pytest.raises(UsageError, match="Shop: secrets that cannot be told from ordinary text: key is") as caught:
        reject_ordinary_secrets("Shop", {"other": "people-key-0001", "key": value})
    assert "longer key" in str(caught.value)
    assert "other" not in str(caught.value)


@pytest.mark.parametrize("value", UNRECORDABLE)
def test_no_recording_takes_a_secret_that_its_requests_may_contain(tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match="key is"):
        reject_unrecordable_secrets("Shop", connector(tmp_path), {"key": value})


@pytest.mark.parametrize("value", FINE)
def test_other_secrets_are_taken(tmp_path: Path, value: str) -> None:
    reject_ordinary_secrets("Shop", {"key": value})
    reject_unrecordable_secrets("Shop", connector(tmp_path), {"key": value})
