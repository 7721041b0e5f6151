"""A spec from a few answers says just what was answered, and `lint` accepts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sync.cli.commands import new as module
from qa_sync.cli.commands.lint import lint
from qa_sync.cli.commands.new import new
from qa_sync.dataflow.load import load_dataflow
from qa_sync.errors import UsageError

BOTH = ("--from", "Shop", "--to", "My CRM")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, answers: str | None = None) -> str:
    result = CliRunner().invoke(new, ["spec", *arguments], input=answers, standalone_mode=False, catch_exceptions=False)
    assert result.return_value == 0
    return result.output


def linted(path: str) -> str:
    return CliRunner().invoke(lint, [path], standalone_mode=False, catch_exceptions=False).output


def test_a_spec_of_two_pairs_of_entities() -> None:
    entities = ("--entity", "Customers=Person", "--entity", "Sales Orders=Deal")
    pairs = ("--pair", "Customers:email=mail", "--pair", "Sales Orders:total.net=amount:decimal")
    run("a.txt", *BOTH, *entities, *pairs, "--match", "Customers:email=mail")
    assert linted("a.txt").count("[no-connector]") == 2
    assert linted("a.txt").endswith("1 spec: 2 info.\n")
    found = load_dataflow("a.txt")
    assert (found.source, found.target) == ("Shop", "My CRM")
    people, orders = found.sections
    assert [(p.source, p.target, p.type) for p in people.pairs] == [("email", "mail", "string")]
    assert [(c.source, c.target) for c in people.criteria] == [("email", "mail")]
    assert (orders.source.entity, orders.target.entity) == ("Sales Orders", "Deal")
    assert [(p.source, p.target, p.type) for p in orders.pairs] == [("total.net", "amount", "decimal")]


def test_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_interactive", lambda: True)
    answers = [
        "Shop",
        "CRM",
        "Customers",
        "Person",
        "email=mail",
        "nothing",
        "age=age:integer",
        "",
        "email=mail",
        "",
        "n",
    ]
    output = run("a.txt", answers="\n".join(answers) + "\n")
    assert "expected SOURCE=TARGET, got 'nothing'" in output
    (section,) = load_dataflow("a.txt").sections
    assert [(p.source, p.target, p.type) for p in section.pairs] == [
        ("email", "mail", "string"),
        ("age", "age", "integer"),
    ]


BAD = {
    "a pair without a target": ("--entity", "A=B", "--pair", "x"),
    "a pair of no entity": ("--entity", "A=B", "--entity", "C=D", "--pair", "x=y"),
    "an invalid path": ("--entity", "A=B", "--pair", "a[=b"),
    "a line break": ("--entity", "A\nX=B"),
    "a cell that is two": ("--entity", "A=B", "--pair", "x\n     - y=z"),
    "a target that is none": ("--entity", "A="),
    "no entity": (),
}


@pytest.mark.parametrize("name", BAD)
def test_an_answer_that_no_spec_can_say_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        run("a.txt", *BOTH, *BAD[name])
    assert not Path("a.txt").exists()


def test_labels_that_would_be_read_differently_are_refused() -> None:
    with pytest.raises(UsageError, match="no spec can say this"):
        run("a.txt", "--from", "A to B", "--to", "C", "--entity", "X=Y")


def test_an_existing_file_is_never_written_over() -> None:
    Path("a.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"a\.txt exists already"):
        run("a.txt", *BOTH, "--entity", "A=B")
    assert Path("a.txt").read_text() == "mine"


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@settings(max_examples=many(60), deadline=None)
@given(labels=st.tuples(NAMES, NAMES), entities=st.tuples(NAMES, NAMES), pair=st.tuples(NAMES, NAMES))
def test_any_answers_are_refused_or_said(
    labels: tuple[str, str], entities: tuple[str, str], pair: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("spec") / "a.txt"
    given_pairs = (f"--entity={'='.join(entities)}", f"--pair={'='.join(pair)}")
    arguments = ["spec", str(path), f"--from={labels[0]}", f"--to={labels[1]}", *given_pairs]
    try:
        CliRunner().invoke(new, arguments, standalone_mode=False, catch_exceptions=False)
    except UsageError:
        assert not path.exists()
        return
    found = load_dataflow(str(path))
    assert (found.source, found.target) == labels
    assert len(found.sections) == len(found.sections[0].pairs) == 1
    assert not [f for f in found.findings if f.severity == "error"]
