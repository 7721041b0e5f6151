"""OPEN SET: misbehaviours on request, each put round what the engine reads, decides by or writes (table.py)."""
