"use strict";
(() => {
  const root = document.documentElement;
  const toggle = document.querySelector("#theme");
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = () => { toggle.textContent = isDark() ? "Light" : "Dark"; };
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* no storage: until the next page */ }
    name();
  });
  name();

  const contents = document.querySelector("aside details");
  if (contents && !matchMedia("(min-width: 72rem)").matches) contents.open = false;

  const field = document.querySelector("#search");
  const list = document.querySelector("#found");
  const up = document.body.dataset.up;
  const score = (entry, words) => {
    let sum = 0;
    for (const word of words) {
      const hits = [[entry.page, 6], [entry.heading, 4], [entry.text, 1]]
        .map(([text, weight]) => (text.toLowerCase().includes(word) ? weight : 0));
      const best = hits[0] + hits[1] + hits[2];
      if (!best) return 0;
      sum += best;
    }
    return sum;
  };
  const snippet = (text, word) => {
    const at = text.toLowerCase().indexOf(word);
    const from = Math.max(0, at - 50);
    return (from ? "… " : "") + text.slice(from, from + 140) + (text.length > from + 140 ? " …" : "");
  };
  const line = (entry, words) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = up + entry.href;
    link.textContent = entry.heading === entry.page ? entry.page : `${entry.page}: ${entry.heading}`;
    const told = document.createElement("p");
    told.textContent = snippet(entry.text, words[0]);
    item.append(link, told);
    return item;
  };
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter((word) => word.length > 1);
    list.replaceChildren();
    list.hidden = !words.length;
    if (!words.length) return;
    const found = (window.hindcastIndex || [])
      .map((entry) => [score(entry, words), entry])
      .filter(([points]) => points)
      .sort((a, b) => b[0] - a[0])
      .slice(0, 12);
    list.append(...found.map(([, entry]) => line(entry, words)));
    if (!found.length) {
      const none = document.createElement("li");
      none.textContent = "Nothing found.";
      list.append(none);
    }
  };
  field.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      field.focus();
    }
    if (event.key === "Escape") {
      field.value = "";
      show();
      document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
    }
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (!event.target.closest("search")) list.hidden = true;
  });
})();
