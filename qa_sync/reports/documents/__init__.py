"""Output about specs without a run: lint findings and checklists, as text, JSON and SARIF.

May import `reports.shared`, `dataflow` and `checklist`.
"""
