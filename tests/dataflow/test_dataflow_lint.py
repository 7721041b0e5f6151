"""Every finding in a single spec, with its severity and its line."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qa_sync.dataflow.reader import read_dataflow
from qa_sync.dataflow.reverse_direction import reverse_findings

TOP = "=====================\nAcme to Nord Dataflow\n=====================\n"
HEADING = "Acme Order to Nord Order\n------------------------\n"
EVERY = "Every Acme Order will be synchronized with a Nord Order.\n\n"
KEEP = (
    "Once a link between a Acme Order and a Nord Order is established, it will keep in sync between the two systems, "
    "regardless of where it is edited.\n\n"
)
MERGE = "A Acme Order will merge with a Nord Order if one of the following property combinations match:\n\n"
PROPS = "The following properties are synchronized between a Acme Order and a Nord Order:\n\n"
TABLE = ".. list-table::\n   :header-rows: 1\n\n"
T2 = TABLE + "   * - Acme Order Property\n     - Nord Order Property\n"
T3 = T2.replace(TABLE, PROPS + TABLE) + "     - Nord Data Type\n"
ROW = '   * - id\n     - number\n     - "string"\n'
GOOD = HEADING + EVERY + KEEP + T3 + ROW + "\n\n"


def found(text: str) -> list[tuple[str, str, int]]:
    return [(f.code, str(f.severity), f.line) for f in read_dataflow(TOP + text, "x.rst").findings]


def row(source: str, target: str = "number", kind: str = '"string"') -> str:
    return GOOD.replace(ROW, f"   * - {source}\n     - {target}\n     - {kind}\n")


def test_a_good_document_has_no_findings() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD.replace(ROW, ""), ("empty-property-table", "warning", 12)),
        (GOOD + GOOD, ("duplicate-section", "warning", 23)),
        (GOOD + row("other"), ("conflicting-section", "warning", 23)),
        (
            GOOD.replace(EVERY, "until we know better, it  will be synchronized with a Nord Order.\n\n"),
            ("untestable-condition", "warning", 6),
        ),
        (row("id (Dependant on having  in type)"), ("empty-dependency", "warning", 18)),
        (row("id", "number (Dependant on having NO in  )"), ("empty-dependency", "warning", 18)),
        (
            GOOD.replace(
                EVERY,
                "When a Sale has a 100% probability of beeing sold, it  will be synchronized with a Nord Order.\n\n",
            ),
            ("entity-mismatch", "warning", 6),
        ),
        (GOOD.replace(EVERY, EVERY.replace("Acme Order", "Acme Quote")), ("entity-mismatch", "warning", 6)),
        (GOOD.replace("* - Acme Order Property", "* - Acme Quote Property"), ("entity-mismatch", "warning", 12)),
        (GOOD.replace("Nord", "Nordic"), ("label-mismatch", "info", 4)),
        (GOOD.replace(KEEP, ""), ("missing-statement", "warning", 4)),
        (GOOD.replace(EVERY, ""), ("missing-statement", "warning", 4)),
        (GOOD.replace(PROPS, ""), ("missing-statement", "warning", 4)),
        (GOOD.replace(KEEP, MERGE + T2 + "   * -\n     -\n\n" + KEEP), ("empty-criterion", "warning", 15)),
        (GOOD.replace(KEEP, MERGE + T2 + "\n" + KEEP), ("empty-criterion", "warning", 8)),
        (row("variants..sku"), ("malformed-path", "warning", 18)),
        (row("id", ""), ("malformed-path", "warning", 18)),
        (GOOD.replace(EVERY, EVERY + EVERY), ("repeated-statement", "info", 8)),
        (
            GOOD.replace(EVERY, EVERY + "notes, it  will be synchronized with a Nord Order.\n\n"),
            ("conflicting-statement", "error", 8),
        ),
        (GOOD.replace(EVERY, EVERY + "Each Acme Order goes to Nord.\n\n"), ("unknown-sentence", "error", 8)),
        (GOOD.replace(EVERY, EVERY + ".. note:: hello\n\n"), ("unknown-markup", "warning", 8)),
        (GOOD.replace(EVERY, EVERY + ".. hello\n\n"), ("unknown-markup", "warning", 8)),
        (GOOD + "-----\n", ("unknown-markup", "warning", 23)),
        (GOOD + T3.replace(PROPS, "") + ROW, ("repeated-table", "error", 23)),
        (GOOD + TABLE + "   * - x\n", ("unknown-table", "error", 23)),
        (GOOD.replace('     - "string"\n', ""), ("uneven-row", "warning", 18)),
        (GOOD.replace('     - "string"\n', '"string"\n'), ("damaged-table", "warning", 20)),
        (GOOD + "Notes\n-----\n", ("unknown-heading", "error", 23)),
        (GOOD.replace("-" * 24, "-" * 20), ("short-underline", "info", 4)),
        (EVERY + GOOD, ("homeless-statement", "error", 4)),
        (T3 + "\n" + GOOD, ("homeless-statement", "error", 4)),
        ("Hello.\n\nAgain.\n\n" + GOOD, ("extra-text", "info", 6)),
        ("Generated: yesterday\n\n" + GOOD, ("unknown-date", "info", 4)),
    ],
)
def test_each_problem_is_reported_at_its_line(text: str, expected: tuple[str, str, int]) -> None:
    assert expected in found(text)


def test_an_unknown_sentence_suggests_the_closest_template() -> None:
    text = GOOD.replace(EVERY, "Each Acme Order will be synchronised with a Nord Order.\n\n")
    flow = read_dataflow(TOP + text, "x.rst")
    (message,) = [f.message for f in flow.findings if f.code == "unknown-sentence"]
    assert "Each Acme Order" in message
    assert "`Every {a} will be synchronized with a {b}.`" in message


def test_a_plural_is_the_same_entity() -> None:
    text = GOOD.replace(EVERY, "When a Acme orders is of type Big, it  will be synchronized with a Nord Order.\n\n")
    assert found(text) == []


def test_a_copy_of_a_conflicting_section_repeats_the_first_of_its_kind() -> None:
    other = row("other")
    flow = read_dataflow(TOP + GOOD + other + GOOD + other, "x.rst")
    assert [section.duplicate_of for section in flow.sections] == [None, None, 1, 2]
    assert [f.line for f in flow.findings if f.code == "conflicting-section"] == [flow.sections[1].line]


def test_sentences_without_blank_lines_between_them_are_separate() -> None:
    flow = read_dataflow(TOP + GOOD.replace(EVERY, EVERY.strip() + "\nnonsense\n"), "x.rst")
    assert [(str(s.kind), s.line) for s in flow.sections[0].statements] == [("every", 6), ("keep", 8), ("props", 10)]
    assert [f.line for f in flow.findings if f.code == "unknown-sentence"] == [7]


def test_a_wrapped_sentence_is_one_statement() -> None:
    flow = read_dataflow(TOP + GOOD.replace("Every Acme Order will", "Every Acme Order\nwill"), "x.rst")
    assert flow.findings == ()
    assert flow.sections[0].statements[0].text.startswith("Every Acme Order\nwill be")


def test_a_title_without_underline_is_accepted() -> None:
    flow = read_dataflow("Acme to Nord Dataflow\n\n" + GOOD, "x.rst")
    assert (flow.source, flow.target, len(flow.sections)) == ("Acme", "Nord", 1)


def mirrored(text: str) -> str:
    return text.replace("Acme", "\1").replace("Nord", "Acme").replace("\1", "Nord")


def both(forward: str, backward: str, paths: tuple[str, str] = ("a.rst", "b.rst")) -> dict[str, list[tuple[str, int]]]:
    flows = [read_dataflow(TOP + forward, paths[0]), read_dataflow(mirrored(TOP + backward), paths[1])]
    return {path: [(f.code, f.line) for f in findings] for path, findings in reverse_findings(flows).items()}


def test_mirrored_specs_have_no_findings() -> None:
    assert both(row("id", "number"), row("number", "id")) == {"a.rst": [], "b.rst": []}


def test_a_section_without_its_reverse() -> None:
    assert both(GOOD, "") == {"a.rst": [("reverse-missing", 4)], "b.rst": []}


def test_a_section_whose_reverse_pairs_other_properties() -> None:
    assert both(row("id", "number"), row("number", "key")) == {
        "a.rst": [("reverse-differs", 4)],
        "b.rst": [("reverse-differs", 4)],
    }


def test_reverse_specs_are_matched_by_file_name() -> None:
    flows = [read_dataflow(TOP + GOOD, "acme-nord.rst"), read_dataflow(mirrored(TOP), "nord-acme.rst")]
    flows[1] = replace(flows[1], target="Acme Inc.")
    assert [f.code for f in reverse_findings(flows)["acme-nord.rst"]] == ["reverse-missing"]


def test_without_a_reverse_spec_there_are_no_findings() -> None:
    assert reverse_findings([read_dataflow(TOP + GOOD, "a-b.rst")]) == {"a-b.rst": ()}
