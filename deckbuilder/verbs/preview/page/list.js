// The list of cards, and what narrows it: search, kinds, tags, faults, changes.
"use strict";
Preview.list = (() => {
  const { data, make } = Preview;
  const ROW = 52;
  const list = { shown: [], chosen: null, words: [], kind: "", tag: "", only: "" };
  const [box, rows] = [document.getElementById("list"), document.getElementById("rows")];
  const search = document.getElementById("search");
  const open = new Set(); // tags that are unfolded
  let faulty = new Set();
  let height = Infinity;

  const under = (tag, other) => tag === other || tag.startsWith(`${other}::`);
  const fits = (card, but = "") =>
    (but === "kind" || !list.kind || card.note.kind === list.kind) &&
    (but === "tag" || !list.tag || card.note.tags.some((tag) => under(tag, list.tag))) &&
    (list.only !== "faulty" || isFaulty(card)) &&
    (list.only !== "changed" || data.changed(card.key)) &&
    list.words.every((word) => text(card.note).includes(word) || card.name.toLowerCase().includes(word));
  const isFaulty = (card) => faulty.has(card.key);

  function text(note) {
    note.all ??= `${note.name} ${note.key} ${note.tags.join(" ")} ${note.text}`.toLowerCase();
    return note.all;
  }

  list.filter = () => {
    list.words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const named = (card) => list.words.filter((word) => card.note.name.toLowerCase().includes(word)).length;
    list.shown = data.cards.filter((card) => fits(card));
    // What is called so comes before what only mentions it; each in teaching order.
    if (list.words.length) list.shown.sort((one, other) => named(other) - named(one));
    rows.style.height = `${list.shown.length * ROW}px`;
    const all = data.cards.length;
    const some = list.shown.length;
    document.getElementById("count").textContent =
      some === all ? `${all.toLocaleString("en")} cards` : `${some.toLocaleString("en")} of ${all.toLocaleString("en")} cards`;
    chips();
    list.paint();
    Preview.say("filtered");
  };

  list.choose = (card, follow = true) => {
    list.chosen = card?.id ?? list.chosen;
    const at = list.index();
    if (follow && at >= 0) {
      const [top, bottom] = [at * ROW, (at + 1) * ROW];
      if (top < box.scrollTop) box.scrollTop = top;
      else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
    }
    list.paint();
  };
  list.index = () => list.shown.findIndex((card) => card.id === list.chosen);

  // Only the rows that are in sight: a deck may have tens of thousands.
  list.paint = () => {
    const first = Math.max(Math.floor(box.scrollTop / ROW) - 6, 0);
    const last = Math.min(first + Math.ceil(box.clientHeight / ROW) + 12, list.shown.length);
    const made = [];
    for (let at = first; at < last; at++) made.push(row(list.shown[at], at));
    rows.replaceChildren(...made);
    const chosen = rows.querySelector("[aria-selected=true]");
    if (chosen) box.setAttribute("aria-activedescendant", chosen.id);
    else box.removeAttribute("aria-activedescendant");
  };

  function row(card, at) {
    const change = data.changed(card.key);
    const marks = [
      isFaulty(card)
        ? make("span", { class: "mark bad", title: "Has a fault" }, "fault")
        : data.stale.has(card.key) && make("span", { class: "mark", title: "As it last was: something that it follows from has a fault" }, "held"),
      change && make("span", { class: "mark new", title: `Changed: ${change.said}` }, change.said === "new" ? "new" : "edited"),
    ];
    const selected = card.id === list.chosen;
    const made = make(
      "div",
      {
        role: "option", id: `row-${at}`, class: "row", "aria-selected": String(selected), "aria-posinset": at + 1,
        "aria-setsize": list.shown.length, "data-card": card.id, "data-kind": card.note.kind,
        onclick: () => Preview.say("pick", card),
      },
      make("span", { class: "title" }, card.note.name),
      make("span", { class: "soft" }, `${data.kind(card.note.kind)} \u00b7 ${card.name}`),
      make("span", { class: "marks" }, ...marks),
    );
    made.style.top = `${at * ROW}px`;
    return made;
  }

  function chip(label, count, pressed, then, more = {}) {
    return make("button", { class: "chip", "aria-pressed": String(pressed), onclick: then, ...more }, label, make("span", { class: "soft" }, String(count)));
  }

  function chips() {
    faulty = new Set(data.faults.flatMap((fault) => fault.keys));
    const only = [
      ["faulty", "Faulty", data.cards.filter(isFaulty).length],
      ["changed", "Changed", data.cards.filter((card) => data.changed(card.key)).length],
    ];
    const kept = only.filter(([name, , count]) => count || list.only === name);
    const pick = (name, value) => () => ((list[name] = list[name] === value ? "" : value), list.filter());
    const tag = list.tag && make("button", { class: "chip tag", "aria-pressed": "true", title: "Show all tags again", onclick: pick("tag", list.tag) }, list.tag.split("::").slice(1).join(" \u203a "), "\u00a0\u2715");
    document.getElementById("filters").replaceChildren(
      ...kept.map(([name, label, count]) => chip(label, count, list.only === name, pick("only", name), { class: `chip ${name}` })),
      ...(tag ? [tag] : []),
    );
    const counts = new Map();
    for (const card of data.cards) if (fits(card, "kind")) counts.set(card.note.kind, (counts.get(card.note.kind) ?? 0) + 1);
    const kinds = [...new Set(data.cards.map((card) => card.note.kind))];
    document.getElementById("kinds").replaceChildren(
      ...kinds.map((kind) => chip(data.kind(kind), counts.get(kind) ?? 0, list.kind === kind, pick("kind", kind))),
    );
    if (document.getElementById("tags-box").open) tags();
  }

  // Counts are of cards that the other filters let through.
  function tags() {
    const root = { below: new Map(), count: 0 };
    for (const card of data.cards) {
      if (!fits(card, "tag")) continue;
      const seen = new Set();
      for (const tag of card.note.tags) {
        let [node, path] = [root, ""];
        for (const step of tag.split("::")) {
          path = path ? `${path}::${step}` : step;
          if (!node.below.has(step)) node.below.set(step, { path, step, below: new Map(), count: 0 });
          node = node.below.get(step);
          if (!seen.has(path)) node.count++;
          seen.add(path);
        }
      }
    }
    const top = root.below.size === 1 ? [...root.below.values()][0] : root;
    document.getElementById("tags").replaceChildren(branch(top));
  }

  function branch(node) {
    const sorted = [...node.below.values()].sort((one, other) => one.step.localeCompare(other.step, "en", { numeric: true }));
    return make(
      "ul",
      { class: "tree" },
      ...sorted.map((each) => {
        const unfolded = open.has(each.path) || (list.tag && under(list.tag, each.path) && list.tag !== each.path);
        const name = each.step.replaceAll("_", " ");
        const fold = () => (open.has(each.path) ? open.delete(each.path) : open.add(each.path), refocus(tags));
        const twist = each.below.size
          ? make("button", { class: "twist", "aria-expanded": String(Boolean(unfolded)), "aria-label": `${name}, below it`, "data-tag": `+${each.path}`, onclick: fold })
          : make("span", { class: "twist" });
        const pick = () => ((list.tag = list.tag === each.path ? "" : each.path), refocus(list.filter));
        const button = make(
          "button",
          { class: "tag", "aria-pressed": String(list.tag === each.path), "data-tag": each.path, onclick: pick },
          make("span", {}, name),
          make("span", { class: "soft" }, String(each.count)),
        );
        return make("li", {}, make("div", {}, twist, button), unfolded && branch(each));
      }),
    );
  }

  // What is made anew keeps the keyboard where it was.
  function refocus(then) {
    const tag = document.activeElement?.dataset?.tag;
    then();
    if (tag) document.querySelector(`[data-tag="${CSS.escape(tag)}"]`)?.focus();
  }

  list.withTag = (tag) => {
    list.tag = list.tag === tag ? "" : tag;
    document.getElementById("tags-box").open = true;
    list.filter();
  };

  search.addEventListener("input", () => (list.filter(), (box.scrollTop = 0), list.paint()));
  box.addEventListener("scroll", list.paint, { passive: true });
  document.getElementById("tags-box").addEventListener("toggle", chips);
  // What grows above the list may not push the chosen card out of sight.
  new ResizeObserver(() => {
    const top = list.index() * ROW;
    const was = top >= box.scrollTop - ROW && top <= box.scrollTop + height;
    height = box.clientHeight;
    list.choose(data.byId.get(list.chosen), was);
  }).observe(box);
  Preview.on("data", list.filter);
  return list;
})();
