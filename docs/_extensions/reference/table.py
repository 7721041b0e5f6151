"""What can be generated, by name: each a function that makes reStructuredText of the code's own tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reference import cards, checks, commands, connectors, exports, expressions, schemas, settings

CONTENTS: Mapping[str, Callable[[], str]] = {
    "commands": commands.commands,
    "pytest-options": commands.pytest_options,
    "variables": commands.variables,
    "option-variables": commands.option_variables,
    "exit-codes": commands.exit_codes,
    "settings": settings.keys,
    "sign-off": settings.sign_off,
    "baseline": settings.baseline,
    "entity-keys": cards.entity_keys,
    "property-keys": cards.property_keys,
    "list-commands": cards.list_commands,
    "tagged-values": cards.tagged_values,
    "conversions": cards.conversions,
    "concepts": cards.concepts,
    "connector-format": connectors.objects,
    "paging": connectors.paging,
    "authentication": connectors.authentication,
    "names": expressions.names,
    "functions": expressions.functions,
    "filters": expressions.filters,
    "markers": expressions.markers,
    "placeholders": expressions.placeholders,
    "lint-codes": checks.lint_codes,
    "kinds": checks.kinds,
    "reasons": checks.reasons,
    "statements": checks.statements,
    "depths": checks.depths,
    "modes": checks.modes,
    "formats": checks.formats,
    "export-formats": exports.formats,
    "export-places": exports.places,
    "tried-values": checks.tried_values,
    "faults": checks.faults,
    "tolerances": checks.tolerances,
    "schemas": schemas.schemas,
}
"""The functions by the argument of `.. generated::`."""
