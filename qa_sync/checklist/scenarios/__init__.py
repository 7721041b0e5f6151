"""OPEN SET: one file for each scenario; the table is in `checklist.compiler`.

`context` is the input of a scenario. May import `checklist.samples` and below.
"""
