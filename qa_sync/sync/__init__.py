"""The built-in two-way sync: `qa-sync sync`, and the sync under test in the sandbox.

    Dataflow -> lanes -> (match | create | update) -> writer (| fault) -> CycleSummary

It shares with the checks only the spec, the connectors and the value rules; nothing that judges imports it.
"""
