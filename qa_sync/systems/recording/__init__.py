"""Recordings: cassettes are written, read and replayed.

`recorder` is the only module that imports vcrpy. May import `systems.http`.
"""
