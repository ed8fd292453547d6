"use strict";
// The masks of a picture, as the reviewer draws them: Anki's own script belongs to its window. Shapes stand in the
// note's gaps as fractions of the picture, colors and borders in the card's style.
(() => {
  const KINDS = { cloze: "active", "cloze-inactive": "inactive", "cloze-highlight": "highlight" };
  const part = (shape, name) => Number(shape.dataset[name] ?? 0);
  let watched = null;

  function outline(shape, width, height) {
    const path = new Path2D();
    const [left, top] = [part(shape, "left") * width, part(shape, "top") * height];
    if (shape.dataset.shape === "rect") path.rect(left, top, part(shape, "width") * width, part(shape, "height") * height);
    if (shape.dataset.shape === "ellipse") {
      const [rx, ry] = [part(shape, "rx") * width, part(shape, "ry") * height];
      path.ellipse(left + rx, top + ry, rx, ry, 0, 0, 2 * Math.PI);
    }
    if (shape.dataset.shape === "polygon") {
      for (const point of (shape.dataset.points ?? "").trim().split(/\s+/)) {
        const [x, y] = point.split(",").map(Number);
        path.lineTo(x * width, y * height);
      }
      path.closePath();
    }
    return path;
  }

  async function setup() {
    const container = document.getElementById("image-occlusion-container");
    const canvas = document.getElementById("image-occlusion-canvas");
    const image = container?.querySelector("img");
    if (!image || !canvas) return;
    await image.decode().catch(() => null);
    if (image.naturalWidth) container.style.aspectRatio = `${image.naturalWidth / image.naturalHeight}`;
    let lifted = false;
    function draw() {
      const { width, height } = container.getBoundingClientRect();
      [canvas.width, canvas.height] = [width * devicePixelRatio, height * devicePixelRatio];
      const style = getComputedStyle(canvas);
      const pen = canvas.getContext("2d");
      pen.scale(devicePixelRatio, devicePixelRatio);
      for (const shape of document.querySelectorAll("[data-shape]")) {
        const kind = KINDS[shape.className];
        if (!kind || (kind === "inactive" && (lifted || shape.dataset.occludeinactive !== "1"))) continue;
        const border = style.getPropertyValue(`--${kind}-shape-border`);
        const [, line, edge] = /^\s*([\d.]+)px\s+(.+)$/.exec(border) ?? ["", "1", "#212121"];
        pen.fillStyle = style.getPropertyValue(`--${kind}-shape-color`).trim() || "#ffeba2";
        [pen.lineWidth, pen.strokeStyle] = [Number(line), edge];
        const path = outline(shape, width, height);
        pen.fill(path);
        pen.stroke(path);
      }
    }
    watched?.disconnect();
    watched = new ResizeObserver(draw);
    watched.observe(container);
    document.getElementById("toggle")?.addEventListener("click", () => {
      lifted = !lifted;
      draw();
    });
  }

  window.anki = { imageOcclusion: { setup } };
})();
