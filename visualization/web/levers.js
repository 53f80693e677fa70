// Sliders of the settings that may change: what is in force, what waits for the next tick, and the scenario's baseline.
const RESTS = 0, MOVES = 1, SENT = 2;

function render(context) {
  const { el, model } = context;
  const box = make("div", "cx-levers", undefined, { "data-testid": model.get("testid") || "levers" });
  const rows = new Map();
  el.append(box);
  const percent = (l) => l.unit.startsWith("%");
  const shown = (l, x) => (missing(x) ? "" : percent(l) ? String(+(100 * x).toPrecision(9)) : String(+x.toPrecision(9)));
  const worded = (l, x) => (missing(x) ? "unset" : x === true ? "on" : x === false ? "off" : typeof x === "string" ? x.replace(/_/g, " ") : shown(l, x).replace("-", "\u2212") + (percent(l) ? " %" : ""));
  const read = (l, text) => { const x = +(percent(l) ? +(text / 100).toPrecision(12) : +text); return l.kind === "int" ? Math.round(x) : x; };

  function row(l) {
    const node = make("div", "cx-lever", undefined, { "data-testid": "lever-" + l.key, title: l.description });
    const head = make("div", "cx-lever-head"), foot = make("div", "cx-lever-foot");
    const id = "cx-lever-" + l.key.replace(/\W/g, "-");
    head.append(make("label", "", l.label, { for: id }));
    const tells = make("div", "cx-lever-about cx-muted", l.description);
    const r = { l, node, state: RESTS, wait: 0, says: make("span", "cx-muted"), over: make("p", "cx-lever-over", "", { role: "note", hidden: "" }), back: make("button", "cx-small cx-lever-back", "↺", { type: "button", "aria-label": `${l.label} back to the baseline`, title: "back to the baseline" }) };
    const send = (value) => { clearTimeout(r.wait); r.state = SENT; model.send({ change: { [l.key]: value } }); };
    const later = (value, ms) => { clearTimeout(r.wait); r.state = MOVES; r.wait = setTimeout(() => send(value()), ms); };
    if (l.kind === "bool") {
      r.main = make("input", "cx-switch", undefined, { type: "checkbox", role: "switch", id });
      r.main.onchange = () => send(r.main.checked);
      head.append(r.main);
    } else if (l.kind === "choice") {
      r.main = make("select", "cx-input", undefined, { id });
      for (const word of l.choices) r.main.append(make("option", "", word.replace(/_/g, " "), { value: word }));
      r.main.onchange = () => send(r.main.value);
      head.append(r.main);
    } else {
      r.box = make("input", "cx-input cx-lever-box", undefined, { type: "number", step: "any", "aria-label": `${l.label}, ${l.unit || "number"}`, id });
      r.main = make("input", "cx-range", undefined, { type: "range", "aria-label": l.label });
      r.box.onchange = () => (r.box.value === "" ? draw(r) : send(read(l, r.box.value)));
      r.box.onkeydown = (e) => { if (e.key === "Escape") { draw(r); r.box.blur(); } };
      r.main.oninput = () => { clearTimeout(r.wait); r.state = MOVES; r.box.value = shown(l, +(+r.main.value).toPrecision(9)); };
      r.main.onchange = () => later(() => +(+r.main.value).toPrecision(9), 200);  // keys change it step by step: wait for the last one
      const unit = make("span", "cx-lever-unit cx-muted", l.unit), track = make("div", "cx-lever-track");
      head.append(r.box, unit);
      track.append(r.main);
      if (!missing(l.baseline)) { r.mark = make("i", "cx-lever-mark"); track.append(r.mark); }
      node.append(track);
    }
    r.back.onclick = () => send(l.baseline);
    foot.append(r.says, r.back);
    node.prepend(head, tells);
    node.append(foot, r.over);
    rows.set(l.key, r);
    draw(r);
    return node;
  }

  function draw(r) {
    const l = r.l, asked = l.asked;
    r.state = RESTS;
    if (l.kind === "bool") r.main.checked = !!asked;
    else if (l.kind === "choice") r.main.value = asked;
    else {
      const low = Math.min(l.low, asked ?? l.low), high = Math.max(l.high, asked ?? l.high);
      r.main.min = low; r.main.max = high; r.main.step = l.step;
      r.main.value = asked ?? l.baseline ?? low;
      r.main.setAttribute("aria-valuetext", worded(l, asked));
      r.main.classList.toggle("cx-unset", missing(asked));
      r.box.value = shown(l, asked);
      r.box.placeholder = missing(asked) ? "unset" : "";
      if (r.mark) r.mark.style.setProperty("--at", (l.baseline - low) / (high - low));
    }
    const moved = asked !== l.baseline, waits = asked !== l.value;
    r.node.classList.toggle("cx-moved", moved);
    r.back.disabled = !moved;
    const holds = waits ? `now ${worded(l, l.value)}, waits for the next tick` : `baseline ${worded(l, l.baseline)} · ${l.effect}`;
    r.says.textContent = holds;
    r.says.title = `a change acts from the ${l.effect} on`;
    r.says.classList.toggle("cx-waits", waits);
  }

  function overrule(told) {
    for (const [key, r] of rows) { r.over.textContent = told[key] || ""; r.over.hidden = !told[key]; r.node.classList.toggle("cx-overruled", Boolean(told[key])); }
  }
  const title = (name) => name.replace(/_/g, " ").replace(".", ": ");
  return attend(context, (message) => {
    if (message.sections) {
      rows.clear();
      box.replaceChildren(...message.sections.map((s, i) => {
        const group = make("details", "cx-lever-group" + (s.levers.length < 3 ? " cx-few" : ""), undefined, { "data-testid": "levers-" + s.name });
        const head = make("summary"), grid = make("div", "cx-lever-grid");
        head.append(make("b", "", title(s.name)), make("span", "cx-muted", s.about));
        grid.append(...s.levers.map(row));
        group.append(head, grid);
        group.open = i < model.get("unfolded");
        return group;
      }));
      overrule(message.over || {});
      return;
    }
    if (message.over) overrule(message.over);
    for (const [key, [value, asked]] of Object.entries(message.values)) { const r = rows.get(key); if (r) { r.l.value = value; r.l.asked = asked; if (r.state === RESTS) draw(r); } }
    for (const r of rows.values()) if (r.state === SENT) draw(r);  // taken or refused: show what holds
  });
}
export default { render };
