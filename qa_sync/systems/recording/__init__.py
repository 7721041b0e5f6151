"""Recordings: cassettes are written, read and replayed.

`recorder` writes them by vcrpy; a replay reads JSON without it. Only `yaml_recordings`, which reads YAML by vcrpy,
imports PyYAML. May import `systems.http`.
"""
