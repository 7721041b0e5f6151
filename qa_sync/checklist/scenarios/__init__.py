"""OPEN SET: one file for each scenario; the table is in `checklist.compiler`.

`context` is what a scenario is given. May import `checklist.samples` and below.
"""
