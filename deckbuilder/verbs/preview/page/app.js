// What ties the parts together: which card is shown, the keys, and what is remembered.
"use strict";
(() => {
  const { data, list, stage, inspect, make } = Preview;
  const live = !Preview.exported;
  const wide = matchMedia("(min-width: 1180px)");
  const element = (id) => document.getElementById(id);
  const CHOICES = {
    device: { phone: "Phone", tablet: "Tablet", desktop: "Desktop" },
    theme: { light: "Light", dark: "Dark", both: "Both" },
    view: { both: "Side by side", one: "One side" },
  };
  const asked = decodeURIComponent(location.hash.slice(1));
  let current = null; // the whole note that is shown

  const kept = {
    get: () => {
      try {
        return JSON.parse(localStorage.getItem("deckbuilder-preview") ?? "{}");
      } catch {
        return {};
      }
    },
    set: (value) => {
      try {
        localStorage.setItem("deckbuilder-preview", JSON.stringify(value));
      } catch {
        // a browser may keep nothing for files
      }
    },
  };

  function choose(name, value, keep = true) {
    stage[name] = value;
    if (keep) kept.set({ ...kept.get(), [name]: value });
    for (const button of element(name).children) button.setAttribute("aria-pressed", String(button.dataset.value === value));
    stage.show();
    tell();
  }

  function cycle(name) {
    const values = Object.keys(CHOICES[name]);
    choose(name, values[(values.indexOf(stage[name]) + 1) % values.length]);
  }

  function pick(card, follow = true) {
    if (!card) return;
    stage.answered = false;
    list.choose(card, follow);
    stage.show(card);
    history.replaceState(null, "", `#${encodeURIComponent(card.id)}`);
    tell();
  }

  function step(by) {
    const at = list.index();
    if (list.shown.length === 0) return;
    const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.shown.length - 1);
    if (list.shown[to].id !== list.chosen) pick(list.shown[to]);
  }

  function flip() {
    if (stage.view === "one" && !stage.answered) {
      stage.answered = true;
      stage.show();
      tell();
    } else step(1);
  }

  // The words around the card.
  function tell() {
    const card = stage.card;
    element("name").textContent = card?.note.name ?? "";
    element("card").textContent = card ? `${data.kind(card.note.kind)} \u00b7 ${card.name}` : "";
    document.title = card ? `${card.note.name} \u2013 ${data.deck}` : data.deck;
    element("deck").textContent = data.deck;
    element("edition").textContent = data.edition ? `Edition ${data.edition}` : "";
    const at = list.index();
    element("place").textContent = at < 0 ? "" : `${at + 1} / ${list.shown.length}`;
    const asks = stage.view === "one" && !stage.answered;
    element("flip").firstChild.textContent = asks ? "Show answer" : "Next card";
    element("flip").disabled = card === null;
    inspect.banner(card);
  }

  function panel(name, open) {
    const was = element(name).classList.contains("open");
    element(name).classList.toggle("open", open ?? !was);
    const now = element(name).classList.contains("open");
    for (const button of document.querySelectorAll(`[data-toggle=${name}]`)) button.setAttribute("aria-expanded", String(now));
    if (now) (name === "cards" ? element("search") : element(name).querySelector("[role=tab][aria-selected=true]")).focus();
    else if (was) document.querySelector(`[data-toggle=${name}]`).focus();
    settle();
  }

  // A panel that is out of sight is out of the keyboard's way.
  function settle() {
    const narrow = innerWidth < 820;
    element("cards").inert = narrow && !element("cards").classList.contains("open");
    element("details").inert = !wide.matches && !element("details").classList.contains("open");
  }

  const KEYS = {
    " ": flip, Enter: flip, j: () => step(1), ArrowDown: () => step(1), ArrowRight: () => step(1), k: () => step(-1),
    ArrowUp: () => step(-1), ArrowLeft: () => step(-1), n: () => cycle("theme"), d: () => cycle("device"),
    s: () => cycle("view"), "?": () => element("help").showModal(), Escape: leave,
    "/": () => (innerWidth < 820 && panel("cards", true), element("search").focus(), element("search").select()),
    i: () => (wide.matches ? inspect.turn("inspect") : panel("details")),
  };
  for (const ease of "1234") KEYS[ease] = () => (stage.answered || stage.view === "both") && step(1);
  if (live) {
    KEYS.f = () => (inspect.turn("faults"), wide.matches || panel("details", true));
    KEYS.c = () => (inspect.turn("changes"), wide.matches || panel("details", true));
  }
  // Only from the page itself: a card's own script may pretend that a key was pressed.
  const OWN = live ? { e: () => stage.card && data.open(stage.card.note.path, current?.line || 1) } : {};

  function leave() {
    for (const name of ["cards", "details"]) if (element(name).classList.contains("open")) panel(name, false);
  }

  Preview.on("key", ({ key }) => !element("help").open && KEYS[key]?.());
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || element("help").open) return;
    const searching = event.target === element("search");
    if (searching) {
      if (event.key === "Escape" && element("search").value) {
        element("search").value = "";
        list.filter();
      } else if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
        if (event.key !== "Escape" && list.shown.length && list.index() < 0) pick(list.shown[0]);
        if (event.key === "Escape" && element("cards").classList.contains("open")) panel("cards", false);
        else element("list").focus();
        event.preventDefault();
      }
      return;
    }
    const pressed = event.target.closest?.("button, summary, a, [role=tab]");
    if (pressed && (event.key === "Enter" || event.key === " ")) return;
    const then = KEYS[event.key] ?? OWN[event.key];
    if (!then) return;
    event.preventDefault();
    then();
  });

  Preview.on("pick", (card) => {
    if (!list.shown.some((each) => each.id === card.id)) {
      Object.assign(list, { kind: "", tag: "", only: "" });
      element("search").value = "";
      list.filter();
    }
    pick(card);
    if (innerWidth < 820) panel("cards", false);
  });
  Preview.on("shown", ({ card, note }) => {
    current = note;
    inspect.show(card, note);
    const at = list.index();
    for (const near of [list.shown[at + 1], list.shown[at - 1]]) if (near && live) data.read(near.key);
  });
  Preview.on("filtered", () => {
    if (stage.card === null && list.shown.length) pick(data.byId.get(asked) ?? list.shown[0]);
    element("empty").replaceChildren(
      make("p", {}, data.cards.length ? "No card fits." : "There are no cards to show."),
      ...(data.faults.length ? [make("p", {}, "The faults in the way are listed on the right.")] : []),
    );
    tell();
  });
  Preview.on("soon", () => stage.card && data.byId.has(stage.card.id) && stage.show(data.byId.get(stage.card.id)));
  Preview.on("data", () => {
    const card = stage.card && (data.byId.get(stage.card.id) ?? list.shown[0] ?? data.cards[0] ?? null);
    if (card && stage.card && card.id !== stage.card.id) return pick(card);
    if (card) list.choose(card, false);
    if (stage.card || card) stage.show(card);
    tell();
    if (stage.card) inspect.banner(stage.card);
  });

  for (const [name, values] of Object.entries(CHOICES)) {
    element(name).append(...Object.entries(values).map(([value, label]) => make("button", { "data-value": value, "aria-pressed": "false", onclick: () => choose(name, value) }, label)));
  }
  for (const button of document.querySelectorAll("[data-toggle]")) button.addEventListener("click", () => panel(button.dataset.toggle));
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => panel(button.dataset.close, false));
  element("flip").addEventListener("click", flip);
  element("next").addEventListener("click", () => step(1));
  element("previous").addEventListener("click", () => step(-1));
  element("help-button").addEventListener("click", () => element("help").showModal());
  element("alarm").addEventListener("click", () => KEYS.f());
  addEventListener("resize", settle);
  addEventListener("hashchange", () => pick(data.byId.get(decodeURIComponent(location.hash.slice(1)))));

  document.body.classList.toggle("exported", !live);
  const remembered = kept.get();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const first = { device: "phone", theme: dark ? "dark" : "light", view: innerWidth < 820 ? "one" : "both" };
  for (const name of Object.keys(CHOICES)) choose(name, CHOICES[name][remembered[name]] ? remembered[name] : first[name], false);
  if (innerWidth < 820) choose("view", "one", false);
  settle();
  data.load().then(() => {
    if (stage.card === null) stage.show(null);
    document.body.dataset.ready = "yes";
  });
})();
