from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from qa_sync.systems.recording.yaml_reader import UnsupportedYaml, read_plain_yaml

RECORDED = sorted(Path(__file__).parents[3].glob("cassettes/*/*.yaml"))
ALIKE = """
a: {b: [1, -0x1F, 017, 1_000, 1:30, 1.5e+3, .inf, yes, Off, null, ~, 2020-01-01, 2020-01-01T10:00:00Z, =1]}
"quoted": ["1", 'yes', "", '', "<<", "\\u00e5\\n", plain words, 'it''s']
tagged: [!!str 1, !!int "3", !!binary aGk=, !!float "1", !!map {}, !!seq [], ! 1, ! {a: 1}]
folded: >
  some
  text
literal: |+
  some

1: &one {x: &two [3]}
again: [*one, *two, &three 5, *three, &four "t", *four]
? null
: ~
"""


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recording_is_read_as_the_safe_loader_reads_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert read_plain_yaml(text) == yaml.load(text, Loader=yaml.CSafeLoader)


@pytest.mark.parametrize("text", [ALIKE, "", "# nothing", "---", "a", "'1'", "--- 1\n...\n", "%YAML 1.1\n---\n[]"])
def test_whatever_is_plain_is_read_as_the_safe_loader_reads_it(text: str) -> None:
    assert repr(read_plain_yaml(text)) == repr(yaml.safe_load(text))


def test_what_two_places_share_is_one_value_and_may_hold_itself() -> None:
    held = read_plain_yaml("a: &a [{b: *a}]\nc: *a")
    assert held["a"] is held["c"] is held["a"][0]["b"]


@pytest.mark.parametrize(
    "text",
    [
        "a: *b",
        "1\n---\n2",
        "{<<: {a: 1}}",
        "- <<",
        "{[a]: 1}",
        "&a {*a : 1}",
        "[" * 900 + "]" * 900,
        "1" * 5000,
        "2020-13-41",
        "!!int x",
        "!!int ''",
        "!!bool x",
        "!!timestamp x",
    ],
)
def test_what_is_no_plain_data_is_told(text: str) -> None:
    with pytest.raises(UnsupportedYaml, match=r"."):
        read_plain_yaml(text)


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system [x]", "!!python/name:os.system", "!!set {a}", "!x y"]
)
def test_nothing_else_is_made(text: str) -> None:
    with pytest.raises((UnsupportedYaml, yaml.YAMLError)):
        read_plain_yaml(text)
