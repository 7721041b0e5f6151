"""Print what an audit costs beside the bare work: a DuckDB join of the same files, a paged read with the same client.

Run as `python tests/bench/auditing.py [--rows N] [--read N] [--large]` (0 leaves a part out). `--share 50` lets half of
the records differ, `--wide 192` adds as many columns, `--ending csv` compares CSV files; `--all` adds polars and
datacompy, if they are installed. `--large` compares 10,000,000 x 10,000,000 records with 2 GB instead, which takes
minutes and some GB of disk. Each contender is a process
of its own, so that its peak memory is its own; its time is that of the work, without start-up and imports.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402
import httpx  # noqa: E402
import ibis  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from qa_sync.audit.audit import Audit  # noqa: E402
from qa_sync.audit.engines.table import Needs, start_engine  # noqa: E402
from qa_sync.audit.planning import AuditConfig, plan_sections  # noqa: E402
from qa_sync.audit.reading.fetch import FetchOptions, FetchSource, fetch_entity  # noqa: E402
from qa_sync.audit.reading.load import LoadRequest, Origins  # noqa: E402
from qa_sync.audit.records.snapshots import load  # noqa: E402
from qa_sync.audit.sections import AuditOptions  # noqa: E402
from qa_sync.audit.sources.open_source import open_file  # noqa: E402
from qa_sync.clock import RealClock  # noqa: E402
from qa_sync.dataflow.model import Dataflow, Entity, PropertyPair, Section, Statement, StatementKind  # noqa: E402
from qa_sync.running.collect_results import collect_results  # noqa: E402
from qa_sync.sandbox.vendors import VENDORS  # noqa: E402
from qa_sync.systems.cards import EntityCard, PropertyCard  # noqa: E402
from qa_sync.systems.connectors.find import builtin_folder  # noqa: E402
from qa_sync.systems.connectors.load import load_connector  # noqa: E402
from qa_sync.systems.rest.rest_system import RestSystem  # noqa: E402
from qa_sync.values.form import Form  # noqa: E402

BAR_TIMES, BAR_MB, BAR_READ = 3.0, 500, 1.5
MONEY = {"places": 2}

LEFT = """
    SELECT 'w' || i AS id, 'User' || i || '@Example.test' AS email, 'Åse ' || (i * 7919 % 10007) AS first,
        'Berg-' || i AS last, '+47 400' || lpad((i % 100000)::VARCHAR, 5, '0') AS phone,
        (i * 37 % 100000) / 100.0::DOUBLE AS price, i % 1000 AS quantity, i % 3 = 0 AS active,
        strftime(TIMESTAMP '2020-01-01' + to_seconds(i * 61), '%Y-%m-%dT%H:%M:%S') || '.123Z' AS born{wide}
    FROM range({rows}) r(i)"""
RIGHT = """
    SELECT 'C-' || substr(id, 2) AS id, lower(email) AS email,
        CASE WHEN h % 2 = 0 AND h < {share} THEN first || 'x' ELSE first END AS first,
        last, replace(phone, ' ', '') AS phone,
        (price + CASE WHEN h % 2 = 1 AND h < {share} THEN 1 ELSE 0 END)::DECIMAL(12, 2)::VARCHAR AS price,
        quantity, active, substr(born, 1, 19) || 'Z' AS born,
        columns('x.*')
    FROM (SELECT *, hash(id) % 100 AS h FROM '{folder}/left.parquet')"""
BARE = """
    SELECT count(*) FILTER (WHERE a.id IS NULL) AS left_alone, count(*) FILTER (WHERE b.id IS NULL) AS right_alone,
        count(*) FILTER (WHERE a.first <> b.first) AS first, count(*) FILTER (WHERE a.last <> b.last) AS last,
        count(*) FILTER (WHERE replace(a.phone, ' ', '') <> replace(b.phone, ' ', '')) AS phone,
        count(*) FILTER (WHERE round(a.price::DECIMAL(18, 6), 2) <> round(b.price::DECIMAL(18, 6), 2)) AS price,
        count(*) FILTER (WHERE a.quantity <> b.quantity) AS quantity,
        count(*) FILTER (WHERE a.active <> b.active) AS active,
        count(*) FILTER (WHERE date_trunc('second', a.born::TIMESTAMP) <> date_trunc('second', b.born::TIMESTAMP))
    FROM '{folder}/left.parquet' a
    FULL OUTER JOIN '{folder}/right.parquet' b ON lower(trim(a.email)) = lower(trim(b.email))"""


def make(folder: Path, rows: int, share: int = 2, wide: int = 0) -> None:
    """Write the two exports; of the right one's records `share` % differ in one value; `wide` columns are alike."""
    more = "".join(f", 'Text ' || (i * {n + 7} % 1009) AS x{n}" for n in range(wide))
    right = RIGHT if wide else RIGHT.replace(",\n        columns('x.*')", "")
    with duckdb.connect() as con:
        con.execute("SET preserve_insertion_order = false")
        con.execute(f"COPY ({LEFT.format(rows=rows, wide=more)}) TO '{folder}/left.parquet'")
        con.execute(f"COPY ({right.format(folder=folder, share=share)}) TO '{folder}/right.parquet'")


def _card(system: str, price: str, wide: Sequence[str]) -> EntityCard:
    forms = {
        **dict.fromkeys(wide, Form()),
        "email": Form(convert="email"),
        "first": Form(),
        "last": Form(),
        "phone": Form(convert="phone"),
        "price": Form(price, "decimal", MONEY),
        "quantity": Form("integer", "integer"),
        "active": Form("boolean", "boolean"),
        "born": Form(convert="instant"),
    }
    properties = {name: PropertyCard(name, form, concept=name, unique=name == "email") for name, form in forms.items()}
    return EntityCard(system, "people", ("People",), "id", properties)


def _flow(wide: Sequence[str]) -> tuple[Dataflow, AuditConfig]:
    cards = {"Shop": {"people": _card("shop", "number", wide)}, "Office": {"people": _card("office", "string", wide)}}
    pairs = tuple(PropertyPair(p, p, line=9) for p in cards["Shop"]["people"].properties)
    every = Statement(StatementKind.EVERY, 2, "Every Shop People will be synchronized with a Office People.")
    section = Section(
        1, "Shop People to Office People", 1, Entity("Shop", "People"), Entity("Office", "People"), (every,), (), pairs
    )
    return Dataflow("bench.txt", "Bench", "Shop", "Office", None, (section,)), AuditConfig(cards)


def _ending(folder: Path) -> str:
    return ".csv" if (folder / "left.csv").exists() else ".parquet"


def _as_csv(folder: Path) -> None:
    with duckdb.connect() as con:
        for side in ("left", "right"):
            con.execute(f"COPY (FROM '{folder}/{side}.parquet') TO '{folder}/{side}.csv' (HEADER)")


def bare(folder: Path, memory: str) -> object:
    """Join and count in one statement of DuckDB."""
    with duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spilled")}) as con:
        return con.execute(BARE.format(folder=folder).replace(".parquet", _ending(folder))).fetchall()


def audited(folder: Path, memory: str, engine: str = "duckdb") -> object:
    """Audit the same two files."""
    flow, known = _flow([name for name in pq.read_schema(folder / "left.parquet").names if name.startswith("x")])
    clock = RealClock()
    with tempfile.TemporaryDirectory() as scratch:
        sides = [open_file(folder / f"{side}{_ending(folder)}", Path(scratch), print) for side in ("left", "right")]
        wish = LoadRequest(
            Origins((sides[0], sides[1])), Path(scratch) / "read", Path(scratch) / "exports", clock, False, print
        )
        started = start_engine(engine, Needs(memory, Path(scratch)))
        terms = AuditOptions(UTC, differences=folder / "differences.parquet")
        results = collect_results(
            Audit(
                [flow],
                {flow.path: plan_sections(flow, [flow], known)},
                wish,
                started,
                terms,
                clock,
                time.perf_counter,
                Path(scratch),
            ).events()
        )
        started.close()
    return [check.actual for check in results.checks if check.actual]


NAMES = ("first", "last", "phone", "price", "quantity", "active", "born")


def by_polars(folder: Path, _: str) -> object:
    """Join and count with polars."""
    pl: Any = import_module("polars")  # optional

    read = pl.scan_csv if _ending(folder) == ".csv" else pl.scan_parquet
    sides = []
    for side in ("left", "right"):
        rows = read(folder / f"{side}{_ending(folder)}", **({"infer_schema": False} if read is pl.scan_csv else {}))
        plain = rows.with_columns(
            key=pl.col("email").str.to_lowercase().str.strip_chars(),
            phone=pl.col("phone").str.replace_all(" ", ""),
            price=pl.col("price").cast(pl.Float64).round(2),
            born=pl.col("born").str.slice(0, 19),
        )
        sides.append(plain)
    both = sides[0].join(sides[1], on="key", how="full", suffix="_r")
    differ = [(pl.col(name) != pl.col(f"{name}_r")).sum().alias(name) for name in NAMES]
    alone = pl.col("id").is_null().sum().alias("left_alone"), pl.col("id_r").is_null().sum().alias("right_alone")
    return both.select(*alone, *differ).collect().rows()


def by_datacompy(folder: Path, _: str) -> object:
    """Compare with datacompy and pandas."""
    datacompy: Any = import_module("datacompy")  # optional
    pd: Any = import_module("pandas")

    read = pd.read_csv if _ending(folder) == ".csv" else pd.read_parquet
    sides = []
    for side in ("left", "right"):
        rows = read(folder / f"{side}{_ending(folder)}").drop(columns="id")
        rows["email"], rows["price"] = rows["email"].str.lower(), rows["price"].astype(float).round(2)
        rows["phone"], rows["born"] = rows["phone"].str.replace(" ", ""), rows["born"].str[:19]
        sides.append(rows)
    compare = datacompy.PandasCompare(*sides, join_columns="email")
    return [(one["column"], one["unequal_cnt"]) for one in compare.column_stats]


CONTENDERS: Mapping[str, Callable[[Path, str], object]] = {
    "bare DuckDB join": bare,
    "qa-sync audit": audited,
    "polars": by_polars,
    "datacompy": by_datacompy,
}
OURS = ("bare DuckDB join", "qa-sync audit")


def run(name: str, folder: Path, memory: str) -> dict[str, Any]:
    """Let a contender work in a process of its own; return its seconds, its peak in MB, and what it found."""
    command = [sys.executable, __file__, "--contender", name, str(folder), memory]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _contend(name: str, folder: Path, memory: str) -> None:
    assert ibis.duckdb  # loads the backend, an import
    gc.set_threshold(500_000)  # as the command does
    begun, busy = time.perf_counter(), time.process_time()
    found = CONTENDERS[name](folder, memory)
    took, cpu = time.perf_counter() - begun, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"s": took, "cpu": cpu, "mb": peak, "found": found}, default=str))


def compare(given: argparse.Namespace, rows: int, memory: str, rounds: int) -> None:
    """Print the contenders in turns, the best round of each."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), rows, given.share, given.wide)
        if given.ending == "csv":
            _as_csv(Path(folder))
        contenders = CONTENDERS if given.all else OURS
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name in contenders:
                found[name].append(run(name, Path(folder), memory))
        best = {name: {key: min(one[key] for one in some) for key in ("s", "cpu")} for name, some in found.items()}
        peak = {name: max(one["mb"] for one in some) for name, some in found.items()}
        for name, one in best.items():
            reported = found[name][0]["found"]
            print(f"{name:18} {one['s']:7.2f} s {one['cpu']:7.2f} s of CPU {peak[name]:7.0f} MB  {reported}")
        bare, ours = (best[name] for name in OURS)
        reported = f"ratio {ours['s'] / bare['s']:.2f}, of CPU {ours['cpu'] / bare['cpu']:.2f} (bar {BAR_TIMES})"
        reported += f", {peak['qa-sync audit']:.0f} MB of which DuckDB may have {memory} (bar {BAR_MB} for 1,000,000)"
        print(
            f"{rows:,} x {rows:,} records, {8 + given.wide} columns, {given.share} % differing: {reported}", flush=True
        )


def serve(count: int) -> None:
    """Serve the sandbox with that many customers in the Custom Webshop until standard input ends; print its url."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "audit")]
    from audit_world import make_world, multiply  # noqa: PLC0415 - the tests' own helpers
    from served_apps import serving  # noqa: PLC0415

    world = make_world(1)
    multiply(world.apps["customwebshop"], count)
    with serving(world.apps) as url:
        print(url, flush=True)
        sys.stdin.read()


def reading(count: int) -> None:
    """Print how long the served sandbox's customers take to read into a snapshot, beside reading the pages only."""
    # A process of its own, so that what the server does is not taken for the client's work.
    command = [sys.executable, __file__, "--serve", str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        _read_from(server.stdout.readline().strip(), count)
        server.communicate("")


def _read_from(url: str, count: int) -> None:
    # The one vendor whose pages cost the same wherever they are.
    vendor, label = VENDORS["customwebshop"], "Custom Webshop"
    connector = load_connector(builtin_folder("customwebshop"))
    system = RestSystem(label, connector, f"{url}/customwebshop", vendor.secrets, httpx.HTTPTransport())
    card = system.cards["customer"]
    source = FetchSource(system, card, {"system": label}, since=False)
    manner, columns = FetchOptions(RealClock(), fresh=True, stop=Event(), report=print), tuple(card.properties)
    floors, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            floors.append(_timed(lambda: sum(len(records) for records, _ in system.list_pages("customer"))))
            ours.append(_timed(lambda: fetch_entity(source, columns, Path(folder), manner)))
            rows = load(Path(folder), source.identity, columns)
    system.close()
    assert rows
    assert rows.rows == count
    reported = f"{min(ours):.2f} s, the pages alone {min(floors):.2f} s, ratio {min(ours) / min(floors):.2f}"
    print(f"reading {count:,} records of {len(columns)} columns from the served sandbox: {reported} (bar {BAR_READ})")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    if sys.argv[1:2] == ["--contender"]:
        _contend(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
        raise SystemExit
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
        raise SystemExit
    requested = argparse.ArgumentParser()
    requested.add_argument("--rows", type=int, default=1_000_000)
    requested.add_argument("--read", type=int, default=100_000)
    requested.add_argument("--memory", default="250MB")
    requested.add_argument("--share", type=int, default=2)
    requested.add_argument("--wide", type=int, default=0)
    requested.add_argument("--ending", choices=["parquet", "csv"], default="parquet")
    requested.add_argument("--rounds", type=int, default=5)
    requested.add_argument("--all", action="store_true")
    requested.add_argument("--large", action="store_true")
    given = requested.parse_args()
    if given.large:
        compare(given, 10_000_000, "2GB", 1)
    if not given.large and given.rows:
        compare(given, given.rows, given.memory, given.rounds)
    if not given.large and given.read:
        reading(given.read)
