"""Writes, reads and replays recordings (cassettes).

`recorder` writes them with vcrpy; a replay reads JSON without it. Only `yaml_recordings`, which reads YAML with vcrpy,
imports PyYAML. May import `systems.http`.
"""
