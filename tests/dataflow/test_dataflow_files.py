"""Which files are valid specs, and the errors for other files."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from qa_sync.dataflow.load import load_dataflow
from qa_sync.errors import SpecError

SPECS = Path(__file__).parents[2] / "specs"
DOCUMENT = b"A to B Dataflow\r\n===============\r\n"


def refused(path: Path | str) -> SpecError:
    with pytest.raises(SpecError) as caught:
        load_dataflow(str(path))
    assert caught.value.exit_code == 2
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("name", "headings", "copies"),
    [
        (
            "000.txt",
            [f"Wix.com {entity}s to Customerp {entity}" for entity in ("Contact", "Order", "Product")],
            [None, None, None],
        ),
        (
            "003.txt",
            [
                f"WooCommerce {entity} to Custom Webshop {entity}"
                for entity in ("Order", "Product", "Customer", "Order", "Product")
            ],
            [None, None, None, 1, 2],
        ),
    ],
)
def test_the_two_specs(name: str, headings: list[str], copies: list[int | None]) -> None:
    flow = load_dataflow(str(SPECS / name))
    assert [section.heading for section in flow.sections] == headings
    assert [section.duplicate_of for section in flow.sections] == copies
    assert [section.line for section in flow.sections] == [12 + 16 * n for n in range(len(headings))]
    assert [section.table_line for section in flow.sections] == [20 + 16 * n for n in range(len(headings))]
    assert all([str(s.kind) for s in section.statements] == ["every", "keep", "props"] for section in flow.sections)
    empty = [finding.line for finding in flow.findings if finding.code == "empty-property-table"]
    assert empty == [section.table_line for section in flow.sections]
    assert len(flow.findings) == len(empty) + sum(copy is not None for copy in copies)


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    path = tmp_path / "a-b.rst"
    path.write_bytes(b"\xef\xbb\xbf" + DOCUMENT)
    assert load_dataflow(str(path)).title == "A to B Dataflow"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(DOCUMENT)))
    assert load_dataflow("-").path == "-"


def test_a_missing_file_suggests_a_similar_name(tmp_path: Path) -> None:
    (tmp_path / "wix-customerp.rst").write_bytes(DOCUMENT)
    assert refused(tmp_path / "wix-custmerp.rst").hint == "did you mean 'wix-customerp.rst'?"
    assert "wix-customerp.rst" in str(refused(tmp_path / "zzz").hint)
    assert refused(tmp_path / "no" / "folder.rst").hint


def test_a_folder_suggests_a_spec_in_it(tmp_path: Path) -> None:
    (tmp_path / "a-b.rst").write_bytes(DOCUMENT)
    assert "a-b.rst" in str(refused(tmp_path).hint)


def test_a_path_with_a_nul_character() -> None:
    assert "cannot be read" in refused("a\0b").message


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (DOCUMENT + b"caf\xe9\n", 3, "UTF-8"),
        ("A to B Dataflow\n".encode("utf-16"), 1, "UTF-16"),
        (DOCUMENT + b"x\n\0", 4, "NUL"),
        (b"", 1, "`<S> to <T> Dataflow`"),
        (b"\n\nSome notes\n==========\n", 3, "`<S> to <T> Dataflow`, got 'Some notes'"),
        (b"\x89PNG\r\n\x1a\n\0\0", 1, "0x89"),
    ],
)
def test_other_data_is_an_error(tmp_path: Path, data: bytes, line: int, said: str) -> None:
    path = tmp_path / "a-b.rst"
    path.write_bytes(data)
    error = refused(path)
    assert said in str(error)
    assert f"a-b.rst:{line}:" in str(error)
