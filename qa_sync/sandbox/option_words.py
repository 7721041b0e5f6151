"""The words of an option such as `--shop taxes=25,zone=UTC`: how each value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from qa_sync.errors import UnknownName, UsageError

Words = Mapping[str, tuple[str, Callable[[str], Any]]]
"""The words of an option, each with what is expected and the function that reads a value (or raises ValueError)."""

_CODES: Final = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES: Final = frozenset(_CODES.split())
"""The currencies of ISO 4217 that goods are paid in; precious metals, units of account and test codes are none."""


def read_words(option: str, text: str, words: Words) -> dict[str, Any]:
    """Return the values of a text such as `taxes=25,decimals=0`, by word.

    Raises UnknownName for an unknown word, UsageError for an invalid value and for a word that is given twice.
    """
    chosen: dict[str, Any] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        word, _, value = map(str.strip, part.partition("="))
        if word not in words:
            raise UnknownName(f"word of {option}", word, words)
        if word in chosen:
            raise UsageError(f"{option}: {word!r} is given twice")
        expected, read = words[word]
        try:
            chosen[word] = read(value)
        except ValueError:
            raise UsageError(f"{option} {word}: expected {expected}, got {value!r}") from None
    return chosen


def matching(pattern: str, value: str) -> str:
    """Return the value; raises ValueError when it is not the whole of a pattern."""
    if not re.fullmatch(pattern, value):
        raise ValueError(value)
    return value


def one_of(*words: str) -> Callable[[str], str]:
    """Return the function that reads one of these words."""
    return lambda value: matching("|".join(words), value)


def currency(value: str) -> str:
    """Return the code of a currency."""
    if value not in CURRENCIES:
        raise ValueError(value)
    return value
