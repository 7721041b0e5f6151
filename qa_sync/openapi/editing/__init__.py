"""Edits the files of a draft by key, so that the lines that a person wrote stay as they are."""
