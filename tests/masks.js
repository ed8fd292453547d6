// The masks of an image occlusion card, drawn where its note says and in the colours of its style: what the `anki` of the
// reviewer does for a picture. The real one belongs to Anki's window, which is not installed with its backend.
(() => {
  const part = (shape, name) => Number(shape.dataset[name] ?? 0);

  function outline(shape, width, height) {
    const path = new Path2D();
    const [left, top] = [part(shape, "left") * width, part(shape, "top") * height];
    if (shape.dataset.shape === "rect") path.rect(left, top, part(shape, "width") * width, part(shape, "height") * height);
    if (shape.dataset.shape === "ellipse") {
      const [rx, ry] = [part(shape, "rx") * width, part(shape, "ry") * height];
      path.ellipse(left + rx, top + ry, rx, ry, 0, 0, 2 * Math.PI);
    }
    if (shape.dataset.shape === "polygon") {
      for (const point of shape.dataset.points.trim().split(/\s+/)) {
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
    const image = container.querySelector("img");
    await image.decode();
    container.style.aspectRatio = `${image.naturalWidth / image.naturalHeight}`;
    const { width, height } = container.getBoundingClientRect();
    [canvas.width, canvas.height] = [width * devicePixelRatio, height * devicePixelRatio];
    const style = getComputedStyle(canvas);
    const pen = canvas.getContext("2d");
    pen.scale(devicePixelRatio, devicePixelRatio);
    let lifted = false;
    function draw() {
      pen.clearRect(0, 0, width, height);
      for (const shape of document.querySelectorAll(".cloze[data-shape], .cloze-inactive[data-shape], .cloze-highlight[data-shape]")) {
        const kind = shape.className === "cloze" ? "active" : shape.className.slice("cloze-".length);
        if (kind === "inactive" && (lifted || shape.dataset.occludeinactive !== "1")) continue;
        const [, line, edge] = /^\s*([\d.]+)px\s+(.+)$/.exec(style.getPropertyValue(`--${kind}-shape-border`)) ?? ["", "1", "#212121"];
        pen.fillStyle = style.getPropertyValue(`--${kind}-shape-color`) || "#ffeba2";
        [pen.lineWidth, pen.strokeStyle] = [Number(line), edge];
        const path = outline(shape, width, height);
        pen.fill(path);
        pen.stroke(path);
      }
    }
    draw();
    document.getElementById("toggle")?.addEventListener("click", () => { lifted = !lifted; draw(); });
  }

  window.anki = { imageOcclusion: { setup } };
})();
