"""What a sync costs: 20,000 products carried over, a cycle with nothing to do, and a cycle with 1 % changed.

Next to each stands the floor: the same number of bare requests through the same client, which is the connectors' own
(`System.list`, `lookup`, `insert`, `update` with nothing between them), to the same two systems, which are small, in
this process, and keep their records in files. For information the same once more through nothing but httpx.
Bars: the initial sync takes at most twice its
floor's time, an idle cycle at most 10 % of the initial sync's, and the peak of memory at 20,000 is at most 1.3 times
that at 2,000. Each line is measured in a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
sys.modules.setdefault("pygments", None)  # type: ignore[arg-type]  # as the program does

import httpx  # noqa: E402
from bench_vendor import PAGE, Vendor  # noqa: E402

from qa_sync.clock import RealClock  # noqa: E402
from qa_sync.dataflow.model import Dataflow, Entity, Section, Statement, StatementKind  # noqa: E402
from qa_sync.sync.engine import Engine  # noqa: E402
from qa_sync.sync.store.links import Links  # noqa: E402
from qa_sync.sync.summary import CycleSummary  # noqa: E402
from qa_sync.systems.connectors.find import builtin_folder  # noqa: E402
from qa_sync.systems.connectors.load import load_connector  # noqa: E402
from qa_sync.systems.rest.rest_system import RestSystem  # noqa: E402

MANY, FEW = 20_000, 2_000
SHOP, ERP = "http://shop.example", "http://erp.example"


def product(number: int) -> dict[str, object]:
    return {
        "sku": f"SKU-{number:06}",
        "title": f"Product number {number}",
        "description": f"<p>A product of the bench, number {number}, with a text as long as such texts are.</p>",
        "price": f"{number % 1000}.90",
        "currency": "NOK",
        "stock": number % 50,
        "published": True,
    }


def system(label: str, name: str, vendor: Vendor, url: str, secret: str) -> RestSystem:
    return RestSystem(label, load_connector(builtin_folder(name)), url, {secret: "bench"}, vendor)


def dataflow() -> Dataflow:
    kinds = (StatementKind.EVERY, StatementKind.KEEP, StatementKind.PROPS)
    said = tuple(Statement(kind, 1, kind.value) for kind in kinds)
    ends = Entity("Custom Webshop", "Product"), Entity("Customerp", "Product")
    section = Section(1, "Custom Webshop Product to Customerp Product", 1, *ends, said)
    return Dataflow("bench.txt", "Bench", "Custom Webshop", "Customerp", sections=(section,))


class Phases:
    """Measures one phase after the other."""

    def __init__(self, *vendors: Vendor) -> None:
        self.vendors = vendors
        self.found: dict[str, dict[str, float]] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        before, started = self.asked(), time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.found[name] = {"seconds": seconds, "requests": self.asked() - before, "peak_mb": peak}

    def asked(self) -> int:
        return sum(sum(vendor.asked.values()) for vendor in self.vendors)


def filled(folder: Path, number: int) -> tuple[Vendor, Vendor]:
    shop, erp = Vendor(folder / "shop.sqlite"), Vendor(folder / "erp.sqlite")
    for n in range(number):
        shop.made(product(n))
    return shop, erp


def synced(folder: Path, number: int) -> dict[str, dict[str, float]]:
    """Measure the engine."""
    shop, erp = filled(folder, number)
    source = system("Custom Webshop", "customwebshop", shop, SHOP, "api_key")
    target = system("Customerp", "customerp", erp, ERP, "token")
    engine = Engine(dataflow(), source, target, Links(folder / "links.sqlite"), clock=RealClock())
    phases = Phases(shop, erp)
    with phases.phase("initial"):
        expect(engine.cycle(), created=number)
    with phases.phase("idle"):
        expect(engine.cycle(), unchanged=number)
    for n in range(0, number, 100):
        shop.changed(n + 1, {"title": f"Renamed {n}"})
    with phases.phase("1 % changed"):
        expect(engine.cycle(), updated=number // 100)
    return phases.found


def expect(summary: CycleSummary, **numbers: int) -> None:
    got = {name: getattr(summary, name) for name in numbers}
    if got != numbers or summary.problems:
        raise SystemExit(f"expected {numbers}, got {summary}")


def bare(folder: Path, number: int) -> dict[str, dict[str, float]]:
    """Measure the same requests without an engine."""
    shop, erp = filled(folder, number)
    phases = Phases(shop, erp)
    sell = httpx.Client(base_url=SHOP, transport=shop, headers={"X-Api-Key": "bench"}, trust_env=False)
    keep = httpx.Client(base_url=ERP, transport=erp, headers={"Authorization": "Bearer bench"}, trust_env=False)
    with phases.phase("initial"):
        shop_pages(sell)
        erp_pages(keep)
        for n in range(1, number + 1):
            data = sell.get(f"/rest/products/{n}").json()
            made = keep.post("/api/v1/products", json=created(data)).json()
            keep.get(f"/api/v1/products/{made['productId']}").json()
    with phases.phase("idle"):
        shop_pages(sell)
        erp_pages(keep)
    with phases.phase("1 % changed"):
        shop_pages(sell)
        erp_pages(keep)
        for n in range(1, number + 1, 100):
            data = sell.get(f"/rest/products/{n}").json()
            whole = keep.get(f"/api/v1/products/P-{n}").json()
            keep.put(f"/api/v1/products/P-{n}", json=whole | {"name": data["title"]}, headers={"If-Match": '"1"'})
            keep.get(f"/api/v1/products/P-{n}").json()
    return phases.found


def floor(folder: Path, number: int) -> dict[str, dict[str, float]]:
    """Measure the same requests through the same client, with nothing done between them."""
    shop, erp = filled(folder, number)
    source = system("Custom Webshop", "customwebshop", shop, SHOP, "api_key")
    target = system("Customerp", "customerp", erp, ERP, "token")
    phases = Phases(shop, erp)
    with phases.phase("initial"):
        drain(source, target)
        for n in range(1, number + 1):
            source.lookup("product", str(n))
            made = target.insert("product", created({"title": f"Product {n}", "sku": f"SKU-{n}"})).id
            target.lookup("product", made)
    with phases.phase("idle"):
        drain(source, target)
    with phases.phase("1 % changed"):
        drain(source, target)
        for n in range(1, number + 1, 100):
            source.lookup("product", str(n))
            record = target.lookup("product", f"P-{n}")
            if record:
                target.update(record, {"name": f"Renamed {n}"})
            target.lookup("product", f"P-{n}")
    return phases.found


def drain(*systems: RestSystem) -> None:
    for each in systems:
        for _ in each.list("product"):
            pass


def created(data: dict[str, object]) -> dict[str, object]:
    """Return what the engine sends for a product."""
    same = {"description": "A product of the bench, with a text as long as such texts are, on average.", "active": True}
    money = {"salesPrice": 1.9, "currency": "NOK", "stockQuantity": 1}
    return {"name": data["title"], "itemNumber": data["sku"], **same, **money}


def shop_pages(client: httpx.Client) -> None:
    response = client.get("/rest/products", params={"limit": PAGE})
    while response.json() and (cursor := response.headers.get("X-Next-Cursor")):
        response = client.get("/rest/products", params={"limit": PAGE, "after": cursor})


def erp_pages(client: httpx.Client) -> None:
    page = 1
    while len(client.get("/api/v1/products", params={"page": page, "pageSize": PAGE}).json()["items"]) == PAGE:
        page += 1


WORK: dict[str, Callable[[Path, int], dict[str, dict[str, float]]]] = {"sync": synced, "floor": floor, "bare": bare}


def measured(what: str, number: int) -> dict[str, dict[str, float]]:
    """Do the work in a process of its own."""
    words = [sys.executable, __file__, what, str(number)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    few, many, least, bare = (measured(*what) for what in (("sync", FEW), *((name, MANY) for name in WORK)))
    heads = ("requests", "seconds", "records/s", "floor s", "ratio", "httpx s", "peak MB")
    print(f"{'phase':14}" + "".join(f"{head:>11}" for head in heads))
    for name, now in many.items():
        was = least[name]["seconds"]
        numbers = (now["seconds"], MANY / now["seconds"], was, now["seconds"] / was, bare[name]["seconds"])
        reported = "".join(f"{number:11.2f}" for number in (*numbers, now["peak_mb"]))
        print(f"{name:14}{now['requests']:11.0f}{reported}   (floor: {least[name]['requests']:.0f} requests)")
    idle = many["idle"]["seconds"] / many["initial"]["seconds"]
    peaks = many["1 % changed"]["peak_mb"], few["1 % changed"]["peak_mb"]
    print(f"initial sync {many['initial']['seconds'] / least['initial']['seconds']:.2f} of its floor (bar: 2)")
    print(f"idle cycle {idle:.1%} of the initial sync (bar: 10 %)")
    print(f"peak {peaks[0]:.1f} MB at {MANY:,}, {peaks[1]:.1f} MB at {FEW:,}: {peaks[0] / peaks[1]:.2f} (bar: 1.3)")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as name:
            print(json.dumps(WORK[sys.argv[1]](Path(name), int(sys.argv[2]))))
    else:
        main()
