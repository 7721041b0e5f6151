"""The options that a page shows `qa-sync` with, and those that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
from cli_caller import ROOT
from doc_pages import Page

from qa_sync.cli.main import qa_sync

CALL = re.compile(r"(?:^|[\s(])qa-sync ([^>|&;#\n]+)", re.MULTILINE)
CALLS_IN = ("console", "bash", "sh", "yaml")

HELP = {"-h", "--help"}
"""Every command has them; click adds them when it first runs the command, so a test would depend on those before it."""


def calls(page: Page) -> Iterator[list[str]]:
    """Yield the words after `qa-sync` of every call in a page's examples."""
    for example in page.examples:
        if example.language in CALLS_IN:
            text = example.text.replace("\\\n", " ")
            prompts = re.findall(r"^\$ (.*)$", text, flags=re.MULTILINE)
            for call in CALL.findall("\n".join(prompts) if prompts else text):
                yield shlex.split(call)


def unknown_options(words: list[str]) -> set[str]:
    """Return the options among the words that the command which they call does not have."""
    command: click.Command = qa_sync
    for word in words:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        inner = command.get_command(click.Context(command), word)
        assert inner, words
        command = inner
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return given - _options(command)


def every_option() -> set[str]:
    """Return the names of all options of all commands."""
    return set().union(*(_options(command) for _, command in every_command()))


def options_of_pytest() -> set[str]:
    """Return the options that the pytest plugin adds."""
    hooks = (ROOT / "qa_sync/pytest_plugin/hooks.py").read_text(encoding="utf-8")
    return set(re.findall(r'"(--qa-sync[\w-]*)"', hooks))


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Yield each command with its name, such as `connectors check`."""
    open_: list[tuple[str, click.Command]] = [("", qa_sync)]
    while open_:
        name, command = open_.pop()
        yield name, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            inner = ((n, command.get_command(context, n)) for n in command.list_commands(context))
            open_ += [(f"{name} {n}".strip(), c) for n, c in inner if c]


def _options(command: click.Command) -> set[str]:
    options = (p for p in command.params if isinstance(p, click.Option))
    return {name for option in options for name in option.opts + option.secondary_opts} | HELP
