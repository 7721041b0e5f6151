"""OPEN SET: the file formats of Results; the table is in `reports.formats.table`.

May import `reports.shared` and `running`.
"""
