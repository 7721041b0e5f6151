"""Systems under test: the only folder that sends requests to business systems.

Layers, top down: `rest`; `auth` and `journal`; `responses`; `requests` and `recording`; `http`; `connectors`;
`templates`; `system` and `pairing`; `redaction` and `cards`. May import `settings`, `dataflow`, `values`, `errors`.
"""
