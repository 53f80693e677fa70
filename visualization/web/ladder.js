// The best levels of a book, and the newest trades beside them, line by line.
const FEWEST = 12;

function render(context) {
  const { el } = context;
  const taker = "▲ bought, ▼ sold by whoever came last";
  const book = make("div", "cx-ladder", undefined, { "data-testid": "ladder" }), tape = make("div", "cx-tape", undefined, { "data-testid": "tape", title: taker });
  const between = make("div", "cx-spread"), head = make("div", "cx-tape-head");
  head.append(make("span", "", "tick"), make("span", "", "lots"), make("span", "", "price"));
  el.classList.add("cx-split");
  el.append(book, tape);
  const levels = { ask: [], bid: [] }, trades = [];
  function lines(made, number, make) {  // so many lines, those that there are again: only what changes is drawn anew
    while (made.length < number) made.push(make());
    return made.slice(0, number);
  }
  function line(...parts) {
    const row = make("div");
    row.append(...parts);
    return row;
  }
  function side(word, rows, number, most) {
    return lines(levels[word], number, () => line(make("i"), make("span"), make("b"))).map((row, k) => {
      const [bar, lots, price] = row.children, level = rows[k];
      row.className = "cx-level" + (level ? " cx-" + word : "");
      bar.style.width = level ? (100 * level[1] / most).toFixed(1) + "%" : "0";
      put(lots, level ? FORMS.count(level[1]) : "");
      put(price, level ? FORMS.price(level[0]) : "");
      return row;
    });
  }
  function trade(row, [tick, price, lots, taken]) {
    row.className = "cx-trade " + (taken > 0 ? "cx-up" : "cx-down");
    put(row.children[0], FORMS.count(tick));
    put(row.children[1], FORMS.count(lots));
    put(row.children[2], (taken > 0 ? "▲ " : "▼ ") + FORMS.price(price));
    return row;
  }
  return attend(context, ({ bids, asks, trades: newest, halted }) => {
    const most = Math.max(1, ...bids.map((l) => l[1]), ...asks.map((l) => l[1]));
    const spread = asks.length && bids.length ? `spread ${FORMS.price(asks[0][0] - bids[0][0])}` : "one side is empty";
    put(between, halted ? "halted" : spread);
    place(book, [...side("ask", asks, Math.max(asks.length, bids.length), most).reverse(), between, ...side("bid", bids, bids.length, most)]);
    const told = newest.slice(0, Math.max(FEWEST, book.children.length - 1));
    place(tape, [head, ...lines(trades, told.length, () => line(make("span"), make("span"), make("b"))).map((row, k) => trade(row, told[k]))]);
  });
}
// Let these be the children, in this order; where they are already, nothing happens.
function place(node, children) {
  if (node.children.length !== children.length || children.some((child, k) => node.children[k] !== child)) node.replaceChildren(...children);
}
export default { render };
