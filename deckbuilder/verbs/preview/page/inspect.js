// Beside the card: where it comes from, its faults, what learners will see change, its fields and tags.
"use strict";
Preview.inspect = (() => {
  const { data, make } = Preview;
  const live = !Preview.exported;
  const tabs = ["inspect", "faults", "changes"];
  const inspect = { tab: "inspect" };
  const byTab = { inspect: "tab-card", faults: "tab-faults", changes: "tab-changes" };
  const section = (title, ...inside) => make("section", {}, make("h2", {}, title), ...inside);

  inspect.turn = (name) => {
    inspect.tab = name;
    for (const each of tabs) {
      document.getElementById(each).hidden = each !== name;
      document.getElementById(byTab[each]).setAttribute("aria-selected", String(each === name));
    }
  };

  function place(path, line, column, label = "") {
    const words = `${path}${line ? `:${line}` : ""}`;
    return make("button", { class: "place", title: "Open in the editor", onclick: () => data.open(path, line || 1, column || 1) }, label || words, make("span", { "aria-hidden": "true" }, "\u2197"));
  }

  function fault(each, picks) {
    const card = picks && data.cards.find((one) => each.keys.includes(one.key));
    return make(
      "article",
      { class: `fault ${each.severity}` },
      make("p", { class: "rule" }, each.rule),
      make("p", { class: "message" }, each.message),
      each.help && make("p", { class: "next" }, each.help),
      make("p", { class: "links" }, place(each.path, each.line, each.column), card && make("button", { class: "link", onclick: () => Preview.say("pick", card) }, "Show the card")),
    );
  }

  // One or two at the head of the card; the rest is in its panel.
  inspect.banner = (card) => {
    const box = document.getElementById("banner");
    const own = card && live ? data.faultsOf(card).filter((each) => each.severity === "error") : [];
    const stale = Boolean(card && data.stale.has(card.key));
    box.hidden = !stale && own.length === 0;
    if (box.hidden) return box.replaceChildren();
    const first = own[0];
    const said = stale ? "This is the card as it last was." : "This card has a fault.";
    const others = data.faults.find((each) => each.severity === "error");
    box.replaceChildren(
      make("strong", {}, said),
      ...(first
        ? [make("span", { class: "message" }, first.message), first.help && make("span", { class: "next" }, first.help), place(first.path, first.line, first.column)].filter(Boolean)
        : [make("span", { class: "message" }, "Something that it follows from has a fault."), others && place(others.path, others.line, others.column)].filter(Boolean)),
    );
  };

  inspect.show = (card, note) => {
    const box = document.getElementById("inspect");
    if (!card || !note) return box.replaceChildren(make("p", { class: "none" }, "No card."));
    const kept = box.scrollTop;
    const faults = live ? data.faultsOf(card) : [];
    const change = data.changed(card.key);
    const tags = card.note.tags.map((tag) => tag.split("::"));
    const root = tags.length && tags.every((steps) => steps[0] === tags[0][0]) ? 1 : 0;
    box.replaceChildren(
      make("p", { class: "key" }, card.key),
      make("p", { class: "soft" }, card.note.decks[card.ordinal].replaceAll("::", " \u203a ")),
      ...(live && card.note.path ? [section("Source", place(card.note.path, note.line, 1))] : []),
      ...(faults.length ? [section(faults.length === 1 ? "Fault" : "Faults", ...faults.map((each) => fault(each, false)))] : []),
      ...(change ? [section(`Since ${data.changes.since}`, changes(change))] : []),
      section("Tags", make("p", { class: "chips" }, ...tags.map((steps) => make("button", { class: "chip", onclick: () => Preview.list.withTag(steps.join("::")) }, steps.slice(root).join(" \u203a ").replaceAll("_", " "))))),
      section("Fields", make("dl", { class: "fields" }, ...note.fields.map(([name, html]) => make("div", {}, make("dt", {}, name), make("dd", {}, Preview.text(html) || "\u2014"))))),
    );
    box.scrollTop = kept;
  };

  function changes(change) {
    const run = ([mark, words]) => (mark === "=" ? document.createTextNode(words) : make(mark === "-" ? "del" : "ins", {}, words));
    const spaced = (runs) => runs.flatMap((each, at) => (at ? [" ", run(each)] : [run(each)]));
    return make(
      "div",
      { class: "change" },
      make("p", {}, make("strong", {}, change.said), change.effect ? `: ${change.effect}` : ""),
      change.blocked && make("p", { class: "message" }, change.blocked),
      change.renamed && make("p", {}, `It was ${change.renamed}.`),
      ...(change.fields ?? []).map(([name, runs]) => make("p", { class: "words" }, make("b", {}, name), " ", ...(runs.length ? spaced(runs) : ["only its markup"]))),
      ...(change.cards ?? []).map((each) => make("p", {}, each)),
      ...(change.tags ?? []).flat().map((each) => make("p", { class: "words" }, run([each[0], each.slice(1)]))),
    );
  }

  inspect.project = () => {
    const [errors, warnings] = ["error", "warning"].map((which) => data.faults.filter((each) => each.severity === which));
    const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
    const alarm = document.getElementById("alarm");
    alarm.hidden = !live || errors.length === 0;
    alarm.textContent = count(errors.length, "fault");
    document.getElementById("tab-faults").textContent = data.faults.length ? `Faults ${data.faults.length}` : "Faults";
    const said = data.faults.length ? [errors.length && count(errors.length, "error"), warnings.length && count(warnings.length, "warning")].filter(Boolean).join(", ") : "";
    document.getElementById("faults").replaceChildren(
      ...(data.faults.length ? [make("p", { class: "soft" }, said), ...[...errors, ...warnings].slice(0, 200).map((each) => fault(each, true))] : [make("p", { class: "none" }, "No faults. All cards are as their sources say.")]),
    );
    const changed = data.order.filter((key) => data.changed(key));
    document.getElementById("tab-changes").textContent = changed.length ? `Changes ${changed.length}` : "Changes";
    const rest = data.changes.rest ?? [];
    const since = data.changes.since;
    const none = since ? `Nothing changed since ${since}.` : data.changes.caveat || "Nothing was built or released yet, so there is nothing to compare with.";
    document.getElementById("changes").replaceChildren(
      ...(changed.length || rest.length
        ? [
            make("p", { class: "soft" }, `Since ${since}, learners will see:`),
            ...changed.slice(0, 300).map((key) => {
              const card = data.cards.find((one) => one.key === key);
              return make("article", { class: "edit" }, make("p", {}, make("button", { class: "link", onclick: () => card && Preview.say("pick", card) }, data.notes.get(key).name)), changes(data.changed(key)));
            }),
            ...rest.map((each) => make("p", { class: "words" }, each)),
            data.changes.caveat ? make("p", { class: "soft" }, data.changes.caveat) : "",
          ]
        : [make("p", { class: "none" }, none)]),
    );
  };

  for (const each of tabs) document.getElementById(byTab[each]).addEventListener("click", () => inspect.turn(each));
  document.querySelector("#details [role=tablist]").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const shown = tabs.filter((each) => !document.getElementById(byTab[each]).hidden && getComputedStyle(document.getElementById(byTab[each])).display !== "none");
    const to = shown[(shown.indexOf(inspect.tab) + step + shown.length) % shown.length];
    inspect.turn(to);
    document.getElementById(byTab[to]).focus();
    event.stopPropagation();
  });
  Preview.on("data", inspect.project);
  return inspect;
})();
