// The best levels of a book, and the newest trades beside them, line by line.
const FEWEST = 12;

function render(context) {
  const { el } = context;
  const taker = "▲ bought, ▼ sold by whoever came last";
  const book = make("div", "cx-ladder", undefined, { "data-testid": "ladder" }), tape = make("div", "cx-tape", undefined, { "data-testid": "tape", title: taker });
  el.classList.add("cx-split");
  el.append(book, tape);
  function level([price, lots], side, most) {
    const row = make("div", "cx-level cx-" + side);
    const bar = make("i"); bar.style.width = (100 * lots / most).toFixed(1) + "%";
    row.append(bar, make("span", "", FORMS.count(lots)), make("b", "", FORMS.price(price)));
    return row;
  }
  return attend(context, (message) => {
    const { bids, asks, trades } = message;
    const most = Math.max(1, ...bids.map((l) => l[1]), ...asks.map((l) => l[1]));
    const spread = asks.length && bids.length ? `spread ${FORMS.price(asks[0][0] - bids[0][0])}` : "one side is empty";
    const lacking = Array.from({ length: Math.max(0, bids.length - asks.length) }, () => make("div", "cx-level"));
    book.replaceChildren(...lacking, ...asks.slice().reverse().map((l) => level(l, "ask", most)), make("div", "cx-spread", message.halted ? "halted" : spread), ...bids.map((l) => level(l, "bid", most)));
    const head = make("div", "cx-tape-head"); head.append(make("span", "", "tick"), make("span", "", "lots"), make("span", "", "price"));
    tape.replaceChildren(head, ...trades.slice(0, Math.max(FEWEST, book.children.length - 1)).map(([tick, price, lots, side]) => {
      const row = make("div", "cx-trade " + (side > 0 ? "cx-up" : "cx-down"));
      row.append(make("span", "", FORMS.count(tick)), make("span", "", FORMS.count(lots)), make("b", "", (side > 0 ? "▲ " : "▼ ") + FORMS.price(price)));
      return row;
    }));
  });
}
export default { render };
