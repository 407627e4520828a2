// A live figure on a static page: binds the controls that page.py wrote to the stage (stage.js) and to the state table
// (table.js), which is loaded when the figure comes near the viewport. A classic script, so that it also runs from a folder.

// The time from one value to the next while a slider plays, in milliseconds.
const LIVE_BEAT = 120;

class LiveFigure extends HTMLElement {
  connectedCallback() {
    if (this.bound) return;
    this.bound = true;
    const spec = JSON.parse(this.querySelector("script").textContent);
    this.spec = spec;
    this.first = Object.fromEntries(spec.controls.map(({ name, value }) => [name, value]));
    this.values = { ...this.first };
    this.change = this.change.bind(this);
    this.controls = new Map(
      spec.controls.map((control) => {
        const box = this.querySelector(`[data-control="${control.name}"]`);
        return [control.name, liveControl(box, control, (value) => this.change({ [control.name]: value }))];
      }),
    );
    this.readout = new Map(
      [...this.querySelectorAll(".live-readout dt")].map(({ textContent, nextElementSibling: shown }) => [
        textContent,
        shown.firstChild ?? shown.appendChild(new Text()),
      ]),
    );
    this.stage = liveStage(this.querySelector(".live-stage"), spec, this.change);
    this.stage.place(this.values);
    liveHold(this, this.querySelectorAll(".live-stage, .live-readout, .live-box input"));
    this.bindTools();
    this.restore();
    window.addEventListener("hashchange", () => {
      clearTimeout(this.settling); // else it would write over the address of the link that was followed
      this.say();
      this.restore();
    });
    const nearby = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        nearby.disconnect();
        this.load();
      },
      { rootMargin: "800px" },
    );
    nearby.observe(this);
  }

  // Move some controls: {name: value}. Values come to the nearest that the control has.
  change(values) {
    let moved = false;
    for (const [name, value] of Object.entries(values)) {
      const nearest = this.controls.get(name).nearest(value);
      moved ||= nearest !== this.values[name];
      this.values[name] = nearest;
      this.controls.get(name).show(nearest);
    }
    if (!moved) return;
    this.draw();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), 400);
  }

  draw() {
    this.stage.place(this.values);
    if (this.resetButton.disabled !== this.atFirst()) this.resetButton.disabled = this.atFirst();
    if (!this.lookup) return void this.load();
    const { slots, texts } = this.lookup(this.values);
    this.stage.show(slots);
    for (const [label, text] of Object.entries(texts)) {
      const shown = this.readout.get(label);
      if (shown.data !== text) shown.data = text; // a new text node would cost a browser more
    }
  }

  // What need not happen while the hand still moves: say the numbers, note the state in the address.
  settle() {
    this.say();
    const here = location.pathname + location.search;
    history.replaceState(history.state, "", this.atFirst() ? here : here + this.fragment());
    this.showEmbed();
  }

  say() {
    const said = [...this.readout].map(([label, text]) => `${label} ${text.data}`);
    this.querySelector(".live-status").textContent = said.join("; ");
  }

  atFirst() {
    return Object.entries(this.first).every(([name, value]) => this.values[name] === value);
  }

  // The state as part of an address: #name:mu=1,sigma=2
  fragment() {
    const parts = [...this.controls].map(([name, control]) => `${name}=${control.write(this.values[name])}`);
    return `#${this.spec.name}:${parts.join(",")}`;
  }

  // Take the state from the page's address, if it speaks of this figure.
  restore() {
    const prefix = `#${this.spec.name}:`;
    if (!location.hash.startsWith(prefix)) return;
    const values = {};
    for (const part of location.hash.slice(prefix.length).split(",")) {
      const [name, text] = part.split("=");
      const value = this.controls.get(name)?.read(text ?? "");
      if (value !== undefined) values[name] = value;
    }
    this.change(values);
    this.scrollIntoView({ block: "nearest" });
  }

  load() {
    this.loading ??= new Promise((resolve, reject) => {
      const address = this.dataset.table;
      const script = document.createElement("script");
      script.src = address;
      const stem = address.split("/").pop().replace(/\.js$/, "");
      script.onload = () => resolve(globalThis.liveTables?.[stem]);
      script.onerror = reject;
      document.head.append(script);
    })
      .then((table) => {
        this.lookup = liveLookup(table, this.spec.controls); // throws for a table that came in part
        this.dataset.ready = "";
        delete this.dataset.failed;
        if (!this.atFirst()) this.draw();
      })
      .catch(() => {
        this.querySelector(".live-status").textContent = "The states of this figure could not be loaded.";
        this.dataset.failed = "";
        this.loading = null; // the next change tries again
      });
    return this.loading;
  }

  bindTools() {
    this.resetButton = this.querySelector(".live-reset");
    this.resetButton.addEventListener("click", () => {
      for (const control of this.controls.values()) control.stop?.();
      this.change(this.first);
    });
    this.querySelector(".live-save").addEventListener("click", () => {
      const file = new Blob([this.stage.picture()], { type: "image/svg+xml" });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `${this.spec.name}.svg`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
    const code = this.querySelector(".live-embed textarea");
    this.querySelector(".live-copy").addEventListener("click", async (event) => {
      code.select();
      await navigator.clipboard.writeText(code.value);
      event.target.textContent = "Copied";
    });
    this.querySelector(".live-embed").addEventListener("toggle", () => this.showEmbed());
  }

  showEmbed() {
    const state = this.atFirst() ? "" : this.fragment();
    const address = new URL(this.dataset.alone + state, document.baseURI).href;
    const height = Math.ceil(this.querySelector(".live-figure").offsetHeight / 20) * 20;
    const title = this.spec.alt.replace(/[&"]/g, (character) => (character === "&" ? "&amp;" : "&quot;"));
    this.querySelector(".live-embed a").href = this.dataset.alone + state;
    this.querySelector(".live-embed textarea").value =
      `<iframe src="${address}" title="${title}" width="100%" height="${height}" loading="lazy" style="border:0"></iframe>`;
    this.querySelector(".live-copy").textContent = "Copy";
  }
}

// Hold the sizes of boxes whose content changes. From a change a browser lays out anew up to the nearest box that is
// contained, has its sizes in pixels and is a block in a block; where there is none, the whole page.
function liveHold(figure, boxes) {
  function hold() {
    for (const box of boxes) {
      box.classList.remove("live-held");
      box.style.removeProperty("width");
      box.style.removeProperty("height");
    }
    const sizes = Array.from(boxes, (box) => box.getBoundingClientRect());
    boxes.forEach((box, place) => {
      box.style.width = `${sizes[place].width}px`;
      box.style.height = `${sizes[place].height}px`;
      box.classList.add("live-held");
    });
  }
  new ResizeObserver(() => requestAnimationFrame(hold)).observe(figure);
}

// One control: `nearest` gives the value that it can have, `show` moves its elements there, `write` and `read` are for the
// address. `onInput` hears what the reader asks for.
function liveControl(box, control, onInput) {
  if (control.kind === "toggle") {
    const input = box.querySelector("input");
    input.addEventListener("input", () => onInput(input.checked));
    return {
      nearest: Boolean,
      show: (value) => (input.checked = value),
      write: (value) => (value ? "on" : "off"),
      read: (text) => ({ on: true, off: false })[text],
    };
  }
  if (control.kind === "choice") {
    const select = box.querySelector("select");
    select.addEventListener("input", () => onInput(control.options[select.selectedIndex]));
    return {
      nearest: (value) => value,
      show: (value) => {
        const place = control.options.indexOf(value);
        if (select.selectedIndex !== place) select.selectedIndex = place; // the same again costs a browser as much
      },
      write: (value) => encodeURIComponent(value),
      read: (text) => control.options.find((option) => encodeURIComponent(option) === text),
    };
  }
  return liveSlider(box, control, onInput);
}

function liveSlider(box, { min, max, step, decimals }, onInput) {
  const range = box.querySelector("[type=range]");
  const number = box.querySelector("[type=number]");
  const play = box.querySelector(".live-play");
  const write = (value) => value.toFixed(decimals);
  let shown = Number(range.value);

  function nearest(value) {
    const inside = Math.min(max, Math.max(min, value));
    return Number(write(min + Math.round((inside - min) / step) * step));
  }

  function show(value) {
    shown = value;
    if (range.valueAsNumber !== value) range.value = write(value);
    if (number.value !== write(value)) number.value = write(value);
  }

  range.addEventListener("input", () => onInput(Number(range.value)));
  number.addEventListener("change", () => {
    const asked = number.valueAsNumber;
    onInput(Number.isNaN(asked) ? shown : asked);
    show(shown);
  });

  let beat = null;
  function stop() {
    clearInterval(beat);
    beat = null;
    play.classList.remove("live-playing");
    play.setAttribute("aria-label", play.getAttribute("aria-label").replace("Pause", "Play"));
  }
  function next() {
    if (shown < max) onInput(shown + step);
    if (shown >= max && beat) stop();
  }
  play?.addEventListener("click", () => {
    if (beat) return stop();
    if (shown >= max) onInput(min);
    // Who asks for less motion gets one step a press.
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return next();
    beat = setInterval(next, LIVE_BEAT);
    play.classList.add("live-playing");
    play.setAttribute("aria-label", play.getAttribute("aria-label").replace("Play", "Pause"));
  });
  range.addEventListener("pointerdown", () => beat && stop());

  return {
    nearest,
    show,
    write,
    read: (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text)),
    stop: () => beat && stop(),
  };
}

customElements.define("live-figure", LiveFigure);
