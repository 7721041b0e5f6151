"""Both real specs' systems filled with records that are in sync, faults planted in known places, and the audit of them.

The stores are filled directly: the records are what the vendors' APIs would show after a sync carried them over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from qa_sync.audit.audit import Audit, Terms
from qa_sync.audit.engine import Needs, start_engine
from qa_sync.audit.planning import Known
from qa_sync.audit.reading import Source
from qa_sync.audit.stocking import Files, SourceOf, Wish
from qa_sync.clock import VirtualClock
from qa_sync.dataflow.files import load_dataflow
from qa_sync.location import Location
from qa_sync.running.results import Results, fold
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.settings.model import SettledKey
from qa_sync.systems.builtin import LABELS, builtin_folder
from qa_sync.systems.capabilities import abilities_of
from qa_sync.systems.connector import Connector, load_connector
from qa_sync.systems.inprocess import AsgiTransport
from qa_sync.systems.rest import RestSystem

Doc = dict[str, Any]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = "2026-02-01T10:00:00"
KEYS = (
    SettledKey("Wix.com Orders to Customerp Order", "channelInfo.externalOrderId", "externalReference", Location("t")),
    SettledKey("WooCommerce Order to Custom Webshop Order", "meta_data[key=external_order_id].value", "reference", Location("t")),
)
LABEL = {"wix": "Wix.com", "customerp": "Customerp", "woocommerce": "WooCommerce", "customwebshop": "Custom Webshop"}


@dataclass
class World:
    """Four vendors in this process, their records by vendor and kind, and what was planted: kinds and classes by id."""

    docs: dict[tuple[str, str], dict[str, Doc]] = field(default_factory=dict)
    planted: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, vendor: str, kind: str, id: Any, doc: Doc) -> None:
        self.docs.setdefault((vendor, kind), {})[str(id)] = doc
