"""What pages with tables and forms share: a table's question is kept for its tab, a form's answer goes back to it.

And what is saved is made when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.errors import CatallaxyError
from ..forms import Mailbox
from ..frame import component, ui
from ..listing import Ask, Column

Act = Callable[[dict[str, Any]], None]


def asked(columns: Sequence[Column], opened: Callable[[str], Any] | None = None) -> tuple[Any, Act]:
    """Return what a tab asks of a table, as a reference, and what hears it; ``opened`` is told the row chosen."""
    question = ui.use_ref(Ask())

    def act(said: dict[str, Any]) -> None:
        if "ask" in said:
            question.current = Ask.of(said["ask"], columns, question.current)
        elif opened is not None and isinstance(said.get("open"), str):
            opened(said["open"])

    return question, act


def forms_act(mail: Mailbox, asks: Mapping[str, Act], does: Mapping[str, Act]) -> Act:
    """Return what hears a form: a refusal is told beside the field, and nothing is done that was not named."""

    def act(said: dict[str, Any]) -> None:
        known, key = (does, said.get("do")) if "do" in said else (asks, said.get("ask"))
        if not isinstance(key, str) or key not in known:
            return
        try:
            known[key](said)
        except CatallaxyError as error:
            mail.answer(wrong=str(error), field=str(getattr(error, "key", "")))

    return act


@component
def Save(made: Any, filename: str, label: str, mime: str) -> None:
    """Show a button that saves what ``made`` returns as a file."""
    ui.FileDownload(
        made, filename=filename, mime_type=mime,
        children=[
            ui.HTML(
                tag="button", classes=["cx-save"], unsafe_innerHTML=f"\u2193 {label}",
                attributes={"type": "button", "aria-label": f"download {filename}", "data-testid": f"save-{label}"},
            )
        ],
    )  # fmt: skip
