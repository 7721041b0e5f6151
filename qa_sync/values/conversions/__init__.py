"""Conversions between a system's values and canonical values, one file a family; the table is in `values.canonical`.

May import `values` and `errors`.
"""
