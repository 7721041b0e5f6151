"""A program for tests: `qa-sync` that gives up a silent system after 1 second instead of 10."""

from __future__ import annotations

import sys

from qa_sync.cli.main import run_guarded
from qa_sync.systems.http.retrying import silence_limit

vars(silence_limit).update(SILENCE_S=1.0, LEAST_S=0.5)
sys.argv = ["qa-sync", *sys.argv[1:]]
sys.exit(run_guarded())
