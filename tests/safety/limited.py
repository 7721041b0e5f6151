"""A program for tests: `qa-sync` that may write no file beyond so many bytes: `limited.py BYTES WORD...`."""

from __future__ import annotations

import resource
import signal
import sys

from qa_sync.cli.main import run_guarded

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["qa-sync", *sys.argv[2:]]
sys.exit(run_guarded())
