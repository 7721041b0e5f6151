"""Groups failures and errors that have the same cause, so that a report names each cause once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from qa_sync.reports.shared.wording import DIFFERS, short_message
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult

EXAMPLES = 3
"""How many checks of a cause a report shows, unless the user asks for all."""

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
    """The checks that failed for one cause, in the order of the results; `sections` are ordinals by spec.

    `names_spec` says that the headline names the spec, because the results have several.
    """

    status: Status
    cause: str
    kinds: tuple[Kind, ...]
    sections: Mapping[str, tuple[int, ...]]
    checks: tuple[CheckFinished, ...]
    names_spec: bool = False

    @property
    def headline(self) -> str:
        """The cause, the numbers of checks, and where: `no edit of B arrives: update-backward 27 of 27 in ...`."""
        return f"{self.cause}: {self._counts()} {self._where()}"

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """The lines of the specs, each once."""
        return tuple(dict.fromkeys((check.spec, check.line) for check in self.checks))

    def _counts(self) -> str:
        named = [f"{kind.name} {kind.failed} of {kind.total}" for kind in self.kinds]
        if len(named) <= MOST_NAMES:
            return _joined(named)
        more = len(named) - MOST_NAMES
        kinds = f"{', '.join(named[:MOST_NAMES])} and {more} more kind{'s' * (more > 1)}"
        return f"{len(self.checks)} checks ({kinds})"

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
    groups: dict[tuple[object, ...], list[tuple[SectionResult, CheckFinished]]] = {}
    for spec in results.specs:
        for section in spec.sections:
            for check in section.checks:
                if check.status in {Status.FAILED, Status.ERROR}:
                    groups.setdefault(cause_key(check, section.heading), []).append((section, check))
    ran = _ran(results) if groups else {}
    several = len(results.specs) > 1
    causes = [_cause(members, ran, names_spec=several) for members in groups.values()]
    return tuple(sorted(causes, key=lambda cause: cause.status is not Status.FAILED))


def cause_key(check: CheckFinished, heading: str) -> tuple[object, ...]:
    """Return a key that is equal for checks with the same cause; `heading` is that of their section."""
    if check.difference:
        # Checks of whole records, such as newest-wins, belong together; of pairs, each kind is a direction.
        kind = check.kind if check.origin else ""
        return check.status, check.unchanged or _difference(check), check.spec, kind
    return check.status, _general(_stripped(check, heading), check, heading)


def _cause(
    members: Sequence[tuple[SectionResult, CheckFinished]], ran: Mapping[object, int], *, names_spec: bool
) -> FailureCause:
    sections: dict[str, dict[int, None]] = {}
    for section, check in members:
        sections.setdefault(check.spec, {})[section.ordinal] = None
    failed = Counter(check.kind for _, check in members)
    kinds = tuple(
        Kind(kind, number, sum(ran[spec, ordinal, kind] for spec, here in sections.items() for ordinal in here))
        for kind, number in failed.most_common()
    )
    words = _words(members, every=all(kind.failed == kind.total for kind in kinds))
    first = members[0][1]
    ordinals = {spec: tuple(here) for spec, here in sections.items()}
    return FailureCause(first.status, words, kinds, ordinals, tuple(check for _, check in members), names_spec)


def _ran(results: Results) -> Counter[object]:
    """Return how many checks of each kind ran, by spec and ordinal of the section."""
    verdicts = {Status.PASSED, Status.FAILED, Status.ERROR}
    return Counter(
        (spec.spec, section.ordinal, check.kind)
        for spec in results.specs
        for section in spec.sections
        for check in section.checks
        if check.status in verdicts
    )


def _words(members: Sequence[tuple[SectionResult, CheckFinished]], *, every: bool) -> str:
    section, check = members[0]
    if check.unchanged:
        edited = f" of {check.records[0].system}" if check.records and check.kind in UPDATES else ""
        if check.kind not in UPDATES:
            return "an edit does not arrive"
        return f"no edit{edited} arrives" if every else f"edits{edited} do not arrive"
    if check.difference:
        return _difference(check)
    said = _stripped(check, section.heading)
    if any(_stripped(other, place.heading) != said for place, other in members):
        said = _general(said, check, section.heading)
    text = " ".join(said.split())
    if len(text) <= LONGEST_CAUSE:
        return text
    head, mark, _ = text[:LONGEST_CAUSE].rpartition("; ")
    return head if mark else f"{text[:LONGEST_CAUSE]}..."


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
