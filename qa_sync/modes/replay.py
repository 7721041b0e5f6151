"""`--mode replay`: the recorded answers again; no network, no waiting, the same verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist, SectionPlan, Side
from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import RecordingError
from qa_sync.modes.job import Job, Prepared, cassette_path
from qa_sync.run.stage import Stage
from qa_sync.systems.recording import ReplayTransport, Tape
from qa_sync.systems.rest import RestSystem
