// One amount read in several ways: the parts of each under its name, to the cent, and whether the totals agree.
const cents = (x) => FORMS.price(x).replace("-", "").replace(/^/, x < 0 ? "\u2212" : "");
function render(context) {
  const { el, model } = context;
  const box = make("div", "cx-accounts", undefined, { "data-testid": model.get("testid") });
  el.append(box);
  const line = (label, amount, classes) => {
    const row = make("div", "cx-account-line " + (classes || ""));
    row.append(make("span", "", label), make("b", "", cents(amount)));
    return row;
  };
  return attend(context, (message) => {
    const holds = !message.gaps.length;
    const sides = message.sides.map((side) => {
      const column = make("section", "cx-account", undefined, { "data-testid": "gdp-" + side.name, "data-total": side.total });
      column.append(make("h3", "cx-label", "by " + side.name), ...side.parts.map(([label, amount]) => line(label, amount)), line("GDP", side.total, "cx-account-total"));
      return column;
    });
    const words = holds ? `the three are equal to the cent in month ${message.month}; what all sectors saved, ${cents(message.saving)}, is investment and the change of inventories` : message.gaps.map(([where, amount]) => `${where}: off by ${cents(amount)}`).join("; ");
    const node = make("p", "cx-verdict " + (holds ? "cx-holds" : "cx-broken"), undefined, { "data-testid": "gdp-verdict", "data-holds": String(holds) });
    node.append(make("b", "", holds ? "✓" : "✗"), make("span", "", words));
    box.replaceChildren(...sides, node);
  });
}
export default { render };
