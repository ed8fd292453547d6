// What is shown: from the server, kept up to date by it, or from an exported deck.
"use strict";
const Preview = { exported: window.EXPORTED ?? null, heard: {} };

Preview.on = (name, then) => (Preview.heard[name] ??= []).push(then);
Preview.say = (name, value) => (Preview.heard[name] ?? []).forEach((then) => then(value));

Preview.data = (() => {
  const data = {
    deck: "", edition: "", revision: 0, notes: new Map(), order: [], types: {}, stale: new Set(), faults: [], changes: {},
    cards: [], byId: new Map(), whole: new Map(),
  };
  const token = document.querySelector("meta[name=token]").content;
  let run = null;

  data.id = (key, ordinal) => `${key}.${Number(ordinal) + 1}`;
  data.changed = (key) => data.changes.notes?.[key];

  data.load = async () => {
    if (Preview.exported && location.protocol === "file:") await script("page/media.js");
    take(Preview.exported ?? (await (await fetch("state")).json()), true);
    if (!Preview.exported) listen();
  };

  const script = (src) =>
    new Promise((then) => document.head.append(Preview.make("script", { src, onload: then, onerror: then })));

  // A frame of no origin may not read from the disk: a site opened from there brings its pictures in a script.
  data.pictured = (html) => {
    if (!window.MEDIA) return html;
    return html.replace(/(\ssrc=)(["']?)([^"'\s>]+)\2/g, (found, before, quote, name) =>
      Object.hasOwn(MEDIA, name) ? `${before}"${MEDIA[name]}"` : found,
    );
  };

  // A note with its cards; at once where it is known as it is now.
  data.read = (key) => {
    const known = data.whole.get(key);
    if (known && (Preview.exported || known.digest === data.notes.get(key)?.digest)) return known;
    return fetch(`note?key=${encodeURIComponent(key)}`).then((answer) => (answer.ok ? answer.json() : null)).then((note) => {
      if (note) data.whole.set(key, note);
      return note;
    });
  };

  data.open = async (path, line, column = 1) => {
    const headers = { "content-type": "application/json", "x-token": token };
    const answer = await fetch("open", { method: "POST", headers, body: JSON.stringify({ path, line, column }) });
    if (!answer.ok) return;
    const said = await answer.json();
    if (said.link) location.href = said.link;
  };

  function listen() {
    const events = new EventSource("events");
    events.addEventListener("hello", async (event) => {
      const hello = JSON.parse(event.data);
      document.getElementById("lost").hidden = true;
      if (run !== null && run !== hello.run) return location.reload(); // another server: it knows us by another token
      run = hello.run;
      if (hello.revision !== data.revision) take(await (await fetch("state")).json(), true);
    });
    events.addEventListener("patch", (event) => take(JSON.parse(event.data), false));
    events.addEventListener("error", () => (document.getElementById("lost").hidden = false));
  }

  function take(news, all) {
    Object.assign(data, { deck: news.deck, edition: news.edition, revision: news.revision });
    if (all) data.notes.clear();
    for (const key of news.removed ?? []) data.notes.delete(key);
    for (const [key, note] of Object.entries(news.notes)) data.notes.set(key, note);
    for (const [key, note] of Object.entries(news.whole ?? {})) data.whole.set(key, note);
    if (news.order) data.order = news.order;
    const styles = Object.keys(news.types ?? {});
    data.types = all ? news.types : { ...data.types, ...news.types };
    if (news.stale) data.stale = new Set(news.stale);
    if (news.faults) data.faults = news.faults;
    if (news.changes) data.changes = news.changes;
    if (all || news.order || Object.keys(news.notes).length) {
      data.cards = data.order.flatMap((key) => {
        const note = data.notes.get(key);
        return note ? note.cards.map(([ordinal, name]) => ({ id: data.id(key, ordinal), key, ordinal, name, note })) : [];
      });
      data.byId = new Map(data.cards.map((card) => [card.id, card]));
    }
    Preview.say("soon"); // the card first: all else may take a moment
    Preview.say("data", { notes: Object.keys(news.notes), styles, all });
  }

  data.kind = (kind) => {
    const names = Object.values(data.types).map((type) => type.name);
    const prefix = names.length > 1 && names.every((name) => name.split(" ")[0] === names[0].split(" ")[0]);
    const name = data.types[kind]?.name ?? kind;
    return prefix ? name.slice(name.indexOf(" ") + 1) : name;
  };

  data.faultsOf = (card) =>
    data.faults.filter((fault) => fault.keys.includes(card.key) || fault.kinds.includes("*") || fault.kinds.includes(card.note.kind));
  return data;
})();

// An element with properties and children; text stays text.
Preview.make = (tag, properties = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

// What a person reads of some HTML; nothing in it runs.
Preview.text = (html) => {
  const read = new DOMParser().parseFromString(html.replaceAll("<", " <"), "text/html");
  return read.body.textContent.replace(/\s+/g, " ").trim();
};
