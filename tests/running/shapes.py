"""Specs of every section shape, between systems of the sandbox."""

from __future__ import annotations

from collections.abc import Sequence

Row = tuple[str, ...]

EVERY = "Every {a} will be synchronized with a {b}."
LINK_FIRST = "Before any synchronization can take place, a link between a {a} and a {b} must be established."
SOLD = 'When a Superoffice Sale gets the status "Sold", it  will be synchronized with a {b}.'
CONNECTED = "A new {b} will be created from a {a} if it is connected to a {list} that is synchronized into {target}."
MATCHING = (
    "If a matching {b} already exists, the {a} will be merged with the existing one.\n"
    "If no matching {b} is found, a new {b} will be created."
)
MERGE_IF = "A {a} will merge with a {b} if one of the following property combinations match:"
KEEP = (
    "Once a link between a {a} and a {b} is established, it will keep in sync between the two systems, "
    "regardless of where it is edited."
)
PROPS = "The following properties are synchronized between a {a} and a {b}:"


def table(heads: Row, rows: Sequence[Row]) -> str:
    cells = ("\n     - ".join(row) for row in (heads, *rows))
    return ".. list-table::\n   :header-rows: 1\n\n" + "\n".join(f"   * - {row}" for row in cells) + "\n"


def section(
    source: str,
    target: str,
    *sentences: str,
    pairs: Sequence[Row] = (),
    criteria: Sequence[Row] = (),
    listed: str = "",
) -> str:
    """A section between two entities, written `label entity`."""
    label = target.rpartition(" ")[0]
    told = {"a": source, "b": target, "list": listed, "target": label}
    parts = [sentence.format(**told) for sentence in sentences]
    if criteria:
        parts += [MERGE_IF.format(**told), table((f"{source} Property", f"{target} Property"), criteria)]
    heads = (f"{source} Property", f"{target} Property", f"{label} Data Type")
    parts += [KEEP.format(**told), PROPS.format(**told), table(heads, pairs)]
    heading = f"{source} to {target}"
    return f"{heading}\n{'-' * len(heading)}\n" + "\n\n".join(parts) + "\n"


def document(source: str, target: str, *sections: str) -> str:
    title = f"{source} to {target} Dataflow"
    bar = "=" * len(title)
    head = f"{bar}\n{title}\n{bar}\n\nGenerated: 2024-09-10 14:20:17\n\nIntroduction\n------------\n\nMade up.\n\n"
    return head + "\n".join(sections)


CONTACTS = ("Wix.com Contacts", "Customerp Contact")
NAMES: Sequence[Row] = (
    ("info.name.first", "firstName", '"string"'),
    ("info.name.last", "lastName", '"string"'),
    ("primaryInfo.email", "email", '"string"'),
    ("info.birthdate", "birthDate", '"string"'),
)
MAIL: Sequence[Row] = (("primaryInfo.email", "email"),)
MAIL_OR_NAME: Sequence[Row] = (*MAIL, ("info.name.last", "lastName"))

ORDERS = ("WooCommerce Order", "Custom Webshop Order")
CUSTOMERS = section("WooCommerce Customer", "Custom Webshop Customer", EVERY)
PRODUCTS = section("WooCommerce Product", "Custom Webshop Product", EVERY)
SHOPS = ("WooCommerce", "Custom Webshop")
ERP = ("Wix.com", "Customerp")

SHAPES = {
    "every": document(*ERP, section(*CONTACTS, EVERY, pairs=NAMES)),
    "link-merge": document(*ERP, section(*CONTACTS, LINK_FIRST, pairs=NAMES, criteria=MAIL_OR_NAME)),
    "every-matching-merge": document(*ERP, section(*CONTACTS, EVERY, MATCHING, pairs=NAMES, criteria=MAIL_OR_NAME)),
    "link-connected": document(
        *SHOPS, CUSTOMERS, PRODUCTS, section(*ORDERS, LINK_FIRST, CONNECTED, listed="WooCommerce Customer")
    ),
    "link-connected-merge": document(
        *SHOPS,
        CUSTOMERS,
        PRODUCTS,
        section(
            *ORDERS,
            LINK_FIRST,
            CONNECTED,
            listed="WooCommerce Customer",
            criteria=(("meta_data[key=external_order_id].value", "reference"),),
        ),
    ),
    "condition": document(*ERP, section(*CONTACTS, SOLD, pairs=NAMES)),
    "condition-matching-merge": document(*ERP, section(*CONTACTS, SOLD, MATCHING, pairs=NAMES, criteria=MAIL)),
}

SETTINGS = """
literals = { "wd:Q1" = "Boss" }

[[conditions]]
section = "Wix.com Contacts to Customerp Contact"
property = "info.jobTitle"
equals = "Sold"
"""

KINDS = {
    "every": {"create", "unique"},
    "link-merge": {"not-without-link", "merge", "merge-not"},
    "every-matching-merge": {"create", "unique", "matching", "merge", "merge-not"},
    "link-connected": {"not-without-link", "connected"},
    "link-connected-merge": {"not-without-link", "connected", "merge", "merge-not"},
    "condition": {"create", "unique", "condition"},
    "condition-matching-merge": {"create", "unique", "matching", "merge", "merge-not", "condition"},
}
ALWAYS = {
    *("property", "update-forward", "update-backward", "any-time", "newest-wins", "independent", "stable", "isolated"),
    "empty",
}
