"""Reads TOML texts; a text that the library cannot take, such as one nested too deeply, is no TOML either."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

MOST_PARTS: Final = 100
"""The most parts of a key (`a.b.c`); the library takes time that grows with their square."""

_PART: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
_LONG_KEY: Final = re.compile(rf"^[ \t]*\[{{0,2}}[ \t]*{_PART}(?:\.[ \t]*{_PART}){{{MOST_PARTS},}}+[]=]", re.MULTILINE)


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; raises TOMLDecodeError for every text that is none."""
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise tomllib.TOMLDecodeError(f"a key of more than {MOST_PARTS} parts (at line {line}, column 1)")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits, or a date that does not exist
        raise tomllib.TOMLDecodeError(str(error).partition(";")[0]) from None
