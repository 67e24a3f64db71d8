
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const { labels, maps, first } = JSON.parse(byId("data").textContent);
  const { findings, names } = JSON.parse(byId("found").textContent);
  // Members of a finding, in the order of the program's `Entry`.
  const [REMOVED, REASON, KINDS, SIMILARITY, FILE, LINE, PARAGRAPH, SOURCE, DOCUMENT, BESIDE_FILE, BESIDE_LINE, BESIDE_PARAGRAPH, , TEXT, WITNESS, DOCUMENTS] = Array(16).keys();
  const MOST_SOURCES = 500;
  const label = (name) => labels[name] ?? name;
  const count = new Intl.NumberFormat("en");
  for (const element of document.querySelectorAll(".script")) element.hidden = false;

  // The map: all scraped text is set as text, never as markup.
  byId("map-choice")?.addEventListener("change", (event) => {
    const [name, removed, kept, elsewhere, size, cell, said] = maps[event.target.value];
    byId("map-plot").setAttribute("viewBox", `0 0 ${size + cell} ${size + cell}`);
    byId("map-same").setAttribute("x2", size);
    byId("map-same").setAttribute("y2", size);
    const path = (id, dots) => {
      let drawn = "";
      for (let at = 0; at < dots.length; at += 2) drawn += `M${dots[at]} ${dots[at + 1]}h${cell}v${cell}h-${cell}z`;
      byId(id).setAttribute("d", drawn);
    };
    path("map-removed", removed);
    path("map-kept", kept);
    path("map-elsewhere", elsewhere);
    byId("map-name").firstChild.textContent = name;
    byId("map-said").textContent = said;
    byId("map-last").textContent = size - 1;
  });

  const list = byId("list");
  const filters = byId("filters");
  if (!filters) return;

  const option = (select, value, text) => {
    const one = document.createElement("option");
    one.value = value;
    one.textContent = text;
    select.append(one);
  };
  const fill = (id, numbers, text, most) => {
    const falling = [...numbers].sort((a, b) => b[1] - a[1]);
    for (const [value, number] of falling.slice(0, most)) option(byId(id), value, `${text(value)} (${count.format(number)})`);
  };
  const tally = (member) => {
    const numbers = new Map();
    for (const found of findings) for (const value of [found[member]].flat()) numbers.set(value, (numbers.get(value) ?? 0) + 1);
    return numbers;
  };
  fill("f-reason", tally(REASON), label);
  const kinds = tally(KINDS);
  byId("f-kind").parentElement.hidden = kinds.size === 0;
  fill("f-kind", kinds, label);
  const sources = tally(SOURCE);
  byId("f-source").parentElement.hidden = sources.size < 2;
  fill("f-source", sources, (number) => names[number], MOST_SOURCES);

  const element = (parent, pieces, kind) => {
    pieces.forEach((piece, place) => {
      if (place % 2 === 0) return parent.append(piece);
      const mark = document.createElement("mark");
      mark.className = kind;
      mark.textContent = piece;
      parent.append(mark);
    });
  };
  const stand = (place, file, line, paragraph, document) => {
    const [, name, at, id, number] = place.children;
    name.textContent = file;
    if (line !== null) at.textContent = `:${line}`;
    if (!document.startsWith(file)) {
      id.hidden = false;
      id.firstElementChild.textContent = document;
    }
    number.textContent = `, paragraph ${paragraph}`;
  };
  const template = byId("finding").content.firstElementChild;
  const card = (found) => {
    const item = template.cloneNode(true);
    const removed = found[REMOVED] === 1;
    item.classList.add(removed ? "removed" : "kept");
    const [badge, why, figure] = item.firstElementChild.children;
    badge.textContent = removed ? "removed" : "kept";
    const documents = found[DOCUMENTS] === null ? "" : ` in ${count.format(found[DOCUMENTS])} documents`;
    const kinds = found[KINDS].length ? `: ${found[KINDS].map(label).join(", ")}` : "";
    why.textContent = label(found[REASON]) + documents + kinds;
    figure.textContent = `similarity ${(found[SIMILARITY] / 100).toFixed(2)}`;
    const pair = item.lastElementChild;
    const [side, beside] = pair.children;
    element(side.children[0], found[TEXT], removed ? "gone" : "new");
    stand(side.children[1], names[found[FILE]], found[LINE], found[PARAGRAPH], names[found[DOCUMENT]]);
    const [same, text, place] = beside.children;
    if (found[WITNESS] === null) {
      pair.classList.add("same");
      text.remove();
    } else {
      same.remove();
      element(text, found[WITNESS], "its");
    }
    // Of boilerplate no copy stays.
    if (found[DOCUMENTS] !== null) place.firstElementChild.textContent = "removed as well: ";
    stand(place, names[found[BESIDE_FILE]], found[BESIDE_LINE], found[BESIDE_PARAGRAPH], names[found[BESIDE_FILE]]);
    return item;
  };

  // What is searched, made in idle moments, so that the first search need not wait for it.
  const haystacks = [];
  const folded = (text) => text.normalize("NFKC").toLowerCase();
  const prepare = (most) => {
    for (const found of findings.slice(haystacks.length, haystacks.length + most)) {
      const places = [FILE, SOURCE, DOCUMENT, BESIDE_FILE].map((member) => names[found[member]]);
      haystacks.push(folded([found[TEXT].join(""), (found[WITNESS] ?? []).join(""), ...places].join("\n")));
    }
  };
  const idle = window.requestIdleCallback ?? setTimeout;
  const prepareSome = () => {
    prepare(500);
    if (haystacks.length < findings.length) idle(prepareSome);
  };
  idle(prepareSome);
  const hundredths = (id, otherwise) => {
    const value = byId(id).valueAsNumber;
    return Number.isNaN(value) ? otherwise : Math.round(100 * value);
  };
  let chosen = findings;
  let shown = list.children.length;
  const status = byId("status");
  const tell = () => {
    const all = chosen.length === findings.length ? "" : ` of ${count.format(findings.length)}`;
    status.textContent = `${count.format(chosen.length)}${all} ${chosen.length === 1 ? "finding" : "findings"}, ${count.format(Math.min(shown, chosen.length))} shown`;
    const more = byId("more");
    if (more) more.parentElement.hidden = shown >= chosen.length;
  };
  const grow = () => {
    const next = chosen.slice(shown, shown + first).map(card);
    list.append(...next);
    shown += next.length;
    tell();
    return next[0];
  };
  const apply = () => {
    const begun = performance.now();
    const removed = byId("f-removed").value;
    const reason = byId("f-reason").value;
    const kind = byId("f-kind").value;
    const source = byId("f-source").value;
    const from = hundredths("f-from", 0);
    const to = hundredths("f-to", 100);
    const text = folded(byId("f-text").value.trim());
    if (text) prepare(findings.length);
    chosen = findings.filter((found, number) =>
      (removed === "" || found[REMOVED] === Number(removed)) &&
      (reason === "" || found[REASON] === reason) &&
      (kind === "" || found[KINDS].includes(kind)) &&
      (source === "" || found[SOURCE] === Number(source)) &&
      found[SIMILARITY] >= from && found[SIMILARITY] <= to &&
      (text === "" || haystacks[number].includes(text)));
    const order = byId("f-order").value;
    if (order === "similarity") chosen.sort((a, b) => a[SIMILARITY] - b[SIMILARITY]);
    if (order === "place") {
      const compare = new Intl.Collator("en").compare;
      chosen.sort((a, b) => (a[FILE] === b[FILE] ? 0 : compare(names[a[FILE]], names[b[FILE]])) || a[LINE] - b[LINE] || a[PARAGRAPH] - b[PARAGRAPH]);
    }
    shown = 0;
    list.replaceChildren();
    grow();
    document.documentElement.dataset.filtered = (performance.now() - begun).toFixed(1);
  };
  let waiting = 0;
  filters.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(apply);
  });
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(apply));
  byId("more")?.addEventListener("click", () => {
    const next = grow();
    if (!next) return;
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
  });
  tell();
})();
