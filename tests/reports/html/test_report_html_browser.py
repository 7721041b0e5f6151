"""The page in a real browser, Debian's Chromium driven by Playwright; skipped, with the reason, without them."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hostile_values import LARGE, VALUES, results
from msgspec.structs import replace
from report_golden import real
from report_samples import KINDS, hostile_written, of_every_kind, written_results
from waits import until

from qa_sync.cli.results_file import read_results
from qa_sync.cli.serve_page import PageServer, ResultFiles, serve_until_end
from qa_sync.clock import StopFlag
from qa_sync.reports.formats import results_json
from qa_sync.reports.html import page
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.results import Results

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[test]'")
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium is found: apt-get install chromium fonts-dejavu-core", allow_module_level=True)

SHOTS = Path(__file__).parents[1] / "screenshots"
WIDTHS = (360, 800, 1360)
SCHEMES = ("light", "dark")
HEIGHT = 900
MOST_DIFFERENT = 0.03
"""The share of pixels that may differ from the stored picture: another version of the browser draws edges otherwise."""

# Any machine has these after installing what the reason above names; a system's own font would move every line.
FONTS = ':root{--face:"DejaVu Sans"!important;--book:"DejaVu Serif"!important;--code:"DejaVu Sans Mono"!important}'

CONTRAST = """() => {
  const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const light = (color) => parse(color).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (parse(color)[3] === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const one of document.querySelectorAll("body *:not(script):not(svg *)")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push([one.outerHTML.slice(0, 80), (a + 0.05) / (b + 0.05)]);
  }
  return poor;
}"""

CUT = """() => [...document.querySelectorAll("button, th, td, p, li, dd, h1, h2, h3, a, code")]
  .filter((one) => one.checkVisibility() && !one.closest(".away, .tall") && getComputedStyle(one).display !== "inline")
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.outerHTML.slice(0, 100)}: ${one.scrollWidth} in ${one.clientWidth}`)"""

BEYOND = """() => [...document.querySelectorAll(".wide")].filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => `${one.innerHTML.slice(0, 100)}: ${one.scrollWidth} in ${one.clientWidth}`)"""

OVERLAP = """() => {
  const wanted = "header p, header li, h1, .tools button, .tools input, .sen > p, .sen > button";
  const boxes = [...document.querySelectorAll(wanted)]
    .filter((one) => one.checkVisibility()).map((one) => [one, one.getBoundingClientRect()]);
  const found = [];
  for (const [one, a] of boxes) for (const [other, b] of boxes) {
    if (one === other || one.contains(other) || other.contains(one)) continue;
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 1 && down > 1) found.push([one.outerHTML.slice(0, 60), other.outerHTML.slice(0, 60)]);
  }
  return found;
}"""

DIFFERENT = """async ([one, other]) => {
  const pixels = async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return [image.width, image.height, context.getImageData(0, 0, image.width, image.height).data];
  };
  const [w1, h1, a] = await pixels(one);
  const [w2, h2, b] = await pixels(other);
  if (w1 !== w2 || h1 !== h2) return 1;
  let different = 0;
  for (let n = 0; n < a.length; n += 4) {
    if ([0, 1, 2].some((c) => Math.abs(a[n + c] - b[n + c]) > 60)) different += 1;
  }
  return different / (w1 * h1);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


class Seen:
    """A tab with what it asked for and complained of."""

    def __init__(self, browser: Any, path: Path, **how: Any) -> None:
        self.context = browser.new_context(**how)
        self.tab = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("dialog", self.dismissed)
        self.tab.goto(path.as_uri())

    def dismissed(self, dialog: Any) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def see(browser: Any, tmp_path: Path) -> Iterator[Any]:
    opened: list[Seen] = []

    def go(some: Results, **how: Any) -> Seen:
        path = tmp_path / f"{len(opened)}.html"
        path.write_text(page.render(some), encoding="utf-8")
        opened.append(Seen(browser, path, **how))
        return opened[-1]

    yield go
    for one in opened:
        assert len(one.requests) == 1, "the page asked for something"
        assert one.complaints == []
        one.context.close()


def test_hostile_text_does_nothing(see: Any) -> None:
    seen = see(hostile_written())
    seen.tab.click("#expand")
    seen.tab.click("main tr button.v >> nth=0")
    assert seen.tab.locator(".evidence").count() >= 2
    assert seen.tab.evaluate("document.querySelectorAll('script:not([type])').length") == 1
    assert seen.tab.evaluate("document.querySelectorAll('img, iframe, svg svg, [onload], [onerror]').length") == 0
    assert r"\u202egnp.exe\u2066" in seen.tab.inner_text("main")


@pytest.mark.slow
def test_two_thousand_hostile_values_do_nothing(see: Any) -> None:
    tab = see(results(VALUES)).tab
    tab.click("#expand")
    assert tab.evaluate("document.querySelectorAll('script:not([type])').length") == 1
    theirs = "img, iframe, object, embed, form, link, base, svg svg, [onload], [onerror], [onmouseover], [href*=evil]"
    assert tab.locator(theirs).count() == 0
    shown = " ".join(tab.evaluate("document.body.textContent").split())
    missing = [v for v in VALUES if " ".join(escape_invisible(v, lines=True).split()) not in shown]
    assert [value[:80] for value in missing if len(value) < LARGE // 2] == []


def test_evidence_unfolds_by_mouse_and_by_key(see: Any) -> None:
    tab = see(written_results()).tab
    button = tab.locator(".sen button.v").nth(1)
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    evidence = tab.locator(f"#{button.get_attribute('aria-controls')}")
    playwright.expect(evidence).to_contain_text("looked 40 times", use_inner_text=True)  # as soon as it is drawn
    reported = evidence.inner_text()
    assert "the value did not arrive within 120 s; looked 40 times" in reported
    assert "A Customer c-17" in reported
    assert evidence.locator("ins").inner_text() == "Ž"
    assert evidence.locator("del").inner_text() == "S"
    button.press("Enter")
    assert button.get_attribute("aria-expanded") == "false"
    assert tab.locator(".evidence").count() == 0
    button.press("Space")
    assert tab.locator(".evidence").count() == 1


def test_a_row_unfolds_below_itself(see: Any) -> None:
    tab = see(written_results()).tab
    row = tab.locator("tr", has_text="name.first").first
    row.locator("button").click()
    below = row.locator("xpath=following-sibling::tr[1]")
    assert "open" in str(below.get_attribute("class"))
    assert [text.split()[1] for text in below.locator(".claim").all_inner_texts()] == [
        "property",
        "update-forward",
        "update-backward",
    ]


def test_the_document_is_filtered_by_status(see: Any) -> None:
    tab = see(written_results()).tab
    tab.click("button[data-show=f]")
    assert tab.locator("main tbody tr:visible").all_inner_texts() == tab.locator("main tr.hf").all_inner_texts()
    assert tab.locator("main .sen:visible").count() == 1
    assert tab.locator("button[data-show=f]").get_attribute("aria-pressed") == "true"
    assert tab.inner_text("#status") == "1 check shown"
    assert tab.locator("aside section", has_text="Skipped checks").count() == 1
    assert not tab.locator("aside h2", has_text="Skipped checks").is_visible()
    assert not tab.locator("aside h2", has_text="Manual checks").is_visible()
    assert tab.locator("aside .problem:visible").count() == 1
    assert not tab.locator("h3", has_text="A Order to B Purchase").is_visible()
    tab.click("button[data-show=all]")
    assert tab.locator("h3", has_text="A Order to B Purchase").is_visible()


def test_the_document_is_filtered_by_text(see: Any) -> None:
    tab = see(written_results()).tab
    tab.keyboard.press("/")
    tab.keyboard.type("FIRSTNAME")
    until(lambda: tab.locator("main tbody tr:visible").count() == 1)
    assert tab.locator("main .sen:visible").count() == 1, "its checks have the word"
    tab.keyboard.press("Escape")
    assert tab.locator("main .sen:visible").count() == 3
    tab.fill("#find", "no such words")
    tab.wait_for_selector("#nothing:visible")


def test_a_check_is_found_by_its_message_in_both_columns(see: Any) -> None:
    tab = see(written_results()).tab
    tab.fill("#find", "did not arrive")
    until(lambda: "checks shown" not in tab.inner_text("#status") and "shown" in tab.inner_text("#status"))
    assert tab.inner_text("#status") == "1 check shown"
    assert tab.locator("aside .problem:visible").count() == 1
    tab.locator("main .sen:visible button.v").click()
    assert tab.locator("main .check:visible").count() == 1
    tab.fill("#find", "")
    until(lambda: tab.locator("main .check:visible").count() > 1)


def test_expand_opens_failures_and_errors_only(see: Any) -> None:
    tab = see(written_results()).tab
    tab.click("#expand")
    assert set(tab.locator("main .check .claim b").all_text_contents()) == {"failed", "error"}
    tab.locator("main .more").first.click()
    assert tab.locator("main .check .claim b", has_text="passed").count() >= 1


def test_the_command_that_runs_a_check_again_is_copied(see: Any) -> None:
    seen = see(replace(written_results(), options=("--mode", "live")))
    seen.tab.click("#expand")
    copy = seen.tab.locator("main .copy").first
    assert str(copy.get_attribute("data-copy")).startswith("qa-sync check specs/shop.txt --mode live -k ")
    copy.click()
    until(lambda: seen.tab.inner_text("#status").startswith("Copied: qa-sync check specs/shop.txt"))
    assert see(written_results()).tab.locator(".copy").count() == 0, "no command is known"


def test_a_phone_says_which_side_a_property_is_of(see: Any) -> None:
    tab = see(written_results(), viewport={"width": 360, "height": HEIGHT}).tab
    before = (
        "[...document.querySelectorAll('main tbody tr:not(.open)')[0].cells].map((cell) => "
        "getComputedStyle(cell, '::before').content)"
    )
    assert tab.evaluate(before)[:2] == ['"from "', '"to "']


def test_keys_alone_reach_everything_and_focus_is_seen(see: Any) -> None:
    tab = see(written_results()).tab
    reached = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement === document.body"):
            break
        reached.add(tab.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    wanted = tab.evaluate(
        "[...document.querySelectorAll('a, button, input, summary')].filter((one) => one.checkVisibility())"
        ".map((one) => one.outerHTML.slice(0, 60))"
    )
    assert set(wanted) <= reached


def test_a_screen_reader_is_reported_what_is_seen(see: Any) -> None:
    tab = see(written_results()).tab
    reported = tab.locator("body").aria_snapshot()
    for line in ('heading "1 check failed" [level=1]', "search", "main", "complementary", "status"):
        assert line in reported
    assert 'button "failed: update-forward passed skipped: update-backward 14.2 s"' in reported
    assert 'img "A → B: median' in reported
    assert 'columnheader "Verdict"' in reported
    assert "✗" not in reported


@pytest.mark.parametrize("make", [written_results, hostile_written, of_every_kind])
def test_axe_has_nothing_to_object_to(see: Any, make: Callable[[], Results]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing: pip install '.[test]'")
    tab = see(make(), bypass_csp=True).tab
    if tab.locator("#expand").count():
        tab.click("#expand")
    violations = axe.Axe().run(tab).response["violations"]
    assert [(found["id"], [node["html"][:100] for node in found["nodes"]]) for found in violations] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_contrast_is_that_of_wcag_aa(see: Any, scheme: str) -> None:
    tab = see(written_results(), color_scheme=scheme).tab
    tab.click("#expand")
    tab.locator("tr.hm button, tr.added button").first.click()
    assert tab.evaluate(CONTRAST) == []
    tab.click("#theme")
    assert tab.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_or_lies_upon_another(see: Any, width: int) -> None:
    for some in (written_results(), real("000"), hostile_written()):
        tab = see(some, viewport={"width": width, "height": HEIGHT}).tab
        if tab.locator("#expand").count():
            tab.click("#expand")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(BEYOND) == []
        assert tab.evaluate(CUT) == []
        assert tab.evaluate(OVERLAP) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_of_check_is_seen_without_scrolling(see: Any, width: int) -> None:
    tab = see(of_every_kind(), viewport={"width": width, "height": HEIGHT}).tab
    assert tab.locator(".matrix thead th").count() == len(KINDS) == 15
    assert tab.evaluate(BEYOND) == []
    assert tab.evaluate(CUT) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_looks_as_it_did(see: Any, width: int, scheme: str) -> None:
    # Half as many pixels in each direction: enough to see what moved, and small enough to keep.
    how = {"viewport": {"width": width, "height": HEIGHT}, "color_scheme": scheme, "device_scale_factor": 0.5}
    tab = see(written_results(), bypass_csp=True, **how).tab
    tab.add_style_tag(content=FONTS)
    tab.locator(".sen button.v").nth(1).click()
    tab.mouse.move(0, 0)
    found = tab.screenshot(animations="disabled")
    stored = SHOTS / f"{width}-{scheme}.png"
    if os.environ.get("QA_SYNC_UPDATE_GOLDEN"):
        stored.parent.mkdir(exist_ok=True)
        stored.write_bytes(found)
    pictures = [base64.b64encode(some).decode() for some in (found, stored.read_bytes())]
    assert tab.evaluate(DIFFERENT, pictures) < MOST_DIFFERENT


def test_it_prints_as_a_sign_off_sheet(see: Any) -> None:
    tab = see(written_results()).tab
    tab.emulate_media(media="print", color_scheme="dark")
    assert not tab.locator(".tools").is_visible()
    assert tab.locator(".sign").is_visible()
    for word in ("Verified by", "Date", "Signature"):
        assert word in tab.inner_text(".sign")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(tab.pdf()) > 10_000


def test_without_its_script_the_verdicts_are_still_there(see: Any) -> None:
    tab = see(written_results(), java_script_enabled=False).tab
    tab.locator("main >> text=failed: update-forward").first.wait_for()
    assert tab.locator("noscript").is_visible()


def test_a_served_page_loads_newer_results_and_keeps_what_is_open(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(results_json.render(replace(written_results(), unfinished=True)))
    files = ResultFiles([str(path)], lambda: read_results(str(path)))
    files.look()
    server, stop = PageServer(0, files), StopFlag()
    thread = Thread(target=serve_until_end, args=(server, stop), daemon=True)
    thread.start()
    context = browser.new_context()
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(server.address)
    tab.click("button[data-show=f]")
    tab.click("main tr.hf button.v >> nth=0")
    before = tab.get_attribute("html", "data-version")
    assert "so far" in tab.inner_text("h1")
    assert complaints == []
    path.write_text(results_json.render(written_results()))
    tab.wait_for_selector(f"html:not([data-version='{before}'])")
    tab.wait_for_selector("main .evidence:visible")
    assert "so far" not in tab.inner_text("h1")
    assert tab.get_attribute("html", "data-show") == "f"
    thread.join(60)  # the run has ended, and the page has its results
    tab.wait_for_selector("text=The server has ended")
    context.close()


def test_a_link_of_the_overview_leads_to_the_passage(see: Any) -> None:
    tab = see(real("003")).tab
    tab.click("aside a >> text=WooCommerce Customer to Custom Webshop Customer")
    # A passage near the end of the page cannot be at the top of the window; a browser scrolls by fractions of a pixel.
    top, height = "document.querySelector('#l0-44').getBoundingClientRect().top", "window.innerHeight"
    until(lambda: -1 < tab.evaluate(top) < tab.evaluate(height) and tab.evaluate("window.scrollY") > 0)
