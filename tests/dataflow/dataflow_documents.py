"""Generates random specs from the grammar: a Dataflow, and its reStructuredText with line numbers."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from qa_sync.dataflow.model import (
    Condition,
    Connection,
    Criterion,
    Dataflow,
    Entity,
    PropertyPair,
    Section,
    Statement,
    StatementKind,
    When,
)

K = StatementKind
LABELS = ("Acme", "Nord CRM", "Shop.io", "Lager-2-Go", "")
NEW_FACETS = ("human data", "organisation data")
OLD_FACETS = ("person", "company", "typegroup", "by")
WORDS = ("Order", "Orders", "Contact", "Business_entity", "Product2", "Outgoinginvoices", "Usergroups", "Quote")
SEGMENTS = ("id", "name", "info", "Emails", "Value", "external_ref", "sku", "sesam_OrderId", "price2")
VALUES = ("wd:Q11", "NO", "poweroffice-employee", "")
TYPES = ("string", "integer", "float", "boolean", "decimal", "list", None)
EXPRESSIONS = ('["if",["neq","_.","X"],"integer","string"]', '"datetime-format","%Y-%m-%d","_."]', '"first"')
INTRODUCTION = (
    "This made-up document provides a detailed overview of the data flow from {} to {}. It serves as a QA checklist "
    "for testing purposes and belongs to nobody. Nothing in it is confidential, and anybody may share it as they like."
)


def document(random: Random, sections: int) -> Dataflow:
    """Return a random Dataflow without lines; some sections are copies of earlier ones."""
    source, target = random.choice(LABELS), random.choice(LABELS)
    made: list[Section] = []
    for ordinal in range(1, sections + 1):
        copy = made and random.random() < 0.1
        section = random.choice(made) if copy else _section(random, source, target)
        made.append(replace(section, ordinal=ordinal))
    title = f"{source} to {target} Dataflow".strip()
    return Dataflow("made/up.rst", title, source, target, "2024-02-29T23:59:59", _marked(made))


def render(flow: Dataflow) -> tuple[str, Dataflow]:
    """Return the text of the spec (LF) and the Dataflow with the lines of its items."""
    title = f"{flow.source} to {flow.target} Dataflow"
    rule = "=" * len(title)
    lines = [rule, title, rule, "", f"Generated: {(flow.generated or '').replace('T', ' ')}", ""]
    lines += ["Introduction", "------------", "", INTRODUCTION.format(flow.source, flow.target), ""]
    sections = tuple(_render_section(section, lines) for section in flow.sections)
    return "\n".join(lines) + "\n", replace(flow, sections=sections)


def side(entity: Entity) -> str:
    """Return an entity as written in a heading: an empty label leaves a leading blank."""
    facet = entity.facet or ""
    facet = f" {facet}" if facet in OLD_FACETS else f" ({facet})" if facet else ""
    return f"{entity.system} {entity.entity}{facet}"


def _render_section(section: Section, lines: list[str]) -> Section:
    a, b = side(section.source), side(section.target)
    heading = f"{a} to {b}"
    line = len(lines) + 1
    lines += [heading, "-" * len(heading)]
    statements = []
    criteria: tuple[Criterion, ...] = ()
    pairs: tuple[PropertyPair, ...] = ()
    table_line = None
    for statement in section.statements:
        statements.append(replace(statement, line=len(lines) + 1))
        lines += [*statement.text.split("\n"), ""]
        if statement.kind is K.MERGE_IF:
            _table_top(lines, [f"{a} Property", f"{b} Property"])
            criteria = tuple(_criterion(row, lines) for row in section.criteria)
            lines += [""]
        if statement.kind is K.PROPS:
            table_line = len(lines) + 1
            _table_top(lines, [f"{a} Property", f"{b} Property", f"{section.target.system} Data Type"])
            pairs = tuple(_pair(pair, lines) for pair in section.pairs)
            lines += ["", ""]
    return replace(
        section, line=line, statements=tuple(statements), criteria=criteria, pairs=pairs, table_line=table_line
    )


def _table_top(lines: list[str], header: list[str]) -> None:
    lines += [".. list-table::", "   :header-rows: 1", ""]
    _row(header, lines)


def _row(cells: list[str], lines: list[str]) -> int:
    lines += [f"   * - {cells[0]}", *(f"     - {cell}" for cell in cells[1:])]
    return len(lines) - len(cells) + 1


def _criterion(row: Criterion, lines: list[str]) -> Criterion:
    return replace(row, line=_row([row.source, row.target], lines))


def _pair(pair: PropertyPair, lines: list[str]) -> PropertyPair:
    kind = pair.expression or (f'"{pair.type}"' if pair.type else "N/A")
    cells = [_path(pair.source, pair.source_when), _path(pair.target, pair.target_when), kind]
    return replace(pair, line=_row(cells, lines))


def _path(path: str, whens: tuple[When, ...]) -> str:
    chained = "".join(f"Dependant on having {when.value} in {when.path or ' '}" for when in whens)
    return f"{path} ({chained})" if whens else path


def _marked(sections: list[Section]) -> tuple[Section, ...]:
    """Mark copies with a slow but simple algorithm."""
    marked = []
    for section in sections:
        same = (s.ordinal for s in sections[: section.ordinal - 1] if replace(s, ordinal=section.ordinal) == section)
        marked.append(replace(section, duplicate_of=next(same, None)))
    return tuple(marked)


def _section(random: Random, source: str, target: str) -> Section:
    a, b = _entity(random, source), _entity(random, target)
    statements, merges = _statements(random, a, b)
    criteria = tuple(_random_criterion(random) for _ in range(random.choice((1, 1, 2, 3, 4)) if merges else 0))
    rows = 0 if random.random() < 0.54 else random.choice((1, 2, 3, 4, 7))
    pairs = tuple(_random_pair(random) for _ in range(rows))
    return Section(0, f"{side(a)} to {side(b)}".strip(), 0, a, b, statements, criteria, pairs, None, 0)


def _entity(random: Random, label: str) -> Entity:
    facet = random.choice((None, None, None, *NEW_FACETS, *OLD_FACETS))
    return Entity(label, random.choice(WORDS), facet)


def _statements(random: Random, source: Entity, target: Entity) -> tuple[tuple[Statement, ...], bool]:
    a, b = side(source), side(target)
    first = random.choice((K.EVERY, K.EVERY, K.LINK_FIRST, K.CONDITION))
    merges = random.random() < 0.5
    statements = [_beginning(random, first, a, b)]
    if first is K.LINK_FIRST and random.random() < 0.5:
        statements.append(_connected(random, source, a, b))
    if first is not K.LINK_FIRST and merges:
        statements.append(_statement(K.MATCHING, a, b))
    if merges:
        statements.append(_statement(K.MERGE_IF, a, b))
    return (*statements, _statement(K.KEEP, a, b), _statement(K.PROPS, a, b)), merges


TEXTS = {
    K.EVERY: "Every {a} will be synchronized with a {b}.",
    K.LINK_FIRST: "Before any synchronization can take place, a link between a {a} and a {b} must be established.",
    K.MATCHING: "If a matching {b} already exists, the {a} will be merged with the existing one.\n"
    "If no matching {b} is found, a new {b} will be created.",
    K.MERGE_IF: "A {a} will merge with a {b} if one of the following property combinations match:",
    K.KEEP: "Once a link between a {a} and a {b} is established, it will keep in sync between the two systems, "
    "regardless of where it is edited.",
    K.PROPS: "The following properties are synchronized between a {a} and a {b}:",
}

CONDITIONS = (
    Condition("probability", "When a Acme Deal has a 100% probability of beeing sold", "100%"),
    Condition("probability", "When a Acme Deal gets the has a 100% probability", "100%"),
    Condition("status", 'When a Acme Sale gets the status "Sold"', "Sold"),
    Condition("accepted", 'When a Acme Quote gets Accepted = "true"', "true"),
    Condition("type", "When a Acme User is of type End User", "End User"),
    Condition("free", "removed for now until we know better. This is a note", None),
)


def _statement(kind: StatementKind, a: str, b: str) -> Statement:
    return Statement(kind, 0, TEXTS[kind].format(a=a, b=b))


def _beginning(random: Random, kind: StatementKind, a: str, b: str) -> Statement:
    if kind is not K.CONDITION:
        return _statement(kind, a, b)
    condition = random.choice(CONDITIONS)
    return Statement(kind, 0, f"{condition.text}, it  will be synchronized with a {b}.", condition)


def _connected(random: Random, source: Entity, a: str, b: str) -> Statement:
    items = [
        random.choice(("Orders", "Customer-person", "Created by", "Acme-orders")) for _ in range(random.randint(1, 16))
    ]
    listed = ", ".join(items[:-1]) + (", or " if items[1:] else "") + items[-1]
    into = random.choice(LABELS)
    text = (
        f"A new {b} will be created from a {a} if it is connected to a {source.system} {listed} "
        f"that is synchronized into {into}."
    )
    return Statement(K.NEW_IF_CONNECTED, 0, text, None, Connection(tuple(items), into))


def _random_path(random: Random) -> str:
    return random.choice(("$original_id", *[".".join(random.choices(SEGMENTS, k=random.choice((1, 1, 2, 3))))] * 20))


def _whens(random: Random) -> tuple[When, ...]:
    count = random.choice((0, 0, 0, 0, 1, 2, 5, 11))
    return tuple(When(random.choice(VALUES), random.choice((_random_path(random), ""))) for _ in range(count))


def _random_criterion(random: Random) -> Criterion:
    source, target = _random_path(random), _random_path(random)
    return Criterion("", "", 0) if random.random() < 0.05 else Criterion(source, target, 0)


def _random_pair(random: Random) -> PropertyPair:
    kind = random.choice((*TYPES, "string", "string", "expression"))
    expression = random.choice(EXPRESSIONS) if kind == "expression" else None
    return PropertyPair(
        _random_path(random),
        _random_path(random),
        kind,
        source_when=_whens(random),
        target_when=_whens(random),
        expression=expression,
    )
