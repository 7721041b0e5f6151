"""The open set of scenarios, one file each; the table is in `qa_sync.checklist.compiler`."""
