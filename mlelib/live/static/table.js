// A state table on the page: from controls' values to what the stage and the readout show. table.py says how it is
// packed.
//
//   table     the object that the table's file registered in globalThis.liveTables
//   controls  payload.controls
//
// Returns a function from {control: value} to {slots: {number: markup}, texts: {label: text}}. Values between two points of
// a slider's grid count as the nearer one.

function liveLookup(table, controls) {
  const grids = new Map(controls.map((control) => [control.name, liveGrid(control)]));
  const tracks = table.tracks.map((track) => ({
    controls: track.controls.map((name) => ({ name, ...grids.get(name) })),
    targets: track.targets.map((target) => ({ ...target, content: liveUnpack(target, track.width) })),
  }));

  return (values) => {
    const slots = {};
    const texts = {};
    for (const track of tracks) {
      const state = track.controls.reduce((sum, { name, size, index }) => sum * size + index(values[name]), 0);
      for (const target of track.targets) {
        if ("slot" in target) slots[target.slot] = target.content(state);
        else texts[target.label] = target.content(state);
      }
    }
    return { slots, texts };
  };
}

// How many values a control has, and the place of one among them.
function liveGrid(control) {
  if (control.kind === "toggle") return { size: 2, index: Number };
  if (control.kind === "choice") {
    return { size: control.options.length, index: (value) => control.options.indexOf(value) };
  }
  const size = Math.round((control.max - control.min) / control.step) + 1;
  const nearest = (value) => Math.round((value - control.min) / control.step);
  return { size, index: (value) => Math.min(size - 1, Math.max(0, nearest(value))) };
}

// A function from a state's number to the content of one target.
function liveUnpack({ templates, states, numbers }, width) {
  const choice = [];
  const rows = [];
  let at = 0;

  function difference() {
    const code = numbers.charCodeAt(at);
    if (code !== 33) return at++, code - 79;
    const end = numbers.indexOf(" ", at);
    const written = Number(numbers.slice(at + 1, end));
    at = end + 1;
    return written;
  }

  for (let state = 0; state < states.length; state++) {
    choice.push((state ? choice[state - 1] : 0) + states[state]);
    const like = (other) => (choice[other] === choice[state] ? rows[other] : undefined);
    const left = state % width ? like(state - 1) : undefined;
    const up = like(state - width);
    const corner = like(state - width - 1);
    const row = new Int32Array(templates[choice[state]].length - 1);
    for (let i = 0; i < row.length; i++) {
      const guess = left && up && corner ? left[i] + up[i] - corner[i] : left ? left[i] : up ? up[i] : 0;
      row[i] = guess + difference();
    }
    rows.push(row);
  }

  let last = -1;
  let content = "";
  return (state) => {
    if (state !== last) {
      const template = templates[choice[state]];
      content = template[0];
      for (let i = 1; i < template.length; i++) content += rows[state][i - 1] + template[i];
      last = state;
    }
    return content;
  };
}
