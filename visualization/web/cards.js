// Price cards: each counts to its new price within 150 ms, flashes and pulses, and carries its own sparkline.
const COUNT = 150, SPARK = 60;
const WIDE = 10, MIDDLE = 5;  // cards in a row at most, by width of the screen
const beside = (cards, most) => Math.ceil(Math.max(1, cards) / Math.ceil(Math.max(1, cards) / most));  // rows as equal as can be

function render(context) {
  const { model, el } = context;
  const grid = make("div", "cx-cards", undefined, { role: "list" });
  let cards = [];
  function card(symbol, i) {
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
    node.onanimationend = () => node.classList.remove("cx-flash-up", "cx-flash-down");
    grid.append(node);
    return { node, price, change, foot, path, shown: null, target: null, spark: [], i, frame: 0 };
  }
  function draw(c) {
    const low = Math.min(...c.spark), high = Math.max(...c.spark), span = high - low || 1, n = c.spark.length - 1 || 1;
    c.path.setAttribute("d", c.spark.map((y, k) => `${k ? "L" : "M"}${(100 * k / n).toFixed(1)},${(22 - 20 * (y - low) / span).toFixed(1)}`).join(""));
  }
  function count(c, to) {
    if (to === c.target) return;
    cancelAnimationFrame(c.frame);
    const from = c.shown;
    c.target = to;
    if (from === null || calm()) { c.shown = to; c.price.textContent = FORMS.price(to); return; }
    const began = performance.now();
    const go = (now) => {
      const t = Math.min(1, (now - began) / COUNT), eased = 1 - (1 - t) ** 3;
      c.shown = Math.round(from + (to - from) * eased);
      c.price.textContent = FORMS.price(c.shown);
      if (t < 1) c.frame = requestAnimationFrame(go);
    };
    c.frame = requestAnimationFrame(go);
    c.node.classList.remove("cx-flash-up", "cx-flash-down");
    void c.node.offsetWidth;
    c.node.classList.add(to > from ? "cx-flash-up" : "cx-flash-down");
  }
  function update([i, price, open, volume]) {
    const c = cards[i];
    if (!c) return;
    const change = open ? price / open - 1 : 0;
    c.change.textContent = FORMS.signed(change);
    c.change.className = "cx-card-change " + tone(change);
    c.path.setAttribute("class", tone(price - (c.spark[0] ?? price)));
    c.foot.textContent = FORMS.count(volume) + " lots";
    if (c.target !== null && price !== c.target) { c.spark.push(price); if (c.spark.length > SPARK) c.spark.shift(); }
    count(c, price);
    if (c.spark.length > 1) draw(c);
  }
  function hear(message) {
    if (message.symbols) {
      grid.replaceChildren();
      grid.style.setProperty("--cx-columns", beside(message.symbols.length, WIDE));
      grid.style.setProperty("--cx-columns-middle", beside(message.symbols.length, MIDDLE));
      cards = message.symbols.map(card);
      cards.forEach((c, i) => { c.spark = message.sparks[i].slice(-SPARK); });
    }
    (message.rows || []).forEach(update);
    if (message.selected !== undefined)
      cards.forEach((c) => { const on = c.node.ariaLabel === message.selected; c.node.classList.toggle("cx-selected", on); c.node.setAttribute("aria-pressed", on); });
  }
  el.append(grid);
  return attend(context, hear);
}
export default { render };
