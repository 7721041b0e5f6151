"""Environment variables that do not belong to an option: those of qa-sync and standard ones that it follows."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES: Mapping[str, str] = {
    "QA_SYNC_DEBUG": "When set, an error shows the traceback of the program.",
    "QA_SYNC_MAX_SPEC": "The largest spec that is read, such as 64MB. Default 16MB.",
    "QA_SYNC_MAX_RECORDING": "The largest recording that is read. Default 268MB.",
    "QA_SYNC_MAX_SETTINGS": "The largest qa-sync.toml, baseline or file of sign-offs that is read. Default 4MB.",
    "QA_SYNC_MAX_CONNECTOR_FILE": "The largest file of a connector folder that is read. Default 16MB.",
    "QA_SYNC_MAX_RESULTS": "The largest JSON report that is read. Default 1GB.",
    "CI": "When set, a run is recorded in the history only with --history.",
    "GITHUB_STEP_SUMMARY": "The file that --report markdown also appends its report to.",
    "NO_COLOR": "When set, the terminal report has no color, unless with --color always.",
    "TERM": "With `dumb` the terminal report has no color and no live progress.",
    "COLUMNS": "The width of the terminal report.",
    "HTTPS_PROXY": "The proxy for https URLs, unless the connector names one.",
    "HTTP_PROXY": "The proxy for http URLs, unless the connector names one.",
    "ALL_PROXY": "The proxy for all other URLs.",
    "NO_PROXY": "The hosts to connect to without a proxy.",
    "SSL_CERT_FILE": "A file of certificate authorities (PEM) that are trusted instead of the default ones.",
}
"""The variables and their meanings."""
