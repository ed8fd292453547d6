// The card itself: real frames of a device's width, scaled down where the window is smaller.
"use strict";
Preview.stage = (() => {
  const { data, make } = Preview;
  const DEVICES = { phone: 390, tablet: 820, desktop: 1100 };
  const SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox";
  const [MARGIN, GAP, LABEL] = [20, 18, 26];
  const stage = { card: null, answered: false, device: "phone", theme: "light", view: "both", typed: "", devices: DEVICES };
  const desk = document.getElementById("desk");
  const box = document.getElementById("faces");
  const faces = new Map(); // by their places

  // One side after the other is shown in one frame, as in Anki's window: a card is turned without loading it anew.
  const wanted = () => {
    const sides = stage.view === "both" ? ["front", "back"] : [stage.answered ? "back" : "front"];
    const themes = stage.theme === "both" ? ["light", "dark"] : [stage.theme];
    const found = sides.flatMap((side) => themes.map((theme) => face(stage.view === "both" ? side : "one", side, theme)));
    return { sides, themes, found };
  };

  function face(place, side, theme) {
    const at = `${place} ${theme}`;
    if (!faces.has(at)) {
      const frame = make("iframe", { sandbox: SANDBOX, src: "media/frame.html" });
      const sheet = make("div", { class: "sheet" }, frame);
      const note = make("span", { class: "silent", hidden: true }, "; its script does not run here");
      const element = make("figure", { class: "face" }, make("figcaption", {}, make("span"), note), sheet);
      faces.set(at, { theme, frame, sheet, note, element, ready: false, height: 0, shows: null, html: null });
    }
    const each = faces.get(at);
    const title = `${side === "front" ? "Front" : "Back"}, ${theme}`;
    each.side = side;
    each.frame.title = each.element.firstChild.firstChild.textContent = title;
    each.frame.dataset.face = each.element.dataset.face = `${side} ${theme}`;
    return each;
  }

  // One side of the card in one frame. The same card again keeps its place, unless it is flipped.
  function fill(each, note, css) {
    const card = note.cards[stage.card.ordinal];
    const html = data.pictured(card?.[each.side] ?? "");
    const what = `${stage.card.id} ${each.side}`;
    const same = each.shows === what;
    const sent = same && each.html === html;
    if (!each.ready) return;
    const night = each.theme === "dark";
    each.frame.contentWindow.postMessage(
      {
        show: {
          html: sent ? undefined : html,
          css,
          night,
          side: each.side,
          keep: same,
          typed: stage.typed,
          classes: `card card${stage.card.ordinal + 1} isLin fancy${night ? " nightMode night_mode" : ""}`,
        },
      },
      "*",
    );
    Object.assign(each, { shows: what, html });
  }

  stage.show = async (card = stage.card) => {
    if (card?.id !== stage.card?.id) stage.typed = "";
    stage.card = card;
    document.getElementById("empty").hidden = card !== null;
    box.hidden = card === null;
    if (card === null) return;
    const known = data.read(card.key);
    const note = known instanceof Promise ? await known : known;
    if (stage.card?.id !== card.id || note === null) return;
    const { found } = wanted();
    for (const each of faces.values()) {
      if (found.includes(each) || !each.element.isConnected) continue;
      each.element.remove(); // a frame that leaves the page is empty when it comes back
      Object.assign(each, { ready: false, shows: null, html: null });
    }
    found.forEach((each, at) => box.children[at] !== each.element && box.insertBefore(each.element, box.children[at] ?? null));
    for (const each of found) fill(each, note, data.types[card.note.kind]?.css ?? "");
    stage.fit();
    Preview.say("shown", { card, note });
  };

  // As many columns as leave the card largest; the back gets the room that the front does not need.
  stage.fit = () => {
    if (stage.card === null || box.hidden) return;
    const { sides, themes, found } = wanted();
    const width = DEVICES[stage.device];
    const small = desk.clientWidth < 620;
    const [margin, label] = small ? [0, found.length > 1 ? LABEL : 0] : [MARGIN, LABEL];
    const room = { width: desk.clientWidth - 2 * margin, height: desk.clientHeight - margin - (small ? 0 : margin / 2) };
    const ways = themes.length > 1 ? [themes.length] : sides.length > 1 ? [1, 2] : [1];
    const tried = ways.map((columns) => {
      const rows = found.length / columns;
      const scale = Math.min(1, (room.width - GAP * (columns - 1)) / columns / width);
      return { columns, rows, scale, size: scale / Math.sqrt(rows) };
    });
    const { columns, rows, scale } = tried.reduce((best, each) => (each.size > best.size ? each : best));
    const total = room.height - rows * label - GAP * (rows - 1);
    const front = Math.max(...found.filter((each) => each.side === "front").map((each) => each.height), 0);
    const first = rows > 1 ? Math.min(Math.max(front * scale, 90), total * 0.48) : total;
    box.style.gridTemplateColumns = `repeat(${columns}, ${Math.floor(width * scale)}px)`;
    box.classList.toggle("bare", label === 0);
    for (const each of found) {
      const high = rows > 1 ? (each.side === "front" ? first : total - first) : total;
      each.sheet.style.width = `${Math.floor(width * scale)}px`;
      each.sheet.style.height = `${Math.max(Math.floor(high), 80)}px`;
      Object.assign(each.frame.style, {
        width: `${width}px`,
        height: `${Math.max(Math.floor(high), 80) / scale}px`,
        transform: scale < 1 ? `scale(${scale})` : "none",
      });
    }
  };

  addEventListener("message", (event) => {
    const said = event.data;
    const each = [...faces.values()].find((one) => one.frame.contentWindow === event.source);
    if (!each || !said?.card) return;
    if (said.ready) {
      Object.assign(each, { ready: true, shows: null, html: null });
      if (stage.card) stage.show();
    }
    if (typeof said.height === "number" && Math.abs(said.height - each.height) > 2) {
      each.height = said.height;
      if (each.side === "front") stage.fit();
    }
    if (typeof said.silent === "boolean") each.note.hidden = !said.silent;
    if (said.shown) each.element.dataset.shown = each.shows;
    if (typeof said.typed === "string") stage.typed = said.typed.slice(0, 500);
    if (typeof said.key === "string") Preview.say("key", { key: said.key, frame: true });
  });
  new ResizeObserver(() => stage.fit()).observe(desk);
  return stage;
})();
