"use strict";
(() => {
  const root = document.documentElement;
  const NAMES = { p: "passed", f: "failed", e: "error", s: "skipped", m: "manual" };
  const unfolded = new WeakMap();

  // Only text nodes and elements of known names are ever made: nothing of the data is read as markup.
  const make = (name, className, ...inner) => {
    const found = document.createElement(name);
    if (className) found.className = className;
    found.append(...inner);
    return found;
  };

  const dataOf = (part) => {
    if (!unfolded.has(part)) {
      unfolded.set(part, JSON.parse(part.querySelector('script[type="application/json"]').textContent));
    }
    return unfolded.get(part);
  };

  const marked = (some, first, last, name) => {
    const end = some.length - last;
    return [some.slice(0, first), make(name, "", some.slice(first, end)), some.slice(end)];
  };

  const diff = (one, other) => {
    const same = one === other;
    const most = Math.min(one.length, other.length);
    let first = 0;
    while (first < most && one[first] === other[first]) first += 1;
    let last = 0;
    while (last < most - first && one[one.length - 1 - last] === other[other.length - 1 - last]) last += 1;
    return make("dl", "diff",
      make("dt", "", "expected"), make("dd", "", ...(same ? [one] : marked(one, first, last, "ins"))),
      make("dt", "", "actual"), make("dd", "", ...(same ? [other] : marked(other, first, last, "del"))));
  };

  const told = (data, row) => {
    const [kind, status, title, latency = "", message = 0, records = 0, expected = "", actual = "", origin = "",
      difference = "", steps = [], exchanges = []] = row;
    const head = make("p", "claim", make("b", status, NAMES[status]), " ", make("span", "kind", data.t[kind]), " ",
      title);
    if (origin) head.append(" ", make("em", "", origin));
    if (latency) head.append(" ", make("i", "", latency));
    const found = make("div", "check", head);
    if (data.t[message]) found.append(make("p", "said", data.t[message]));
    if (difference) found.append(make("p", "said", difference));
    if (expected || actual) found.append(diff(expected, actual));
    if (steps.length) {
      found.append(make("details", "", make("summary", "", `${steps.length} steps`),
        make("ol", "", ...steps.map((step) => make("li", "", step)))));
    }
    if (exchanges.length) {
      const said = exchanges.map((at, n) => make(n % 2 ? "pre" : "p", "", data.t[at])).filter((one) => one.textContent);
      found.append(make("details", "", make("summary", "", `${exchanges.length / 4} requests`), ...said));
    }
    if (data.r[records] && data.r[records].length) found.append(make("p", "note", data.r[records].join(", ")));
    return found;
  };

  let number = 0;
  const unfold = (button) => {
    const data = dataOf(button.closest("section.part"));
    const inner = make("div", "evidence", ...data.p[Number(button.dataset.n)].map((at) => told(data, data.c[at])));
    const row = button.closest("tr");
    const whole = row ? make("tr", "", make("td", "", inner)) : inner;
    if (row) whole.firstChild.colSpan = row.cells.length;
    inner.id = `e${(number += 1)}`;
    inner.setAttribute("role", "group");
    inner.setAttribute("aria-label", "Evidence");
    const passage = row || button.closest(".sen");
    whole.className = `open ${passage.className} ${row ? "" : "evidence"}`.replace(" sen ", " ");
    passage.after(whole);
    button.setAttribute("aria-expanded", "true");
    button.setAttribute("aria-controls", inner.id);
  };

  const fold = (button) => {
    const inner = document.getElementById(button.getAttribute("aria-controls"));
    (inner.closest("tr.open") || inner).remove();
    button.setAttribute("aria-expanded", "false");
    button.removeAttribute("aria-controls");
  };

  const isOpen = (button) => button.getAttribute("aria-expanded") === "true";

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("v")) (isOpen(button) ? fold : unfold)(button);
    else if (button.dataset.show) show(button.dataset.show);
    else if (button.id === "unfold") unfoldUnwell();
    else if (button.id === "theme") turn();
  });

  const MOST_AT_ONCE = 500;
  const unfoldUnwell = () => {
    const found = document.querySelectorAll("main .hf:not([hidden]) > button.v, main .he:not([hidden]) > button.v, " +
      "main tr.hf:not([hidden]) button.v, main tr.he:not([hidden]) button.v");
    const closed = [...found].filter((button) => !isOpen(button)).slice(0, MOST_AT_ONCE);
    closed.forEach(unfold);
    document.getElementById("told").textContent = `${closed.length} unfolded`;
  };

  const turn = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  };

  // By status: the style sheet does it alone. By text: what does not match is hidden, and parts without any match too.
  const show = (status) => {
    root.dataset.show = status;
    for (const button of document.querySelectorAll("button[data-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === status));
    }
    tell();
  };

  const parts = () => document.querySelectorAll("main section.part");
  const search = () => {
    const wanted = document.getElementById("find").value.trim().toLowerCase();
    for (const part of parts()) {
      const head = part.querySelector("h2, h3");
      const whole = !wanted || head.textContent.toLowerCase().includes(wanted);
      let any = whole;
      for (const passage of part.querySelectorAll(".sen, tbody tr:not(.open)")) {
        const hit = whole || passage.textContent.toLowerCase().includes(wanted);
        passage.hidden = !hit;
        const below = passage.nextElementSibling;
        if (below && below.classList.contains("open")) below.hidden = !hit;
        any ||= hit;
      }
      part.hidden = !any;
    }
    root.classList.toggle("searching", wanted !== "");
    tell();
  };

  const tell = () => {
    const status = root.dataset.show;
    const wanted = status === "all" ? "main .c:not(section, .open, [hidden])" : `main .h${status}:not(section, .open, [hidden])`;
    const shown = [...document.querySelectorAll(wanted)].filter((passage) => !passage.closest("section").hidden).length;
    document.getElementById("told").textContent = `${shown} passages shown`;
    document.getElementById("nothing").hidden = shown > 0;
  };

  let soon = 0;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "find") return;
    clearTimeout(soon);
    soon = setTimeout(search, 150);
  });
  // What was wanted while the page was still being read holds for all of it.
  document.addEventListener("DOMContentLoaded", () => {
    if (root.dataset.show !== "all" || document.getElementById("find").value) search();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target.tagName !== "INPUT") {
      event.preventDefault();
      document.getElementById("find").focus();
    } else if (event.key === "Escape" && event.target.id === "find") {
      event.target.value = "";
      search();
    }
  });
  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });
})();
