"""Conversions between wire values and canonical values, grouped in files; the table is in `values.canonical`.

May import `values` and `errors`.
"""
