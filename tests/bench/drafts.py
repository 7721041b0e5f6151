"""Print how long drafts from large OpenAPI documents take, and how much memory.

`python tests/bench/drafts.py` makes a document of about three megabytes, as JSON and as YAML, with hundreds of
resources whose records refer to each other, and drafts five entities and all of it with `qa-sync connectors new`, each
in a process of its own. Bars: 3 s and 150 MB for five entities. Prints, asserts nothing.

--megabytes N   the size of the document (default 3)
--yaml FILE     a document of your own instead
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ENTITIES = [word for n in range(5) for word in ("--entity", f"things{n}")]
MB = 1_000_000


def document(size: float) -> dict[str, object]:
    """Return a document of about that many bytes."""
    paths: dict[str, object] = {}
    schemas: dict[str, object] = {}
    made = 0
    number = 0
    while made < size:
        name = f"Thing{number}"
        before = f"#/components/schemas/Thing{max(0, number - 1)}"
        prose = "What this member is for, and when it is set; as long as such texts are in real documents. " * 2
        members = {f"member_{n}": {"type": "string", "maxLength": 40 + n, "description": prose} for n in range(25)}
        more = {"id": {"type": "string"}, "email": {"type": "string", "format": "email"}, "parent": {"$ref": before}}
        schemas[name] = {"type": "object", "required": ["email"], "properties": {**more, **members}}
        one = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}
        rows = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
        page = {"type": "object", "properties": {"data": rows, "next": {"type": "string", "format": "uri"}}}
        listed = {"content": {"application/json": {"schema": page}}}
        item = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        paths[f"/things{number}"] = {
            "get": {"description": prose, "responses": {"200": listed}},
            "post": {"requestBody": one, "responses": {"201": one}},
        }
        paths[f"/things{number}/{{id}}"] = {
            "parameters": [item],
            "get": {"responses": {"200": one}},
            "patch": {"requestBody": one, "responses": {"200": one}},
            "delete": {"responses": {"204": {"description": "gone"}}},
        }
        made += len(json.dumps(schemas[name])) + len(json.dumps(paths[f"/things{number}"])) + 600
        number += 1
    info = {"title": "large", "version": "1"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}}


def measure(arguments: list[str]) -> tuple[float, float, float]:
    """Run qa-sync, and return seconds, seconds of CPU, and megabytes of memory at most."""
    # A child has at least the memory of the process that it was forked from: a small one in between.
    code = (
        "import resource, subprocess, sys, time\n"
        "begun = time.perf_counter()\n"
        "subprocess.run([sys.executable, '-m', 'qa_sync', *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    seconds, cpu, kilobytes = map(float, done.stdout.split())
    return seconds, cpu, kilobytes * 1024 / MB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=3)
    parser.add_argument("--yaml", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = [options.yaml] if options.yaml else []
        if not files:
            made = document(options.megabytes * MB)
            files = [Path(folder, "large.json"), Path(folder, "large.yaml")]
            files[0].write_text(json.dumps(made))
            files[1].write_text(yaml.dump(made, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False))
        for file in files:
            for what, chosen in (("5 entities", [] if options.yaml else ENTITIES), ("all entities", ["--yes"])):
                target = str(Path(folder, f"{file.stem}-{file.suffix[1:]}-{len(chosen)}"))
                arguments = ["connectors", "new", target, "--openapi", str(file), *(chosen or ["--yes"])]
                seconds, cpu, memory = measure(arguments)
                size = file.stat().st_size / MB
                print(f"{file.name} ({size:.1f} MB), {what}: {seconds:.2f} s, {cpu:.2f} s CPU, {memory:.0f} MB")


if __name__ == "__main__":
    main()
