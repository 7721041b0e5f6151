"""The keys that the objects of the format have: which are read, change nothing here, or are not followed.

Source: facts/SESAM.md 1, 2.2 and 2.5, and what public connectors have beside.
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

EMPTY: Final = "an answer without records is a list without records"
STATUSES: Final = "2xx is a success, 404 and 410 say that there is no such record, any other status fails"
LOOKED_UP: Final = "the answer to a lookup is taken as it comes"

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
    {"worker_threads": "qa-sync.toml says how many requests may be under way at once (concurrency)"},
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
"""The objects of a system that say how one shows who one is."""
RETRIES: Final = KnownKeys(
    (*READS, *WRITES),
    (),
    {
        "batch_retries": "records are written one by one",
        "max_consecutive_write_errors": "each write that fails is told, and the others go on",
        "max_write_errors_in_retry_dataset": "there is no retry dataset; each write that fails is told",
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
        "response_include_content_type": "a raw answer's type stands in 'content-type', that of JSON nowhere",
    },
)
TRANSFORM: Final = KnownKeys(
    (*SOURCE.read, "replace_entity"),
    ("side_effects", *SOURCE.silent),
    {
        **SOURCE.unfollowed,
        "if_transform_empty": EMPTY,
        "trigger_on": "every record goes through the transform",
    },
)
SHARE: Final = KnownKeys(
    (*object_types.SHARE, "client_side_patching"),
    ("share_dataset", "original_property", "is_natural_key", "enable_deletes", "operation_lookup_delete"),
    {
        **{f"{verb}_allowed_status_codes": STATUSES for verb in VERBS},
        "rules": LOOKED_UP,
        "rewrite_rules_lookup": LOOKED_UP,
        "rewrite_rules_mutation": "of the answer to a write only a new record's key is taken, as it comes",
    },
)
