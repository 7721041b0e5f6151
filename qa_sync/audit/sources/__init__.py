"""Where exports come from: files, patterns, standard input, downloads, workbooks and databases, as local files.

May import `audit.formats`.
"""
