"""Groups failures and errors that have the same cause, so that a report names each cause once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from qa_sync.reports.shared.wording import DIFFERS, short_message
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult

EXAMPLES = 3
"""How many checks of a cause a report shows, unless the user asks for all."""

MOST_EXAMPLES = 60
"""How many checks of a cause can be shown at all."""

BAD_STATUSES = frozenset({Status.FAILED, Status.ERROR})

CauseKey: TypeAlias = tuple[object, ...]
"""Equal for checks with the same cause."""

LONGEST_CAUSE = 200
SHORTEST_NAME = 3
"""Shorter ids and titles are not replaced: they occur in other words."""

MOST_NAMES = 3
"""How many kinds or sections a headline names."""

TRUNCATED = "the text is truncated"
UPDATES = frozenset({"update-forward", "update-backward"})

CHANGED = "changed without an edit"

HINT = "\n  hint: "
"""What begins the hint of an error; the check itself shows it."""

_POLLS = re.compile(r"; polled \d+ times in [^;]*")
_MARK = re.compile(r" with q[0-9a-f]{8}\b(?: \(from [^()]*\))?")
_SPECIFIC = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<=://)(?P<host>[^/\s]+)(?:/\S*?)?(?=:?(?:\s|$))"
    r"|(?<!\bgot )(?<!\bHTTP )(?<!\bstatus )(?<![\w-])[\w-]*\d[\w-]*"
)
"""What differs between checks that fail for one reason: quoted values, paths of URLs, and words with digits.

Numbers of records and HTTP statuses are causes.
"""


class Kind(Struct, frozen=True):
    """How many checks of a kind failed, of `total` that ran in the same sections."""

    name: str
    failed: int
    total: int


class FailureCause(Struct, frozen=True):
    """The checks that failed for one cause; `sections` are ordinals by spec, `places` the lines, each once.

    `key` is that of its checks, `first` are its first checks in the order of the results, each as its section and its
    number there, because the checks of a large run are not in memory. `names_spec` says that the headline names the
    spec, because the results have several.
    """

    status: Status
    key: CauseKey
    cause: str
    kinds: tuple[Kind, ...]
    sections: Mapping[str, tuple[int, ...]]
    places: tuple[tuple[str, int], ...]
    count: int
    first: tuple[tuple[SectionResult, int], ...]
    names_spec: bool = False

    @property
    def headline(self) -> str:
        """The cause, the numbers of checks, and where: `no edit of B arrives: update-backward 27 of 27 in ...`."""
        return f"{self.cause}: {self._counts()} {self._where()}"

    def examples(self, most: int = EXAMPLES) -> tuple[CheckFinished, ...]:
        """Return the first checks, at most `MOST_EXAMPLES`."""
        return tuple(section.checks[at] for section, at in self.first[:most])

    def _counts(self) -> str:
        named = [f"{kind.name} {kind.failed} of {kind.total}" for kind in self.kinds]
        if len(named) <= MOST_NAMES:
            return _joined(named)
        more = len(named) - MOST_NAMES
        kinds = f"{', '.join(named[:MOST_NAMES])} and {more} more kind{'s' * (more > 1)}"
        return f"{self.count} checks ({kinds})"

    def _where(self) -> str:
        if len(self.sections) > 1:
            return f"in {sum(map(len, self.sections.values()))} sections of {len(self.sections)} specs"
        ((spec, ordinals),) = self.sections.items()
        of = f" of {spec}" if self.names_spec else ""
        if len(ordinals) > 2 * MOST_NAMES:
            return f"in {len(ordinals)} sections{of}"
        return f"in section{'s' * (len(ordinals) > 1)} {_joined([str(ordinal) for ordinal in ordinals])}{of}"


def failure_causes(results: Results) -> tuple[FailureCause, ...]:
    """Return the failures and errors of a run by cause, in the order of the first check of each; failures first."""
    groups: dict[CauseKey, _Members] = {}
    for section in results.sections:
        if any(status in BAD_STATUSES for status in section.summary.counts):
            _add_section(groups, section)
    ran = _ran(results, {at for members in groups.values() for at in members.sections})
    several = len(results.specs) > 1
    causes = [_cause(key, members, ran, names_spec=several) for key, members in groups.items()]
    return tuple(sorted(causes, key=lambda cause: cause.status is not Status.FAILED))


def _add_section(groups: dict[CauseKey, _Members], section: SectionResult) -> None:
    for at, check in enumerate(section.checks):
        if check.status in BAD_STATUSES:
            key = cause_key(check, section.heading)
            members = groups.get(key)
            if members is None:
                groups[key] = members = _Members(_Words(check, section.heading))
            members.add(section, at, check)


def cause_key(check: CheckFinished, heading: str) -> CauseKey:
    """Return a key that is equal for checks with the same cause; `heading` is that of their section."""
    if check.difference:
        # Checks of whole records, such as newest-wins, belong together; of pairs, each kind is a direction.
        kind = check.kind if check.origin else ""
        return check.status, check.unchanged or _difference(check), check.spec, kind
    return check.status, _general(_stripped(check, heading), check, heading)


class _Words:
    """The words for a cause: of its first check, without what is not the same in the others."""

    def __init__(self, check: CheckFinished, heading: str) -> None:
        self.said = _stripped(check, heading)
        self.unchanged, self.difference, self.kind = (
            check.unchanged,
            check.difference and _difference(check),
            check.kind,
        )
        self.system = check.records[0].system if check.records else ""
        self.general = self.said if check.difference else _general(self.said, check, heading)
        self.varies = False

    def text(self, *, every: bool) -> str:
        """Return the words; `every`: all checks of the kinds have failed."""
        if self.unchanged:
            edited = f" of {self.system}" if self.system and self.kind in UPDATES else ""
            if self.kind not in UPDATES:
                return "an edit does not arrive"
            return f"no edit{edited} arrives" if every else f"edits{edited} do not arrive"
        if self.difference is not None:
            return self.difference
        text = " ".join((self.general if self.varies else self.said).split())
        if len(text) <= LONGEST_CAUSE:
            return text
        head, mark, _ = text[:LONGEST_CAUSE].rpartition("; ")
        return head if mark else f"{text[:LONGEST_CAUSE]}..."


class _Members(Struct):
    """What the failures and errors of one cause have so far; sections are paths of specs and ordinals."""

    words: _Words
    sections: dict[tuple[str, int], None] = field(default_factory=dict)
    places: dict[tuple[str, int], None] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    first: list[tuple[SectionResult, int]] = field(default_factory=list)
    status: Status = Status.ERROR

    def add(self, section: SectionResult, at: int, check: CheckFinished) -> None:
        """Add a check, the one with the number `at` in its section."""
        self.status = check.status
        self.sections[check.spec, section.ordinal] = None
        self.places[check.spec, check.line] = None
        self.kinds[check.kind] += 1
        if len(self.first) < MOST_EXAMPLES:
            self.first.append((section, at))
        words = self.words
        words.varies = words.varies or _stripped(check, section.heading) != words.said


def _cause(key: CauseKey, members: _Members, ran: Mapping[object, int], *, names_spec: bool) -> FailureCause:
    sections: dict[str, list[int]] = {}
    for spec, ordinal in members.sections:
        sections.setdefault(spec, []).append(ordinal)
    kinds = tuple(
        Kind(kind, number, sum(ran[*at, kind] for at in members.sections))
        for kind, number in members.kinds.most_common()
    )
    return FailureCause(
        members.status,
        key,
        members.words.text(every=all(kind.failed == kind.total for kind in kinds)),
        kinds,
        {spec: tuple(here) for spec, here in sections.items()},
        tuple(members.places),
        members.kinds.total(),
        tuple(members.first),
        names_spec,
    )


def _ran(results: Results, wanted: Collection[tuple[str, int]]) -> Counter[object]:
    """Return how many checks of each kind ran in the wanted sections, by spec and ordinal of the section."""
    verdicts = {Status.PASSED, Status.FAILED, Status.ERROR}
    return Counter(
        (spec.spec, section.ordinal, check.kind)
        for spec in results.specs
        for section in spec.sections
        if (spec.spec, section.ordinal) in wanted
        for check in section.checks
        if check.status in verdicts
    )


def _difference(check: CheckFinished) -> str:
    expected, actual = check.expected, check.actual
    if isinstance(expected, str) and isinstance(actual, str) and actual and expected.startswith(actual):
        return TRUNCATED
    return DIFFERS[check.difference] if check.difference else ""


def _stripped(check: CheckFinished, heading: str) -> str:
    """Return the message without the heading of the section and the number of polls."""
    message = (short_message(check) or "no reason given").removeprefix(f"{heading}: ")
    if message.startswith(CHANGED):
        return CHANGED
    message = message.partition(HINT)[0]
    if "; polled " in message:
        message = _POLLS.sub("", message)
    return _MARK.sub("", message) if " with q" in message else message


def _general(message: str, check: CheckFinished, heading: str) -> str:
    """Return the message without the names and values of this check."""
    for name in sorted(_entities(check, heading), key=len, reverse=True):
        message = message.replace(name, "record")
    for name in (*(record.id for record in check.records), *check.title.split(" -> ")):
        message = message.replace(name, "…") if len(name) >= SHORTEST_NAME else message
    return _SPECIFIC.sub(lambda found: found["host"] or "…", message)


def _entities(check: CheckFinished, heading: str) -> Iterator[str]:
    yield from (f"{record.system} {record.entity}" for record in check.records)
    yield from filter(None, heading.split(" to "))


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
