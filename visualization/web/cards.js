// Price cards: each counts to its new price within 150 ms, flashes and pulses, and carries its own sparkline.
const COUNT = 150, FRAME = 50, SPARK = 60;  // milliseconds of a count and of its steps; ticks
const BEAT = 1000;  // a card flashes once in each such part of time, in milliseconds: a fast market is not a strobe
const WIDE = 10, MIDDLE = 5;  // cards in a row at most, by width of the screen
const beside = (cards, most) => Math.ceil(Math.max(1, cards) / Math.ceil(Math.max(1, cards) / most));  // rows as equal as can be

function render(context) {
  const { model, el } = context;
  const grid = make("div", "cx-cards", undefined, { role: "list" });
  const counting = new Set();
  let cards = [], timer = 0, selected;
  function card(symbol) {
    const node = make("button", "cx-card", undefined, { type: "button", "data-testid": "card-" + symbol, "aria-label": symbol, title: `line: last ${SPARK} ticks; change: today` });
    const head = make("span", "cx-card-head");
    const name = make("span", "cx-card-symbol", symbol), change = make("span", "cx-card-change");
    head.append(name, change);
    const price = make("span", "cx-card-price", MISSING);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 100 24"); svg.setAttribute("preserveAspectRatio", "none"); svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.append(path);
    const foot = make("span", "cx-card-foot");
    node.append(head, price, svg, foot);
    node.onclick = () => model.send({ select: symbol });
    grid.append(node);
    return { node, price, change, foot, path, shown: null, target: null, spark: [], beat: -1 };
  }
  function draw(c, closes) {
    c.spark = [...c.spark, ...closes].slice(-SPARK);
    if (c.spark.length < 2) return;
    c.path.setAttribute("class", tone(c.spark[c.spark.length - 1] - c.spark[0]));
    const low = Math.min(...c.spark), high = Math.max(...c.spark), span = high - low || 1, n = c.spark.length - 1 || 1;
    c.path.setAttribute("d", c.spark.map((y, k) => `${k ? "L" : "M"}${(100 * k / n).toFixed(1)},${(22 - 20 * (y - low) / span).toFixed(1)}`).join(""));
  }
  function write(c, price) {
    if (price === c.shown) return;
    c.shown = price;
    put(c.price, FORMS.price(price));
  }
  function go() {  // a step of all cards that count
    const now = performance.now();
    for (const c of counting) {
      const t = Math.min(1, (now - c.began) / COUNT), eased = 1 - (1 - t) ** 3;
      write(c, Math.round(c.from + (c.target - c.from) * eased));
      if (t < 1) continue;
      counting.delete(c);
      c.node.classList.remove("cx-flash-up", "cx-flash-down");
    }
    timer = 0;
    goOn(now);
  }
  function goOn(now) {  // the next step, or the end of whichever ends before it
    if (counting.size && !timer) timer = setTimeout(go, Math.min(FRAME, ...[...counting].map((c) => c.began + COUNT - now)));
  }
  function count(c, to) {
    if (to === c.target) return;
    const first = c.target === null, rose = to > c.shown;
    c.target = to;
    if (first || calm()) { counting.delete(c); write(c, to); return; }
    const now = performance.now();
    Object.assign(c, { from: c.shown, began: now });
    counting.add(c);
    goOn(now);
    if (Math.floor(now / BEAT) === c.beat) return;
    c.beat = Math.floor(now / BEAT);
    c.node.classList.add(rose ? "cx-flash-up" : "cx-flash-down");
  }
  function update([i, price, open, volume]) {
    const c = cards[i];
    if (!c) return;
    const change = open ? price / open - 1 : 0;
    put(c.change, FORMS.signed(change));
    c.change.className = "cx-card-change " + tone(change);
    put(c.foot, FORMS.count(volume) + " lots");
    count(c, price);
  }
  function hear(message) {
    if (message.symbols) {
      grid.replaceChildren();
      counting.clear();
      grid.style.setProperty("--cx-columns", beside(message.symbols.length, WIDE));
      grid.style.setProperty("--cx-columns-middle", beside(message.symbols.length, MIDDLE));
      cards = message.symbols.map((symbol) => card(symbol));
    }
    (message.sparks || []).forEach((closes, i) => draw(cards[i], closes));
    (message.rows || []).forEach(update);
    if (message.selected !== undefined && (message.symbols || message.selected !== selected)) {
      selected = message.selected;
      cards.forEach((c) => { const on = c.node.ariaLabel === selected; c.node.classList.toggle("cx-selected", on); c.node.setAttribute("aria-pressed", on); });
    }
  }
  el.append(grid);
  return attend(context, hear);
}
export default { render };
