"""Where a checklist is played: the modes of `qa-sync check`, one file each; the table is in `qa_sync.modes.table`."""
