// The stage of a live figure: shows fragments, and tells where the pointer drags. Knows nothing of where fragments come
// from; on a page they come from a state table, in a kernel from Python.
//
//   root     an element that holds the figure's markup (payload.stage)
//   spec     {name, alt, size, pads}, as payload.py describes them
//   onMove   called with {control: number} in data units, inside the axes, while the pointer drags on a pad
//
// Returns {show(slots), place(values), picture()}. This file has no export, so that a page can load it as a classic
// script from a folder; widget.js adds one for a kernel.

function liveStage(root, spec, onMove) {
  const slots = new Map();
  for (const slot of root.querySelectorAll("[data-slot]")) slots.set(Number(slot.dataset.slot), liveSlot(slot));
  const pads = spec.pads.map((pad) => livePad(root, pad, onMove));

  // Put fragments {number: markup} into their slots; what is shown already is left alone.
  function show(fragments) {
    for (const [number, markup] of Object.entries(fragments)) slots.get(Number(number))(markup);
  }

  // Put the pads' handles where the controls' values {name: number} are.
  function place(values) {
    for (const pad of pads) pad.place(values);
  }

  // The figure as shown, as the text of an SVG file of its own.
  function picture() {
    const [width, height] = spec.size;
    const colour = getComputedStyle(root).color;
    const paper = getComputedStyle(root).getPropertyValue("--live-paper").trim() || "#fff";
    const panels = [...root.querySelectorAll(".live-panel")].map((panel) => {
      const copy = panel.cloneNode(true);
      for (const pad of copy.querySelectorAll(".live-pad")) pad.remove();
      return copy.innerHTML;
    });
    const body = panels.join("").replaceAll("var(--live-paper,#fff)", paper);
    const alt = spec.alt.replace(/[&<]/g, (character) => (character === "&" ? "&amp;" : "&lt;"));
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width / 10}" ` +
      `height="${height / 10}" fill="none" stroke-linejoin="round" style="color:${colour};background:${paper}">` +
      `<title>${alt}</title>${body}</svg>`
    );
  }

  return { show, place, picture };
}

// A slot: a function that shows markup in an element. Between two states mostly values differ, which stand in single quotes
// (svg.py) and are set one by one; the markup is parsed only if something else does. A slot that empties keeps its elements
// for when they come back.
function liveSlot(element) {
  let last = null; // the markup
  let kept = []; // the elements, while the slot is empty
  let shown = null; // their markup, split at its quotes: every second part is a value
  let places = null; // [element, attribute] of each value, once they are asked for

  function refill(parts) {
    places ??= [...element.querySelectorAll("*")].flatMap((part) => part.getAttributeNames().map((name) => [part, name]));
    for (let i = 1; i < parts.length; i += 2) {
      if (parts[i] !== shown[i]) places[(i - 1) / 2][0].setAttribute(places[(i - 1) / 2][1], parts[i]);
    }
  }

  function parse(markup) {
    const template = document.createElement("template"); // its content loads nothing
    template.innerHTML = `<svg>${markup}</svg>`;
    liveMorph(element, template.content.firstChild);
    places = null;
  }

  return (markup) => {
    if (markup === last) return;
    if (last === "") element.append(...kept);
    last = markup;
    if (markup === "") {
      kept = [...element.children];
      element.replaceChildren();
      return;
    }
    const parts = markup.split("'");
    const alike = shown?.length === parts.length && parts.every((part, i) => i % 2 || part === shown[i]);
    if (alike) refill(parts);
    else parse(markup);
    shown = parts;
  };
}

// Make the children of one element like those of another. New elements, and clips that move with them, cost a browser a
// pass over the whole page; new values of attributes do not.
function liveMorph(shown, wanted) {
  const before = [...shown.children];
  for (const element of [...wanted.children]) {
    const old = before.shift();
    if (!old) shown.append(element);
    else if (!liveAlike(old, element)) old.replaceWith(element);
    else {
      for (const { name, value } of element.attributes) {
        if (old.getAttribute(name) !== value) old.setAttribute(name, value);
      }
      liveMorph(old, element);
    }
  }
  for (const left of before) left.remove();
}

function liveAlike(one, other) {
  const names = [one, other].map((element) => [element.nodeName, ...element.getAttributeNames()].join());
  return names[0] === names[1];
}

// One pad: an area over an axes and a handle on the point that its controls make.
//
// A mouse or a pen drags from anywhere in the axes. A finger drags the handle; elsewhere it scrolls the page, and a tap
// brings the point there.
function livePad(root, pad, onMove) {
  const svg = root.querySelector(`[data-panel="${pad.panel}"]`);
  const [left, top, width, height] = pad.box;
  const reach = 220; // tenths of a point from the handle's middle to its edge: a finger's breadth
  const group = liveElement("g", { class: "live-pad" });
  const area = liveElement("rect", { class: "live-area", x: left, y: top, width, height });
  const handle = liveElement("rect", {
    class: "live-handle",
    x: left,
    y: top,
    width: pad.x ? 2 * reach : width,
    height: pad.y ? 2 * reach : height,
    rx: pad.x && pad.y ? reach : 0,
  });
  group.append(area, handle);
  svg.append(group);

  const across = liveScale(pad.xscale, pad.xlim, left, left + width);
  const upward = liveScale(pad.yscale, pad.ylim, top + height, top);
  const centre = left + width / 2;
  let middle = { x: 0, y: 0 }; // of the handle
  let grip = null; // from the pointer to the middle, while dragging

  // How much of its lower edge's width a pad has at a height: less than all in a triangle, but some at its tip too, where
  // a trembling hand would else sweep from one end of x to the other.
  function share(y) {
    return pad.triangle ? Math.min(1, Math.max(0.05, (y - top) / height)) : 1;
  }

  function place(values) {
    const y = pad.y ? upward.place(values[pad.y]) : 0;
    const x = pad.x ? across.place(values[pad.x]) : 0;
    middle = { x: centre + (x - centre) * share(y), y };
    if (pad.x) handle.setAttribute("x", middle.x - reach);
    if (pad.y) handle.setAttribute("y", middle.y - reach);
  }

  function point(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return { x, y };
  }

  function move({ x, y }) {
    const values = {};
    if (pad.x) values[pad.x] = across.value(centre + (x - centre) / share(y));
    if (pad.y) values[pad.y] = upward.value(y);
    onMove(values);
  }

  group.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || (event.pointerType === "touch" && event.target === area)) return;
    event.preventDefault();
    group.setPointerCapture(event.pointerId);
    const { x, y } = point(event);
    const held = event.target === handle;
    grip = held ? { x: middle.x - x, y: middle.y - y } : { x: 0, y: 0 };
    if (!held) move({ x, y });
  });
  group.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const { x, y } = point(event);
    move({ x: x + grip.x, y: y + grip.y });
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    group.addEventListener(end, () => (grip = null));
  }
  // Else the browser takes the finger's move for a scroll: `touch-action` does nothing inside an <svg>.
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  area.addEventListener("click", (event) => {
    if (event.pointerType === "touch") move(point(event));
  });

  return { place };
}

// An axis: from data units to places in the drawing and back, never outside the axes.
function liveScale(kind, [first, last], start, end) {
  const bend = kind === "log" ? Math.log10 : (value) => value;
  const unbend = kind === "log" ? (value) => 10 ** value : (value) => value;
  const [from, to] = [bend(first), bend(last)];
  const inside = (share) => Math.min(1, Math.max(0, share));
  return {
    place: (value) => start + inside((bend(value) - from) / (to - from)) * (end - start),
    value: (place) => unbend(from + inside((place - start) / (end - start)) * (to - from)),
  };
}

function liveElement(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
