from __future__ import annotations

import subprocess
import sys

import pytest

import qa_sync


def test_what_is_promised_is_there() -> None:
    for name in qa_sync.__all__:
        assert getattr(qa_sync, name)
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        _ = qa_sync.walk


def test_a_dataflow_can_be_read_from_python() -> None:
    dataflow = qa_sync.read_dataflow("=" * 15 + "\nA to B Dataflow\n" + "=" * 15 + "\n", "a-b.rst")
    assert (dataflow.source, dataflow.target, dataflow.sections) == ("A", "B", ())


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_loads_nothing_heavy(word: str) -> None:
    heavy = {"httpx", "docutils", "vcr", "jinja2", "duckdb", "rich", "starlette", "yaml", "difflib"}
    code = f"import sys; sys.argv = ['qa-sync', '{word}']\nfrom qa_sync.cli.main import run_guarded\nrun_guarded()\n"
    code += "print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout
    assert not heavy & set(done.stderr.split())


def test_a_replay_loads_neither_the_sandbox_nor_the_recorder() -> None:
    code = (
        "import sys; sys.argv = ['qa-sync', 'check', 'specs/000.txt', '-q']\nfrom qa_sync.cli.main import run_guarded\n"
    )
    code += "assert run_guarded() == 0\nprint(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unneeded = {"vcr", "yaml", "starlette", "uvicorn", "jinja2", "oauthlib", "anyio", "httpcore", "asyncio", "sqlite3"}
    live_only = {
        "http.response_limits",
        "http.transport",
        "rest.live_connection",
        "rest.create_evidence",
        "auth.tokens",
    }
    unneeded |= {"qa_sync.sync.engine", *(f"qa_sync.systems.{name}" for name in live_only)}
    assert not unneeded & set(done.stderr.split())
