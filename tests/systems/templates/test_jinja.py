from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from qa_sync.errors import ConnectorError
from qa_sync.systems.templates.jinja import render, render_optional, render_tree


def test_a_literal_is_its_own_answer_and_costs_no_jinja() -> None:
    render = "from qa_sync.systems.templates.jinja import render; render('a}}', {})"
    code = f"import sys; {render}; print('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_template_is_rendered_to_text() -> None:
    assert render("x/{{ entity.id }}", {"entity": {"id": 5}}) == "x/5"


def test_an_undefined_name_is_an_error_that_shows_the_expression() -> None:
    with pytest.raises(ConnectorError, match=r"'x/\{\{ nobody \}\}' cannot be rendered: 'nobody' is undefined"):
        render("x/{{ nobody }}", {})


def test_an_undefined_name_can_be_subscripted_and_asked() -> None:
    assert render("{{ previous['X'].y is defined }}", {}) == "False"
    with pytest.raises(ConnectorError):
        render("{{ previous['X'] }}", {})


def test_templates_are_sandboxed() -> None:
    with pytest.raises(ConnectorError, match="unsafe"):
        render("{{ ''.__class__.__mro__[1].__subclasses__() }}", {})


def test_a_link_that_requests_what_is_not_there_is_no_link() -> None:
    assert render_optional("p?after={{ body.next.after }}", {"body": {}}) is None
    assert render_optional("{{ '' }} ", {}) is None
    with pytest.raises(ConnectorError, match="unexpected"):
        render_optional("{{ } }}", {})
    with pytest.raises(ConnectorError, match="unsupported operand"):
        render_optional("{{ body.at + 1 }}", {"body": {"at": None}})
    assert render_optional("things", {}) == "things"
    assert (
        render_optional("p?after={{ headers['x-next'] }}", {"headers": httpx.Headers({"X-Next": "7"})}) == "p?after=7"
    )


def test_marked_members_are_parsed_or_dropped_in_keys_and_values() -> None:
    tree = {
        "n": "{{ 2 * 3 }}sesam:markjson",
        "gone": "sesam:markskip",
        "{{ 'sesam:markskip' }}": 1,
        "{{ 'key' }}": ["{{ 1 }}", "sesam:markskip", True, None],
    }
    assert render_tree(tree, {}) == {"n": 6, "key": ["1", True, None]}


def test_what_is_marked_as_json_must_be_json() -> None:
    with pytest.raises(ConnectorError, match="marked as JSON"):
        render_tree("{oops sesam:markjson", {})
