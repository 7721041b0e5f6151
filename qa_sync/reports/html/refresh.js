"use strict";
// Part of a page that `qa-sync report --serve` serves: reloads the page when the results have changed.
(() => {
  const KEY = "qa-sync";
  const EVERY_MS = 1000;
  const MOST_MISSES = 5;
  const root = document.documentElement;
  const buttons = () => [...document.querySelectorAll("main button.v")];

  // Status, search and open places stay as they are.
  const keep = () => {
    const open = buttons().flatMap((button, n) => (button.getAttribute("aria-expanded") === "true" ? [n] : []));
    const find = document.getElementById("find").value;
    const state = { show: root.dataset.show, find, open, top: scrollY, theme: root.dataset.theme || "" };
    sessionStorage.setItem(KEY, JSON.stringify(state));
  };
  const restore = () => {
    const kept = sessionStorage.getItem(KEY);
    if (!kept) return;
    sessionStorage.removeItem(KEY);
    const { show, find, open, top, theme } = JSON.parse(kept);
    if (theme) root.dataset.theme = theme;
    const all = buttons();
    for (const n of open) if (all[n]) all[n].click();
    if (show !== "all") {
      const button = document.querySelector(`button[data-show="${show}"]`);
      if (button) button.click();
    }
    if (find) {
      const input = document.getElementById("find");
      input.value = find;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    scrollTo(0, top);
  };

  let misses = 0;
  const look = async () => {
    try {
      const answer = await fetch("version", { cache: "no-store" });
      const version = await answer.text();
      misses = 0;
      if (answer.ok && version !== root.dataset.version) {
        keep();
        location.reload();
        return;
      }
    } catch {
      misses += 1;
    }
    if (misses < MOST_MISSES) setTimeout(look, EVERY_MS);
    else document.getElementById("served").textContent = "The server has ended: this page does not change any more.";
  };
  document.addEventListener("DOMContentLoaded", () => {
    restore();
    setTimeout(look, EVERY_MS);
  });
})();
