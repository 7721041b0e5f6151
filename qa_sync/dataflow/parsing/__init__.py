"""Parsers for the parts of a spec: blocks, headings, sentences, tables, sections.

`markup` is the only module that imports docutils. May import `dataflow.model` and `dataflow.lint_codes`.
"""
