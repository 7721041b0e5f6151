"""Options that belong together, handed to a command as one noun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def bundled(name: str, build: Callable[..., Any], typed: Sequence[str], options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that gives a command the options, and hands it as `name` what `build` makes of them.

    `typed` are the parameters of `build`, as the options call them.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def bundling(*args: Any, **given: Any) -> Any:
            built = build(**{parameter: given.pop(parameter) for parameter in typed})
            return command(*args, **{name: built}, **given)

        taking: Command = bundling
        for option in reversed(options):  # the last decorator is applied first, as when they stand above a function
            taking = option(taking)
        return taking

    return decorate
