"""Lint findings of specs together with their connectors and their reverse specs.

May import `checklist.model`, `systems` and `dataflow`.
"""
