"""One panel alone on an empty page: what it shows of messages, without a server or a world."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from catallaxy.visualization.widgets import script, text

_STYLES = ("frame", "style", "levers", "form")
_MOUNT = """
window.mount = (traits) => {
  window.sent = [];
  const hearing = new Set(), el = document.getElementById("panel");
  window.tell = (message) => hearing.forEach((hear) => hear(message));
  window.model = {
    get: (name) => traits[name], send: (message) => window.sent.push(message),
    on: (_event, hear) => hearing.add(hear), off: (_event, hear) => hearing.delete(hear),
  };
  window.panel.render({ model: window.model, el });
};
"""


class Stage:
    """A panel on a page of its own; its other end is the test."""

    def __init__(self, page: Page, name: str, **traits: Any) -> None:
        self.page = page
        styles = "\n".join(text(f"{style}.css") for style in _STYLES)
        page.set_content(f"<style>{styles}</style><body><div id='panel'></div></body>")
        page.add_script_tag(content=script(name).replace("export default", "window.panel =") + _MOUNT)
        page.evaluate("(traits) => window.mount(traits)", traits)

    def tell(self, **message: Any) -> None:
        """Send the panel a message, as the server would."""
        self.page.evaluate("(message) => window.tell(JSON.parse(message))", json.dumps(message))

    @property
    def said(self) -> list[dict[str, Any]]:
        """What the panel has told the server, without the word that it is ready."""
        return [one for one in self.page.evaluate("window.sent") if "ready" not in one]

    def part(self, name: str) -> Any:
        return self.page.get_by_test_id(name)
