"use strict";
(() => {
  const root = document.documentElement;
  const NAMES = { p: "passed", f: "failed", e: "error", s: "skipped", m: "manual" };
  const parsed = new WeakMap();

  // Creates only text nodes and elements with fixed names: data is never parsed as markup.
  const make = (name, className, ...inner) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...inner);
    return element;
  };

  const dataOf = (part) => {
    if (!parsed.has(part)) {
      parsed.set(part, JSON.parse(part.querySelector('script[type="application/json"]').textContent));
    }
    return parsed.get(part);
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

  const checkElement = (data, row) => {
    const [kind, status, title, latency = "", message = 0, records = 0, expected = "", actual = "", origin = "",
      difference = "", steps = [], exchanges = []] = row;
    const head = make("p", "claim", make("b", status, NAMES[status]), " ", make("span", "kind", data.t[kind]), " ",
      title);
    if (origin) head.append(" ", make("em", "", origin));
    if (latency) head.append(" ", make("i", "", latency));
    const check = make("div", "check", head);
    if (data.t[message]) check.append(make("p", "said", data.t[message]));
    if (difference) check.append(make("p", "said", difference));
    if (expected || actual) check.append(diff(expected, actual));
    if (steps.length) {
      check.append(make("details", "", make("summary", "", `${steps.length} steps`),
        make("ol", "", ...steps.map((step) => make("li", "", step)))));
    }
    if (exchanges.length) {
      const texts = exchanges.map((at, n) => make(n % 2 ? "pre" : "p", "", data.t[at])).filter((one) => one.textContent);
      check.append(make("details", "", make("summary", "", `${exchanges.length / 4} requests`), ...texts));
    }
    if (data.r[records] && data.r[records].length) check.append(make("p", "note", data.r[records].join(", ")));
    return check;
  };

  let number = 0;
  const expand = (button) => {
    const data = dataOf(button.closest("section.part"));
    const inner = make("div", "evidence", ...data.p[Number(button.dataset.n)].map((at) => checkElement(data, data.c[at])));
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

  const collapse = (button) => {
    const inner = document.getElementById(button.getAttribute("aria-controls"));
    (inner.closest("tr.open") || inner).remove();
    button.setAttribute("aria-expanded", "false");
    button.removeAttribute("aria-controls");
  };

  const isOpen = (button) => button.getAttribute("aria-expanded") === "true";

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("v")) (isOpen(button) ? collapse : expand)(button);
    else if (button.dataset.show) show(button.dataset.show);
    else if (button.id === "expand") expandFailures();
    else if (button.id === "theme") toggleTheme();
  });

  const MOST_AT_ONCE = 500;
  const expandFailures = () => {
    const buttons = document.querySelectorAll("main .hf:not([hidden]) > button.v, main .he:not([hidden]) > button.v, " +
      "main tr.hf:not([hidden]) button.v, main tr.he:not([hidden]) button.v");
    const closed = [...buttons].filter((button) => !isOpen(button)).slice(0, MOST_AT_ONCE);
    closed.forEach(expand);
    document.getElementById("status").textContent = `${closed.length} expanded`;
  };

  const toggleTheme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  };

  // The style sheet alone filters by status. The search hides passages that do not match, and parts without a match.
  const show = (status) => {
    root.dataset.show = status;
    for (const button of document.querySelectorAll("button[data-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === status));
    }
    announce();
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
    announce();
  };

  const announce = () => {
    const status = root.dataset.show;
    const wanted = status === "all" ? "main .c:not(section, .open, [hidden])" : `main .h${status}:not(section, .open, [hidden])`;
    const shown = [...document.querySelectorAll(wanted)].filter((passage) => !passage.closest("section").hidden).length;
    document.getElementById("status").textContent = `${shown} passages shown`;
    document.getElementById("nothing").hidden = shown > 0;
  };

  let soon = 0;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "find") return;
    clearTimeout(soon);
    soon = setTimeout(search, 150);
  });
  // A filter that was set while the page was loading applies to all of it.
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
