"""What DuckDB says when it is interrupted."""

from __future__ import annotations

import duckdb
import pytest

from qa_sync.audit.engines.duckdb import readable_errors


@pytest.mark.parametrize(
    "error", [duckdb.InterruptException("INTERRUPT Error: Interrupted!"), RuntimeError("Query interrupted")]
)
def test_ctrl_c_in_a_query_is_an_interruption(error: Exception) -> None:
    def query() -> None:
        raise error

    with pytest.raises(KeyboardInterrupt):
        readable_errors(query)


def test_another_error_stays_what_it_is() -> None:
    def query() -> None:
        raise RuntimeError("else")

    with pytest.raises(RuntimeError, match="else"):
        readable_errors(query)
