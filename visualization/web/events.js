// The newest events, newest first; a new one slides in.
function render(context) {
  const { el, model } = context;
  const list = make("ol", "cx-events", undefined, { "data-testid": "events", "aria-live": "off" });
  el.append(list);
  const most = model.get("most");
  return attend(context, (message) => {
    if (message.fresh) list.replaceChildren();
    for (const e of message.events) {
      const row = make("li", "cx-event cx-" + (e.tone || "info"));
      row.append(make("time", "", e.when), make("b", "", e.name), make("span", "", e.text, { title: e.text }));
      list.prepend(row);
    }
    while (list.children.length > most) list.lastChild.remove();
    if (!list.children.length) list.append(make("li", "cx-event cx-quiet", message.quiet || "nothing has happened yet"));
    else list.querySelector(".cx-quiet:not(:only-child)")?.remove();
  });
}
export default { render };
