"""Recordings of a replay as JSON, both ways."""

from __future__ import annotations

from typing import Any

from qa_sync.reports.shared.json_node import Node
from qa_sync.running.results import Recording, Results


def recordings_json(results: Results) -> list[dict[str, Any]]:
    """Return the recordings as JSON values."""
    return [
        {
            "spec": r.spec,
            "key": r.key,
            "path": r.path,
            "recorded": r.recorded.isoformat(),
            "requests": r.requests,
            "unplayed": list(r.unplayed),
        }
        for r in results.recordings
    ]


def read_recordings(root: Node) -> tuple[Recording, ...]:
    """Read what `recordings_json` wrote."""
    if "recordings" not in root.value:
        return ()
    return tuple(
        Recording(
            n["spec"].text(),
            n["key"].text(),
            n["path"].text(),
            n["recorded"].instant(),
            n["requests"].whole(),
            tuple(u.text() for u in n["unplayed"].items()),
        )
        for n in root["recordings"].items()
    )
