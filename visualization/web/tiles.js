// Key figures: a label, a number, and how it changed; a figure that a scenario lacks is a dash.
function render(context) {
  const { el } = context;
  const row = make("div", "cx-tiles"), tiles = new Map();
  el.append(row);
  return attend(context, (message) => {
    if (message.fresh) { tiles.clear(); row.replaceChildren(); }
    for (const t of message.tiles) {
      let node = tiles.get(t.key);
      if (!node) {
        node = make("div", "cx-tile", undefined, { "data-testid": "tile-" + t.key, title: t.title || "" });
        node.append(make("span", "cx-label", t.label), make("span", "cx-figure"), make("span", "cx-delta"));
        if (t.wide) node.style.gridColumn = "span 2";
        tiles.set(t.key, node); row.append(node);
      }
      if (t.title) node.title = t.title;
      node.children[1].textContent = form(t.form, t.value);
      node.children[1].className = "cx-figure " + ((t.form === "signed" || t.form === "change") && !missing(t.value) ? tone(t.value) : "");
      node.children[2].textContent = t.delta === undefined || t.delta === null ? "" : form(t.delta_form || "signed", t.delta);
      node.children[2].className = "cx-delta " + tone(t.delta || 0);
    }
  });
}
export default { render };
