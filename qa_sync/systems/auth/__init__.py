"""How one shows a system who one is: one small file a kind; the table is in `qa_sync.systems.connectors.auth_options`."""
