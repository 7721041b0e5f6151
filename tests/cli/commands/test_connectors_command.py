from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync

NEAR = "did you mean 'empty-result'?"
FOLDERS = ROOT / "tests" / "systems" / "folders"


def test_the_list_tells_names_and_labels(qa_sync: QaSync) -> None:
    got = qa_sync("connectors", "list")
    assert got.code == 0
    assert [line.split()[0] for line in got.out.splitlines()] == ["wix", "woocommerce", "customerp", "customwebshop"]
    assert "Customerp, Custom ERP" in got.out


def test_show_shows_every_property(qa_sync: QaSync) -> None:
    got = qa_sync("connectors", "show", "woocommerce")
    assert got.code == 0
    assert "customer (Customer" in got.out
    assert "  email  email  email  always" in got.out


@pytest.mark.parametrize("name", ["wix", "woocommerce", "customerp", "customwebshop"])
def test_the_built_in_ones_are_whole(qa_sync: QaSync, name: str) -> None:
    got = qa_sync("connectors", "check", name)
    assert (got.code, got.err) == (0, "")
    assert "list lookup insert" in got.out


def test_a_folder_is_reported_per_datatype_with_reasons(qa_sync: QaSync) -> None:
    got = qa_sync("connectors", "check", str(FOLDERS / "sharing"))
    assert got.code == 1
    for line in (
        "sharing: authentication header Authorization",
        "  secrets: token",
        "  plain                   list lookup insert update delete  key id, one page, since",
        "  patch                   list lookup insert update delete  key Id, one page, since",
        "  child                   list ------ ------ ------ ------  key id, one page, once per plain",
    ):
        assert line in got.out.splitlines(), line
    assert "    no insert: the pipe 'sharing-shaped-share' builds the body of insert by a rule that qa-sync" in got.out
    assert "missing: manifest.json: datatypes.lost.template: " in got.err
    assert "missing: templates/lost.json: lost: cannot be listed: " in got.err
    assert (
        "note: templates/slip.json: slip: the source of 'sharing-slip-all' uses the operation 'sub-slips-list', "
        "which does not exist; 'sub_slips-list' is used instead" in got.err
    )


def test_paging_and_authentication_are_reported(qa_sync: QaSync) -> None:
    got = qa_sync("connectors", "check", str(FOLDERS / "paging"))
    assert got.code == 0
    assert "pages until same-next-page-request or empty-result" in got.out
    got = qa_sync("connectors", "check", str(FOLDERS / "twofold"))
    assert "twofold: authentication header Key" in got.out
    assert "  second system twofoldv1: authentication basic" in got.out


def test_everything_wrong_is_reported_at_once_with_file_and_key(qa_sync: QaSync) -> None:
    got = qa_sync("connectors", "check", str(FOLDERS / "broken"))
    assert got.code == 2
    system = "fatal: templates/system.json: "
    for line in (
        f"{system}url_pattern: is missing",
        f"{system}operations.a.method: is missing",
        f"{system}operations.b.method: 'get' is not one of GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD",
        f"{system}operations.c.payload-type: 'xml' is not one of json, json-transit, form, text, multipart-form",
        f"{system}operations.c.next_page_termination_strategy: unknown strategy 'empty-results'; {NEAR}",
        f"{system}operations.c.allowed_status_codes: '2xx' is not a list of status codes such as 200-299,404",
        f"{system}operations.d.payload_type: is not read; did you mean 'payload-type'?",
        f"{system}operations.e: expected an object",
        f"{system}operations.f.ignored_status_codes: '400-410' and 'allowed_status_codes' must not overlap",
    ):
        assert line in got.err.splitlines(), line
    assert "missing: manifest.json: datatypes.other.template: " in got.err
    assert "not JSON" in got.err


def test_keys_that_no_one_reads_are_reported_and_end_well(qa_sync: QaSync, tmp_path: Path) -> None:
    shutil.copytree(FOLDERS / "paging", tmp_path / "paging")
    template = tmp_path / "paging" / "templates" / "system.json"
    system = json.loads(template.read_text())
    template.write_text(json.dumps({**system, "verify_sll": False, "worker_threads": 2}))
    got = qa_sync("connectors", "check", str(tmp_path / "paging"))
    assert got.code == 0
    lines = got.err.splitlines()
    assert "note: templates/system.json: verify_sll: is not read; did you mean 'verify_ssl'?" in lines
    assert "worker_threads: is not supported: the number of concurrent requests" in got.err


def test_what_is_no_connector_is_reported(qa_sync: QaSync, tmp_path: Path) -> None:
    got = qa_sync("connectors", "check", str(tmp_path))
    assert got.code == 2
    assert "a connector folder contains manifest.json" in got.err
    got = qa_sync("connectors", "check", "wixx")
    assert got.code == 2
    assert "did you mean 'wix'?" in got.err


def test_a_hostile_folder_cannot_speak_to_the_terminal(qa_sync: QaSync, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    manifest = {"datatypes": {"a\x1b[2J": {}, "b": {"template": "../../etc/passwd"}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "templates" / "system.json").write_text('{"url_pattern": "https://x.example.test/%s"}')
    got = qa_sync("connectors", "check", str(tmp_path))
    assert got.code == 1
    assert "\x1b" not in got.out + got.err
    assert "'../../etc/passwd' is outside the connector's folder" in got.err
