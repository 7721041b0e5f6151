"""Groups failures and errors that have the same cause, so that a report names each cause once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from qa_sync.reports.shared.cause_words import CauseWords, difference_words, general_message, stripped_message
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult

EXAMPLES = 3
"""How many checks of a cause a report shows, unless the user asks for all."""

MOST_EXAMPLES = 60
"""How many checks of a cause can be shown at all."""

BAD_STATUSES = frozenset({Status.FAILED, Status.ERROR})

CauseKey: TypeAlias = tuple[object, ...]
"""Equal for checks with the same cause."""

MOST_NAMES = 3
"""How many kinds or sections a headline names."""


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
                groups[key] = members = _Members(CauseWords(check, section.heading))
            members.add(section, at, check)


def cause_key(check: CheckFinished, heading: str) -> CauseKey:
    """Return a key that is equal for checks with the same cause; `heading` is that of their section."""
    if check.difference:
        # Checks of whole records, such as newest-wins, belong together; of pairs, each kind is a direction.
        kind = check.kind if check.origin else ""
        return check.status, check.unchanged or difference_words(check), check.spec, kind
    return check.status, general_message(stripped_message(check, heading), check, heading)


class _Members(Struct):
    """What the failures and errors of one cause have so far; sections are paths of specs and ordinals."""

    words: CauseWords
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
        words.varies = words.varies or stripped_message(check, section.heading) != words.said


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


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
