"""What `empty` clears: a record keeps a name, because a system may reject one without any."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_caller import QaSync

SPEC = """\
Wix.com to Customerp Dataflow
=============================

Wix.com Contacts to Customerp Contact
-------------------------------------
Every Wix.com Contacts will be synchronized with a Customerp Contact.

Once a link between a Wix.com Contacts and a Customerp Contact is established, it will keep in sync between the two \
systems, regardless of where it is edited.

The following properties are synchronized between a Wix.com Contacts and a Customerp Contact:

.. list-table::
   :header-rows: 1

   * - Wix.com Contacts Property
     - Customerp Contact Property
     - Customerp Data Type
"""
ROWS = {
    "first": "   * - info.name.first\n     - firstName\n     - string\n",
    "last": "   * - info.name.last\n     - lastName\n     - string\n",
    "city": "   * - info.addresses.items[tag=SHIPPING].address.city\n     - deliveryAddress.city\n     - string\n",
    "mail": "   * - primaryInfo.email\n     - email\n     - string\n",
}


@pytest.mark.parametrize("rows", ["first city", "last city", "first last city", "first mail", "first last"])
def test_a_healthy_sync_of_few_properties_passes(qa_sync: QaSync, tmp_path: Path, rows: str) -> None:
    spec = tmp_path / "few.txt"
    spec.write_text(SPEC + "".join(ROWS[row] for row in rows.split()), encoding="utf-8")
    got = qa_sync("check", str(spec), "--mode", "sandbox", "--no-history")
    assert got.code == 0, got.out
    assert "empty" in got.out
