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

  const BAD = "fe";
  const checkElement = (data, row, rerun) => {
    const [kind, status, title, latency = "", message = 0, records = 0, expected = "", actual = "", origin = "",
      difference = "", steps = [], exchanges = [], keyword = ""] = row;
    const head = make("p", "claim", make("b", status, NAMES[status]), " ", make("span", "kind", data.t[kind]), " ",
      title);
    if (origin) head.append(" ", make("em", "", origin));
    if (latency) head.append(" ", make("i", "", latency));
    const check = make("div", `check k${status}`, head);
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
    if (keyword && rerun) {
      const copy = make("button", "copy", "Copy command");
      copy.type = "button";
      copy.dataset.copy = `${rerun} ${keyword}`;
      copy.title = copy.dataset.copy;
      check.append(copy);
    }
    return check;
  };

  let number = 0;
  // With `badOnly`, the failures and errors of a passage; one more click on its verdict shows the others.
  const expand = (button, badOnly = false) => {
    const data = dataOf(button.closest("section.part"));
    const { rerun } = button.closest("article").dataset;
    const own = data.p[Number(button.dataset.n)].map((at) => data.c[at]);
    const others = badOnly ? own.filter((row) => !BAD.includes(row[1])) : [];
    const shown = own.filter((row) => !others.includes(row));
    const inner = make("div", "evidence", ...shown.map((row) => checkElement(data, row, rerun)));
    if (others.length) {
      const more = make("button", "more", `${others.length} more ${others.length === 1 ? "check" : "checks"}`);
      more.type = "button";
      more.addEventListener("click", () => more.replaceWith(...others.map((row) => checkElement(data, row, rerun))));
      inner.append(more);
    }
    hideChecks(inner, passageMatches(passageOf(button)) ? "" : wantedText());
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
    else if (button.dataset.copy) copyText(button);
    else if (button.dataset.show) show(button.dataset.show);
    else if (button.id === "expand") expandFailures();
    else if (button.id === "theme") toggleTheme();
  });

  // A page that is a file may not use the clipboard in some browsers: the old way is tried as well.
  const copyText = async (button) => {
    const words = button.dataset.copy;
    let done = false;
    try {
      await navigator.clipboard.writeText(words);
      done = true;
    } catch {
      const area = make("textarea", "away", words);
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = done ? "Copied" : words;
    say(done ? `Copied: ${words}` : words);
  };

  const MOST_AT_ONCE = 500;
  const expandFailures = () => {
    const buttons = document.querySelectorAll("main .hf:not([hidden]) > button.v, main .he:not([hidden]) > button.v, " +
      "main tr.hf:not([hidden]) button.v, main tr.he:not([hidden]) button.v");
    const closed = [...buttons].filter((button) => !isOpen(button)).slice(0, MOST_AT_ONCE);
    closed.forEach((button) => expand(button, true));
    say(`${closed.length} expanded`);
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

  const say = (words) => { document.getElementById("status").textContent = words; };
  const wantedText = () => document.getElementById("find").value.trim().toLowerCase();
  const passageOf = (button) => button.closest("tr") || button.closest(".sen");
  const has = (words, wanted) => words.toLowerCase().includes(wanted);
  const passageMatches = (passage) => {
    const wanted = wantedText();
    const head = passage.closest("section.part").querySelector("h2, h3");
    return !wanted || has(passage.textContent, wanted) || has(head.textContent, wanted);
  };

  // The words of a check: its kind, title, message and values; found without being expanded.
  const words = new WeakMap();
  const wordsOf = (data, row) => {
    if (!words.has(row)) {
      const [kind, status, title, , message = 0, , expected = "", actual = ""] = row;
      words.set(row, [data.t[kind], NAMES[status], title, data.t[message], expected, actual].join("\n").toLowerCase());
    }
    return words.get(row);
  };
  const checksOf = (part, passage) => {
    const button = passage.querySelector("button.v");
    if (!button) return [];
    const data = dataOf(part);
    return data.p[Number(button.dataset.n)].map((at) => data.c[at]);
  };
  const hideChecks = (inner, wanted) => {
    for (const check of inner.querySelectorAll(".check")) check.hidden = wanted !== "" && !has(check.textContent, wanted);
  };

  const search = () => {
    const wanted = wantedText();
    for (const part of document.querySelectorAll("main section.part")) {
      const head = part.querySelector("h2, h3");
      const whole = !wanted || has(head.textContent, wanted);
      let any = whole;
      for (const passage of part.querySelectorAll(".sen, tbody tr:not(.open)")) {
        const told = whole || has(passage.textContent, wanted);
        const hit = told || checksOf(part, passage).some((row) => wordsOf(dataOf(part), row).includes(wanted));
        passage.hidden = !hit;
        const below = passage.nextElementSibling;
        if (below && below.classList.contains("open")) {
          below.hidden = !hit;
          hideChecks(below, told ? "" : wanted);
        }
        any ||= hit;
      }
      part.hidden = !any;
    }
    for (const item of document.querySelectorAll("aside .c, .index .c")) item.hidden = wanted !== "" && !has(item.textContent, wanted);
    root.classList.toggle("searching", wanted !== "");
    announce();
  };

  // Counts each check once, also one that several passages show.
  const countShown = () => {
    const status = root.dataset.show;
    const wanted = wantedText();
    if (!wanted) return Number(document.querySelector(`button[data-show="${status}"] span`).textContent.replace(/\D/g, ""));
    const shown = new Set();
    for (const part of document.querySelectorAll("main section.part:not([hidden])")) {
      for (const passage of part.querySelectorAll(".sen:not([hidden]), tbody tr:not(.open, [hidden])")) {
        const told = passageMatches(passage);
        for (const row of checksOf(part, passage)) {
          const fits = status === "all" || row[1] === status;
          if (fits && (told || wordsOf(dataOf(part), row).includes(wanted))) shown.add(row);
        }
      }
    }
    return shown.size;
  };

  const announce = () => {
    const shown = countShown();
    say(`${shown.toLocaleString("en")} ${shown === 1 ? "check" : "checks"} shown`);
    document.getElementById("nothing").hidden = shown > 0;
    for (const section of document.querySelectorAll("aside section")) {
      const items = [...section.querySelectorAll(".c")];
      const status = root.dataset.show;
      section.hidden = items.length > 0
        && items.every((item) => item.hidden || (status !== "all" && !item.classList.contains(`h${status}`)));
    }
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
