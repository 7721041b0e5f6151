"""The keys of the format's objects: those that are read, have no effect here, or are not supported.

Source: docs/explanation/connector-format-facts.rst, and further keys in public connectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qa_sync.systems.connectors.auth_options import ENDS, OPERATIONS, REFRESH_ENDS
from qa_sync.systems.connectors.connection_options import ANY_LENGTH, READS, VERIFY, WRITES
from qa_sync.systems.connectors.operations import VERBS
from qa_sync.systems.connectors.pipes.complete import OVERRIDES
from qa_sync.systems.connectors.validation import object_types
from qa_sync.systems.connectors.validation.key_rules import KnownKeys
from qa_sync.systems.connectors.validation.operation_checks import COMMON_MISTAKES

EMPTY: Final = "a response without records is an empty list"
STATUSES: Final = "2xx is a success, 404 and 410 mean that the record does not exist, any other status is an error"
LOOKED_UP: Final = "the response to a lookup is not rewritten"

MANIFEST: Final = KnownKeys(
    object_types.MANIFEST,
    ("auth", "auth_variant", "jwt", "system", "requires_service_api_access", "use_webhook_secret"),
)
DATATYPE: Final = KnownKeys(
    object_types.DATATYPE,
    (
        "sync_frequency",
        "schedule_interval",
        "bidirectional",
        "webhook",
        "property-mapping",
        "stage",
    ),
)
SYSTEM: Final = KnownKeys(
    (*object_types.SYSTEM, VERIFY, ANY_LENGTH),
    ("metadata",),
    {"worker_threads": "the number of concurrent requests is set in qa-sync.toml (concurrency)"},
)
INNER: Final[Mapping[str, KnownKeys]] = {
    "oauth2": KnownKeys(
        (
            "client_id",
            "client_secret",
            "token_url",
            "access_token",
            "refresh_token",
            "scope",
            "refresh_window",
            "extra",
        )
    ),
    "tripletex": KnownKeys(("consumer_token", "employee_token", "token_url", "ttl")),
    "api_key": KnownKeys(("in", "name", "value")),
    "custom_auth": KnownKeys(
        (
            *OPERATIONS,
            *ENDS,
            *REFRESH_ENDS,
            "refresh_window",
            "initial_refresh_token",
            "access_token_property",
            "refresh_token_property",
        )
    ),
}
"""The objects of a system that configure authentication."""
RETRIES: Final = KnownKeys(
    (*READS, *WRITES),
    (),
    {
        "batch_retries": "records are written one by one",
        "max_consecutive_write_errors": "each failed write is reported, and the others continue",
        "max_write_errors_in_retry_dataset": "there is no retry dataset; each failed write is reported",
    },
)
OPERATION: Final = KnownKeys(
    (*object_types.OPERATION, "payload", "supports_since", "initial_since_value", *COMMON_MISTAKES)
)
PIPE: Final = KnownKeys(
    object_types.PIPE,
    (
        "sink",
        "pump",
        "metadata",
        "batch_size",
        "checkpoint_interval",
        "disable_set_last_seen",
        "enable_background_rescan",
        "infer_pipe_entity_types",
        "dependency_tracking",
        "compaction",
        "circuit_breakers",
        "reprocessing_policy",
        "exclude_completeness",
        "completeness",
        "initial_completeness",
        "namespaces",
        "namespaced_identifiers",
        "add_namespaces",
        "remove_namespaces",
        "permissions",
        "durable_data",
        "track_dead",
    ),
)
SOURCE: Final = KnownKeys(
    ("type", "system", "operation", "operations", *OVERRIDES),
    ("is_since_comparable", "is_chronological"),
    {
        "if_source_empty": EMPTY,
        "response_include_content_type": "'content-type' holds the type of raw responses only",
    },
)
TRANSFORM: Final = KnownKeys(
    (*SOURCE.read, "replace_entity"),
    ("side_effects", *SOURCE.silent),
    {
        **SOURCE.unfollowed,
        "if_transform_empty": EMPTY,
        "trigger_on": "the transform applies to every record",
    },
)
SHARE: Final = KnownKeys(
    (*object_types.SHARE, "client_side_patching"),
    (
        "share_dataset",
        "original_property",
        "is_natural_key",
        "enable_deletes",
        "operation_lookup_delete",
        "operation_lookup_delete_properties",
    ),
    {
        **{f"{verb}_allowed_status_codes": STATUSES for verb in VERBS},
        "rules": LOOKED_UP,
        "rewrite_rules_lookup": LOOKED_UP,
        "rewrite_rules_mutation": "of a write's response, only a new record's key is read, not rewritten",
    },
)
DEFAULTS: Final = KnownKeys(object_types.DEFAULTS)
