"""What settings change for `show`, `lint` and `check`: who speaks to a system, and which pairs there are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync

from qa_sync.systems.connectors.find import builtin_folder

Configure = Callable[[str], str]

SPEC = (ROOT / "specs" / "000.txt").read_text(encoding="utf-8")


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    def write(text: str) -> str:
        path = tmp_path / "qa-sync.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def bespoke(tmp_path: Path) -> str:
    """A document about a system that no built-in connector knows, and a folder that describes it."""
    shutil.copytree(builtin_folder("customerp"), tmp_path / "connectors" / "acme")
    path = tmp_path / "acme.txt"
    path.write_text(SPEC.replace("=" * 29, "=" * 27).replace("Customerp", "Acme X5"), encoding="utf-8")
    return str(path)


ACME = '[systems."Acme X5"]\nconnector = "connectors/acme"\n'


def test_a_folder_speaks_to_a_system_that_nothing_else_knows(
    qa_sync: QaSync, configure: Configure, bespoke: str
) -> None:
    config = configure(ACME)
    assert "no connector for Acme X5" in qa_sync("show", bespoke).out
    shown = qa_sync("show", bespoke, "--config", config, "--format", "json")
    pair = json.loads(shown.out)["sections"][0]["pairs"][0]
    assert (pair["origin"], pair["target"]) == ("inferred", "email")
    assert "no connector" in qa_sync("lint", bespoke).out
    assert "no connector" not in qa_sync("lint", bespoke, "--config", config).out


def test_settings_are_found_upwards(
    qa_sync: QaSync, configure: Configure, bespoke: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(ACME)
    monkeypatch.chdir(tmp_path / "connectors")
    assert "no connector" not in qa_sync("lint", bespoke).out


def test_the_sandbox_does_not_know_a_bespoke_system(qa_sync: QaSync, configure: Configure, bespoke: str) -> None:
    got = qa_sync("check", bespoke, "--config", configure(ACME), "--mode", "sandbox")
    assert got.code == 2
    assert "'acme'" in got.err
    assert "--mode live" in got.err


def test_a_label_can_be_bound_to_a_builtin_connector(qa_sync: QaSync, configure: Configure, bespoke: str) -> None:
    config = configure('[systems."acme x5"]\nconnector = "customerp"\n')
    got = qa_sync("check", bespoke, "--config", config, "--mode", "sandbox", "-q")
    assert got.code == 0, got.out


def test_a_connector_that_is_not_there(qa_sync: QaSync, configure: Configure, bespoke: str) -> None:
    got = qa_sync("show", bespoke, "--config", configure('[systems."Acme X5"]\nconnector = "customrep"\n'))
    assert got.code == 2
    assert "qa-sync.toml:1: unknown connector 'customrep'" in got.err
    assert "did you mean 'customerp'" in got.err


def test_two_connectors_of_one_name(qa_sync: QaSync, configure: Configure, bespoke: str, tmp_path: Path) -> None:
    shutil.copytree(builtin_folder("wix"), tmp_path / "acme")
    got = qa_sync("check", bespoke, "--config", configure(f'{ACME}[systems."Wix.com"]\nconnector = "acme"\n'))
    assert got.code == 2
    assert "two connectors with the same name" in got.err


PAIR = """
[[pairs]]
section = "wix.com  contacts to Customerp Contact"
source = "{}"
target = "{}"
"""


def test_settled_pairs_come_before_inferred_ones_and_say_so(qa_sync: QaSync, configure: Configure) -> None:
    config = configure(PAIR.format("info.name.first", "firstName"))
    shown = json.loads(qa_sync("show", "specs/000.txt", "--config", config, "--format", "json").out)
    assert [s["pairs"][0]["origin"] for s in shown["sections"]] == ["settings", "inferred", "inferred"]
    assert [(p["source"], p["target"]) for p in shown["sections"][0]["pairs"]] == [("info.name.first", "firstName")]
    got = qa_sync(
        "check", "specs/000.txt", "--config", config, "--mode", "sandbox", "--section", "1", "--report", "json"
    )
    assert got.code == 0
    section = json.loads(got.out)["specs"][0]["sections"][0]
    assert [c["kind"] for c in section["checks"] if c["origin"] == "settings"] == [
        "property",
        "update-forward",
        "update-backward",
    ]
    # The recording was made with other pairs, and says so.
    assert "is stale: the section has changed" in qa_sync("check", "specs/000.txt", "--config", config).err


def test_a_settled_pair_of_a_property_that_is_not_there(qa_sync: QaSync, configure: Configure) -> None:
    config = configure(PAIR.format("info.name.first", "firstNam"))
    got = qa_sync("show", "specs/000.txt", "--config", config)
    assert got.code == 2
    assert "qa-sync.toml:2: unknown property of Customerp Contact 'firstNam'" in got.err
    assert "did you mean 'firstName'" in got.err


def pairs_for(*headings: str) -> str:
    return "".join(f'[[pairs]]\nsection = "{h}"\nsource = "number"\ntarget = "reference"\n' for h in headings)


def test_a_settled_pair_for_a_heading_that_no_section_has(qa_sync: QaSync, configure: Configure) -> None:
    config = configure(pairs_for("Wix.com Ordres to Customerp Order", "Nonsense") + PAIR.format("info.name", "surname"))
    for command in (("show",), ("check", "--mode", "sandbox"), ("check",)):
        got = qa_sync(*command, "specs/000.txt", "--config", config)
        assert got.code == 2
        assert "4 problems:" in got.err, got.err
        assert "qa-sync.toml:1: [[pairs]]: no section has the heading 'Wix.com Ordres to Customerp Order'" in got.err
        assert "did you mean 'Wix.com Orders to Customerp Order'?" in got.err
        assert "qa-sync.toml:5: [[pairs]]: no section has the heading 'Nonsense'" in got.err
        assert "expected one of: Wix.com Contacts to Customerp Contact, " in got.err
        assert "qa-sync.toml:10: unknown property of Wix.com Contacts 'info.name'" in got.err
        assert "qa-sync.toml:10: unknown property of Customerp Contact 'surname'" in got.err


def test_settings_are_for_other_documents_too(qa_sync: QaSync, configure: Configure) -> None:
    other = ("WooCommerce Order to Custom Webshop Order", "Acme X5 Order to  customerp Order", "ACME X5 A to WIX B")
    config = configure(ACME + pairs_for(*other))
    assert qa_sync("show", "specs/000.txt", "--config", config).code == 0
    both = qa_sync("show", "specs/000.txt", "specs/003.txt", "--config", config)
    assert both.code == 0, both.err
    wrong = configure(ACME + pairs_for("WooCommerce Ordr to Custom Webshop Order"))
    assert qa_sync("show", "specs/000.txt", "--config", wrong).code == 0
    assert qa_sync("show", "specs/003.txt", "--config", wrong).code == 2
    assert qa_sync("show", "specs/000.txt", "--config", configure(pairs_for("Wix.com A to Nobody B"))).code == 2
