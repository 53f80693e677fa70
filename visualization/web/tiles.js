// Key figures: a label, a number, and how it changed; a figure that a scenario lacks is a dash.
const NARROWEST = 108;

function render(context) {
  const { el } = context;
  const row = make("div", "cx-tiles"), tiles = new Map();
  el.append(row);
  let laid = "";  // which tiles there are, and which say how they changed
  function lay() {  // as many rows as needed, as even as can be, each filled to its end
    const gap = parseFloat(getComputedStyle(row).columnGap) || 0, most = Math.max(1, Math.floor((row.clientWidth + gap) / (NARROWEST + gap)));
    const rest = [...row.children].map((node) => [node, Math.min(most, +node.dataset.units)]);
    let units = rest.reduce((sum, [, n]) => sum + n, 0);
    for (let rows = Math.ceil(units / most); rest.length; rows = Math.max(1, rows - 1)) {
      const line = [];
      let taken = 0;
      while (rest.length && (!taken || taken + rest[0][1] <= Math.ceil(units / rows))) { taken += rest[0][1]; line.push(rest.shift()); }
      const plain = line.every(([node]) => !node.lastChild.textContent);
      for (const [node] of line) node.classList.toggle("cx-plain", plain);
      for (const [node, n] of line) node.style.flexBasis = `calc((100% + ${gap}px) * ${n / taken} - ${gap + 0.5}px)`;
      units -= taken;
    }
  }
  const fit = new ResizeObserver(lay);
  fit.observe(row);
  const end = attend(context, (message) => {
    if (message.fresh) { tiles.clear(); row.replaceChildren(); }
    for (const t of message.tiles) {
      let node = tiles.get(t.key);
      if (!node) {
        node = make("div", "cx-tile", undefined, { "data-testid": "tile-" + t.key, title: t.title || "" });
        node.append(make("span", "cx-label", t.label), make("span", "cx-figure"), make("span", "cx-delta"));
        node.dataset.units = t.wide ? 2 : 1;
        tiles.set(t.key, node); row.append(node);
      }
      if (t.title) node.title = t.title;
      node.children[1].textContent = form(t.form, t.value);
      node.children[1].className = "cx-figure " + ((t.form === "signed" || t.form === "change") && !missing(t.value) ? tone(t.value, t.form) : "");
      node.children[2].textContent = t.delta === undefined || t.delta === null ? "" : form(t.delta_form || "signed", t.delta);
      node.children[2].className = "cx-delta " + tone(t.delta || 0, t.delta_form);
    }
    const now = [...row.children].map((node) => (node.lastChild.textContent ? "+" : "-")).join("");
    if (message.fresh || now !== laid) { laid = now; lay(); }
  });
  return () => { end(); fit.disconnect(); };
}
export default { render };
