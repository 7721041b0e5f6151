"""An audit compares HTML with its tags where both sides hold it, and without them where one side holds a plain text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_pair import checks_of, make_pair
from cli_caller import QaSync

PAIRS = [("a <b>c</b>", "<p>a <b>c</b></p>"), ("a <b>c</b>", "a c"), ("a <b>c</b>", "a <i>c</i>")]


@pytest.mark.parametrize(("office", "differ"), [("html", 2), ("text", 2)])
def test_tags_count_where_both_sides_hold_html(qa_sync: QaSync, tmp_path: Path, office: str, differ: int) -> None:
    spec = make_pair(tmp_path, {"info": '{ convert = "html" }'})
    card = tmp_path / "office/entities.toml"
    card.write_text(card.read_text("utf-8").replace('convert = "html"', f'convert = "{office}"'), "utf-8")
    for at, name in enumerate(("left", "right")):
        rows = ({"id": str(n), "email": f"u{n}@x.test", "info": pair[at]} for n, pair in enumerate(PAIRS))
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    report = tmp_path / "audit.json"
    files = [f"--{side}={tmp_path / side}.jsonl" for side in ("left", "right")]
    qa_sync("audit", str(spec), *files, f"--config={tmp_path / 'qa-sync.toml'}", "-q", f"--report=json={report}")
    check = checks_of(report)["property/info:info"]
    assert (check["status"], check["message"].split()[0]) == ("failed", str(differ)), check["message"]
