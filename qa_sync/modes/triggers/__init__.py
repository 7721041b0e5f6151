"""What moves a live sync on, one file each; the table is in `qa_sync.modes.triggers.table`."""
