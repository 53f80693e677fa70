// A table whose rows stay on the server: sorting, filtering and paging are questions, answered with one page of rows.
function render(context) {
  const { el, model } = context;
  const box = make("div", "cx-grid", undefined, { "data-testid": model.get("testid") });
  const tools = make("div", "cx-grid-tools"), search = make("input", "cx-input", undefined, { type: "search", placeholder: model.get("prompt") || "filter", "aria-label": "filter rows" });
  const status = make("span", "cx-muted"), back = make("button", "cx-small", "‹", { type: "button", "aria-label": "page before" }), on = make("button", "cx-small", "›", { type: "button", "aria-label": "next page" });
  tools.append(search, status, back, on);
  const scroll = make("div", "cx-scroll"), table = make("table", "cx-table"), head = make("thead"), body = make("tbody");
  table.append(head, body); scroll.append(table);
  if (model.get("tools")) box.append(tools);
  box.append(scroll); el.append(box);
  let ask = { sort: null, down: true, filter: "", page: 0 }, columns = [], wait = 0, pages = 1;
  const send = () => model.send({ ask });
  search.oninput = () => { clearTimeout(wait); wait = setTimeout(() => { ask.filter = search.value; ask.page = 0; send(); }, 100); };
  back.onclick = () => { ask.page = Math.max(0, ask.page - 1); send(); };
  on.onclick = () => { ask.page = Math.min(pages - 1, ask.page + 1); send(); };
  let headed = "";
  function headings() {
    const now = JSON.stringify([columns, ask.sort, ask.down]);
    if (now === headed) return;  // a button that a visitor is about to press stays the same button
    headed = now;
    const row = make("tr");
    for (const c of columns) {
      const cell = make("th", c.form === "text" ? "" : "cx-right", undefined, { scope: "col", title: c.title || "", "aria-sort": ask.sort === c.key ? (ask.down ? "descending" : "ascending") : "none" });
      const button = make("button", "", c.label + (ask.sort === c.key ? (ask.down ? " ↓" : " ↑") : ""), { type: "button", "data-testid": "sort-" + c.key });
      button.disabled = c.sortable === false;
      button.onclick = () => { ask = { ...ask, sort: c.key, down: ask.sort === c.key ? !ask.down : c.form !== "text", page: 0 }; send(); };
      cell.append(button); row.append(cell);
    }
    const held = head.contains(document.activeElement) && document.activeElement.dataset.testid;
    head.replaceChildren(row);
    if (held) head.querySelector(`[data-testid="${held}"]`)?.focus();  // so that the next key turns the order round
  }
  const exact = (c, value) => (c.form === "money" && value !== null && value !== undefined ? thin((value / 100).toFixed(2).split(".")[0]).replace("-", "\u2212") : "");
  function fill(node, c, value) {
    const signedForm = c.form === "signed" || c.form === "change";
    const classes = (c.form === "text" ? "" : "cx-right ") + (signedForm && value !== null ? tone(value, c.form) : ""), words = form(c.form, value);
    if (node.className !== classes) node.className = classes;
    if (node.textContent !== words) node.textContent = words;
    const whole = exact(c, value);
    if (node.title !== whole) node.title = whole;
  }
  function line() {
    const row = make("tr", "", undefined, { tabindex: "0" });
    row.onclick = () => model.send({ open: row.dataset.key });
    row.onkeydown = (event) => { if (event.key === "Enter") model.send({ open: row.dataset.key }); };
    return row;
  }
  return attend(context, (message) => {
    if (message.columns) columns = message.columns;
    if (message.ask) ask = { ...ask, ...message.ask };
    headings();
    pages = Math.max(1, message.pages || 1);
    body.querySelector("tr:not([data-key])")?.remove();
    while (body.children.length > message.rows.length) body.lastChild.remove();
    message.rows.forEach((r, place) => {
      const row = body.children[place] || body.appendChild(line());
      row.dataset.key = r.key;
      row.className = (r.selected ? "cx-selected " : "") + (r.tone ? "cx-" + r.tone : "");
      while (row.children.length > columns.length) row.lastChild.remove();
      columns.forEach((c, i) => fill(row.children[i] || row.appendChild(make("td")), c, r.cells[i]));
    });
    if (!message.rows.length) { const row = make("tr"), none = make("td", "cx-muted", message.none || "no rows", { colspan: columns.length }); row.append(none); body.append(row); }
    status.textContent = message.status || "";
    back.disabled = ask.page <= 0; on.disabled = ask.page >= pages - 1;
    back.hidden = on.hidden = pages <= 1;
  });
}
export default { render };
