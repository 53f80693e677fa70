// A matrix of sectors: amounts short with all their digits in the tooltip, sums at the rims with a check mark or what is wrong.
const exact = (x) => FORMS.price(x).replace(/^-?/, sign(x)).replace("\u2212-", "\u2212");
const brief = (x) => sign(x) + short(Math.abs(x) / 100);
const verdict = (law, gaps) => {
  const node = make("p", "cx-verdict " + (gaps.length ? "cx-broken" : "cx-holds"), undefined, { "data-testid": "verdict", "data-holds": String(!gaps.length) });
  node.append(make("b", "", gaps.length ? "✗" : "✓"), make("span", "", gaps.length ? gaps.map(([where, amount]) => `${where}: off by ${exact(amount)}`).join("; ") : law));
  return node;
};
function cells(line) {
  return line.cells.map((x, i) => {
    const inside = line.within ? line.within[i] : 0;
    if (x) return make("td", "cx-right", brief(x), { title: exact(x) });
    return make("td", "cx-right cx-muted", inside ? "±" + short(inside / 100) : "", inside ? { title: "±" + exact(inside).slice(1) + " within the sector" } : {});
  });
}
function total(x, due) {
  if (!due) return make("td", "cx-right", x ? brief(x) : "0", { title: exact(x) });
  return make("td", "cx-right " + (x ? "cx-broken" : "cx-holds"), x ? "✗ " + brief(x) : "0 ✓", { title: x ? "off by " + exact(x) : "sums to zero" });
}
function render(context) {
  const { el, model } = context;
  const box = make("div", "cx-scroll cx-matrix", undefined, { "data-testid": model.get("testid"), role: "region", "aria-label": model.get("label"), tabindex: "0" });
  const table = make("table", "cx-table"), foot = make("div");
  box.append(table); el.append(box, foot);
  return attend(context, (message) => {
    const head = make("tr");
    head.append(make("th"), ...message.heads.map((label) => make("th", "cx-right", label, { scope: "col" })), make("th", "cx-right", "Σ", { scope: "col", title: "sum of the row" }));
    const lines = message.rows.map((line) => {
      const row = make("tr");
      row.append(make("th", "", line.label, { scope: "row" }), ...cells(line), total(line.sum, line.lawful));
      return row;
    });
    const last = make("tr", "cx-last"), due = message.last.columns;
    last.append(make("th", "", "Σ", { scope: "row" }), ...message.last.cells.map((x) => total(x, due)), total(message.last.sum, true));
    const top = make("thead"), body = make("tbody"), sums = make("tfoot");
    top.append(head); body.append(...lines); sums.append(last);
    table.replaceChildren(top, body, sums);
    foot.replaceChildren(verdict(message.law, message.gaps));
  });
}
export default { render };
