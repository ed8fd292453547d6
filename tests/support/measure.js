// What a person would measure on the card that is shown. Every function answers with a list of complaints.
(() => {
  const PAPER = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();

  // Any CSS color as [red, green, blue, alpha], the last from 0 to 1.
  function color(css) {
    if (!known.has(css)) {
      PAPER.clearRect(0, 0, 1, 1);
      PAPER.fillStyle = css;
      PAPER.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = PAPER.getImageData(0, 0, 1, 1).data;
      known.set(css, [r, g, b, a / 255]);
    }
    return known.get(css);
  }

  const over = ([r, g, b, a], under) => [...[r, g, b].map((each, i) => each * a + under[i] * (1 - a)), 1];

  function light([r, g, b]) {
    const [x, y, z] = [r, g, b].map(each => (each /= 255) <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }

  function ratio(one, other) {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  // What lies behind the content of an element: the backgrounds of it and of all that it lies in.
  function ground(element) {
    if (!element) return color("Canvas");
    const style = getComputedStyle(element);
    const own = color(style.backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  }

  function opacity(element) {
    return element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  }

  const all = () => [...document.querySelectorAll("#qa, #qa *")].filter(each => !each.matches("style, script"));
  // For a screen reader only: cut down to nothing.
  const unseen = element => element !== null && (getComputedStyle(element).clipPath === "inset(50%)" || unseen(element.parentElement));
  const shown = element => element.checkVisibility({ visibilityProperty: true }) && !unseen(element);

  function place(element, text = element.textContent) {
    const name = [element.tagName.toLowerCase(), ...element.classList].join(".");
    return `${name} '${text.trim().replace(/\s+/g, " ").slice(0, 40)}'`;
  }

  // Each piece of text that can be seen, generated text included: element, words, style, and its boxes if it has its own.
  function* texts() {
    const walker = document.createTreeWalker(document.getElementById("qa"), NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest("style, script") || !shown(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      yield { element, words: node.data, style: getComputedStyle(element), boxes: [...range.getClientRects()] };
    }
    for (const element of all().filter(shown)) {
      for (const part of ["::before", "::after"]) {
        const style = getComputedStyle(element, part);
        if (/["(]\s*[^"\s]/.test(style.content)) yield { element, words: part, style, boxes: [], part };
      }
    }
  }

  function contrast(least) {
    const found = [];
    for (const { element, words, style, part } of texts()) {
      const own = color(style.backgroundColor);
      const behind = part ? over(own, ground(element)) : ground(element);
      const [r, g, b, a] = color(style.color);
      const measured = ratio(over([r, g, b, a * opacity(element)], behind), behind);
      if (measured < least) found.push(`${place(element, words)} has ${measured.toFixed(2)}:1`);
    }
    return found;
  }

  // Things that are seen and say something without being text, as [selector, pseudo-element or ""]: by what stands out most.
  function graphics(kinds, least) {
    const found = [];
    const met = [];
    for (const [selector, part] of kinds) {
      for (const element of [...document.querySelectorAll(`#qa ${selector}`)].filter(shown)) {
        const style = getComputedStyle(element, part || null);
        const edges = ["BlockStart", "InlineStart"].filter(edge => parseFloat(style[`border${edge}Width`]) > 0);
        const lines = [...edges.map(edge => style[`border${edge}Color`]), element instanceof SVGElement ? style.stroke : ""];
        const paint = [style.backgroundColor, style.backgroundImage, style.boxShadow, ...lines].join(" ");
        const behind = ground(part ? element : element.parentElement);
        const colors = paint.match(/(?:rgba?|color|oklch|oklab|lab|lch)\([^)]*\)/g) ?? [];
        const measured = Math.max(1, ...colors.map(each => ratio(over(color(each), behind), behind)));
        met.push(selector);
        if (measured < least) found.push(`${selector}${part} has ${measured.toFixed(2)}:1: ${paint}`);
      }
    }
    return { found, met };
  }

  // A page that is wider than its window, text that is cut off or lies over other text.
  function layout() {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
      const wide = all().filter(each => shown(each) && each.getBoundingClientRect().right > width + 0.5).pop();
      found.push(`${document.documentElement.scrollWidth} px wide: ${wide ? place(wide) : "?"}`);
    }
    for (const element of all().filter(shown)) {
      const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
      const cut = (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1)
        || (overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1);
      if (cut || textOverflow === "ellipsis") found.push(`cut off: ${place(element)}`);
      if (element.matches("img, svg, input") && element.getBoundingClientRect().width < 1) found.push(`no size: ${place(element)}`);
    }
    const lines = [];
    for (const { element, words, boxes } of texts()) {
      for (const { left, right, top, height } of boxes) {
        if (left < -0.5 || right > width + 0.5) found.push(`outside: ${place(element, words)}`);
        // Boxes of neighboring lines touch; the middle of a line is where its letters are.
        lines.push({ element, words, left: left + 1, right: right - 1, top: top + height * 0.3, bottom: top + height * 0.7 });
      }
    }
    for (const [i, one] of lines.entries()) {
      for (const other of lines.slice(i + 1)) {
        const aside = one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
        if (!aside) found.push(`${place(one.element, one.words)} lies over ${place(other.element, other.words)}`);
      }
    }
    return [...new Set(found)];
  }

  // What can be pressed and is smaller than a finger, by what a press would hit, not by the boxes.
  function targets(least) {
    const found = [];
    for (const element of document.querySelectorAll("#qa :is(a[href], button, input, select, summary, label, [onclick], [tabindex])")) {
      if (!shown(element) || (element.matches("label") && element.querySelector("input"))) continue;
      element.scrollIntoView({ block: "center" });
      const box = element.getClientRects()[0];
      const [x, y] = [box.left + Math.min(box.width / 2, 20), box.top + box.height / 2];
      const hit = (dx, dy) => element.contains(document.elementFromPoint(x + dx, y + dy));
      const reach = (dx, dy) => {
        let steps = 0;
        while (steps < least && hit(dx * (steps + 1), dy * (steps + 1))) steps++;
        return steps;
      };
      const [wide, high] = [1 + reach(-1, 0) + reach(1, 0), 1 + reach(0, -1) + reach(0, 1)];
      if (!hit(0, 0)) found.push(`covered: ${place(element)}`);
      else if (wide < least || high < least) found.push(`${place(element)} is ${wide} x ${high} px to a finger`);
    }
    return found;
  }

  // Links that look like the text around them, for all that Anki takes the line from under every link.
  function links() {
    const plain = element => {
      const { textDecorationLine, backgroundColor } = getComputedStyle(element);
      return textDecorationLine !== "underline" && color(backgroundColor)[3] === 0;
    };
    return [...document.querySelectorAll("#qa a[href]")].filter(each => shown(each) && plain(each)).map(each => place(each));
  }

  const focusable = () => [...document.querySelectorAll("#qa :is(a[href], button, input, select, summary, [tabindex='0'])")].filter(shown);

  // Whether the one of this place among them has the focus, and how it shows it.
  function focus(index, least) {
    const expected = focusable()[index];
    const element = document.activeElement;
    if (element !== expected) return [`the focus is on ${place(element)}, not on ${place(expected)}`];
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) return [`no outline: ${place(element)}`];
    const behind = ground(element.parentElement);
    const measured = ratio(over(color(outlineColor), behind), behind);
    return measured < least ? [`outline ${measured.toFixed(2)}:1: ${place(element)}`] : [];
  }

  function moving() {
    return all().filter(each => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(each);
      return animationName !== "none" || /[1-9]/.test(transitionDuration) || scrollBehavior === "smooth";
    }).map(each => place(each));
  }

  // What of the answer does not fit on the screen, of a long list its first parts, and of the picture if less than this is seen.
  function first(parts, head) {
    const found = [];
    for (const answer of document.querySelectorAll("#qa .answer")) {
      const listed = [...answer.querySelectorAll("li")];
      const last = listed.length > parts ? listed[parts - 1] : [...answer.children].filter(each => shown(each) && !each.matches("button")).pop();
      const bottom = last ? Math.round(last.getBoundingClientRect().bottom) : 0;
      if (bottom > innerHeight) found.push(`the answer ends at ${bottom} px: ${place(answer)}`);
    }
    for (const each of [...document.querySelectorAll("#qa figure img")].slice(0, 1)) {
      const { top, height } = each.getBoundingClientRect();
      if (top + Math.min(head, height) > innerHeight) found.push(`the picture begins at ${Math.round(top)} px`);
    }
    return found;
  }

  // How far down the answer, its picture and the one line of why reach.
  function reach() {
    const parts = document.querySelectorAll("#qa .answer, #qa figure, #qa .fig, #qa #image-occlusion-container, #qa .lead");
    return Math.max(...[...parts].filter(shown).map(each => each.getBoundingClientRect().bottom + scrollY));
  }

  async function faults(type, values) {
    const { violations } = await axe.run({ runOnly: { type, values }, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 90)} ${failureSummary}`));
  }

  // All that can be unfolded, unfolded.
  function unfold() {
    for (const each of document.querySelectorAll("#qa details")) each.open = true;
    for (const each of document.querySelectorAll("#qa a.hint")) if (shown(each)) each.click();
  }

  window.measure = { contrast, graphics, layout, targets, links, focusable: () => focusable().length, focus, moving, first, reach, faults, unfold };
})();
