"""The filled sandbox served on this machine, and settings that lead there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from audit_world import World
from served_apps import serving

from qa_sync.sandbox.vendors import VENDORS

LABELS = {"wix": "Wix.com", "customerp": "Customerp", "woocommerce": "WooCommerce", "customwebshop": "Custom Webshop"}
KEYS = """
[[keys]]
section = "Wix.com Orders to Customerp Order"
source = "channelInfo.externalOrderId"
target = "externalReference"
[[keys]]
section = "WooCommerce Order to Custom Webshop Order"
source = "meta_data[key=external_order_id].value"
target = "reference"
"""


@contextmanager
def served(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the settings of a sandbox that is served as long as the block lasts."""
    with serving(world.apps) as url:
        yield settings(folder, url, monkeypatch)


def settings(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write settings for all vendors below a url, and put their secrets into the environment."""
    lines = []
    for name, label in LABELS.items():
        secrets = {key: f"$AUDIT_{name}_{key}".upper() for key in VENDORS[name].secrets}
        for key, value in VENDORS[name].secrets.items():
            monkeypatch.setenv(secrets[key][1:], value)
        reported = ", ".join(f"{key} = {json.dumps(value)}" for key, value in secrets.items())
        lines += [f'[systems."{label}"]', f'url = "{url}/{name}"', f"secrets = {{ {reported} }}"]
    path = folder / "qa-sync.toml"
    path.write_text("\n".join(lines) + KEYS, encoding="utf-8")
    return path
