"""Runs: what is stored, drawn as its report draws it, and taken away as CSV, Parquet or PNG."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from ...batch.figures import Figure
from ..desk import Desk
from ..echarts import option
from ..forms import Mailbox, filled
from ..frame import Page, Panel, component, the_desk, ui
from ..listing import Ask, answer, when_new
from ..live import live
from ..run_views import Opened, height_of, opened, png, told_once
from ..shelf import SHELF_COLUMNS, TABLE_COLUMNS, Shelf, download, preview, shelf_rows, too_large
from ..widgets import Chart, Form, Grid, Tiles
from .asking import Save, asked, forms_act

FOLDER = {
    "name": "folder", "label": "open a folder", "kind": "text", "value": "", "required": True,
    "text": "A run or an experiment inside the folder of runs, also deeper than the list goes.",
}  # fmt: skip


@component
def Runs() -> None:
    """Show the runs of the desk's folder, and the one that the address names, else the newest that ended."""
    desk = the_desk()
    shelf = ui.use_memo(lambda: Shelf(desk.runs or Path("runs")), [])
    router = ui.use_router()
    newest = ui.use_memo(shelf.newest, [])
    name = "/".join(router.parts[1:]) or newest

    def choose(folder: str) -> None:
        router.push(f"/runs/{folder}")

    with Page():
        with Panel("Stored runs and experiments", 9, str(shelf.root)), ui.Div(classes=["cx-shelf"]):
            _List(shelf, name, choose)
        with Panel("By name", 3):
            _Typed(shelf, choose)
        if name:
            _Shown(shelf, name).key(name)
        else:
            with Panel("", 12):
                _words("There is no run yet; its figures, tables and downloads will be shown here.")


@component
def _List(shelf: Shelf, name: str, choose: Any) -> None:
    here = ui.use_ref("")
    here.current = name
    question, act = asked(SHELF_COLUMNS, choose)

    def read(_desk: Desk) -> dict[str, Any]:
        none = f"no run is stored in {shelf.root} yet; runs of this dashboard and of `catallaxy run` come here"
        return answer(
            shelf_rows(shelf), SHELF_COLUMNS, question.current, things="folders", selected=here.current, per_page=12,
            none=none,
        )  # fmt: skip

    live(Grid, when_new(read), every=2.0, act=act, subject=name, prompt="filter runs", testid="runs")


@component
def _Typed(shelf: Shelf, choose: Any) -> None:
    form = {"groups": [], "fields": [FOLDER], "actions": [{"key": "open", "label": "open", "main": True}]}
    mail = ui.use_memo(lambda: Mailbox(lambda _desk: form), [])

    def open_it(said: dict[str, Any]) -> None:
        name = str(filled([FOLDER], said.get("values") or {}).get("folder", "")).strip()
        found = shelf.find(name)
        mail.answer(done=True)
        choose(found.relative_to(shelf.root.resolve()).as_posix())

    live(Form, mail.feed, act=forms_act(mail, {"open": open_it}, {}), testid="typed")


@component
def _Shown(shelf: Shelf, name: str) -> None:
    """Read a folder in a thread of its own, so that the tab and the world go on meanwhile."""
    read = ui.use_thread(lambda: opened(shelf, name), dependencies=[name], intrusive_cancel=False)
    with ui.Div(classes=["cx-bare", "cx-w12", "cx-inner"], attributes={"data-testid": "run"}):
        if read.value is not None:
            _Found(read.value)
        elif read.error is not None:
            with Panel(name, 12):
                _words(f"This folder cannot be shown: {read.error}", "error")
        else:
            with Panel(name, 12):
                _words(f"reading {name} …")


@component
def _Found(found: Opened) -> None:
    if found.wrong:
        with Panel(f"{found.name} cannot be read", 12):
            _words(found.wrong, "error", testid="wrong")
            _words(found.remedy)
        return
    with Panel(found.name, 12):
        if found.lacks:
            _words(found.lacks, "error", testid="lacks")
        _words(found.words, testid="words")
        live(Tiles, told_once({"fresh": True, "tiles": list(found.tiles)}), testid="facts")
    if not found.figures:
        with Panel("Figures", 12):
            _words("Nothing to draw was recorded yet.")
    with ui.Div(classes=["cx-figures"]):
        for figure in found.figures:
            with ui.Div(classes=["cx-bare", "cx-wide" if figure.wide else "cx-half"]):
                _Figure(found.name, figure).key(figure.name)
    if found.tables and found.folder is not None:
        _Tables(found.folder, found)


@component
def _Figure(name: str, figure: Figure) -> None:
    drawn = ui.use_memo(lambda: told_once({"option": option(figure)}), [figure])
    made = ui.use_memo(lambda: lambda: png(figure), [figure])
    save = Save(made, f"{name.replace('/', '-')}-{figure.name}.png", "PNG", "image/png")
    with Panel(figure.title, 12, handles=[save]):
        live(
            Chart,
            drawn,
            height=height_of(figure),
            label=figure.alt or figure.title,
            testid=f"figure-{figure.name}",
        )
        if figure.note:
            _words(figure.note)


@component
def _Tables(folder: Path, found: Opened) -> None:
    table, choose = ui.use_state("world" if any(row.key == "world" for row in found.tables) else found.tables[0].key)
    known = {row.key for row in found.tables}
    with Panel("Tables", 12), ui.Div(classes=["cx-wraps", "cx-shelf"]):
        _TableList(found, table, lambda key: choose(key) if key in known else None)
    _Preview(folder, found.name, table).key(table)


@component
def _TableList(found: Opened, table: str, choose: Any) -> None:
    here = ui.use_ref("")
    here.current = table
    question, act = asked(TABLE_COLUMNS, choose)
    feed = when_new(
        lambda _desk: answer(
            found.tables, TABLE_COLUMNS, question.current, things="tables", selected=here.current, per_page=40
        )
    )
    live(Grid, feed, act=act, subject=table, prompt="filter tables", testid="tables")


@component
def _Preview(folder: Path, name: str, table: str) -> None:
    columns, rows = ui.use_memo(lambda: preview(folder, table), [])
    question = ui.use_ref(Ask())
    large = ui.use_memo(lambda: too_large(folder, table), [])
    makers = ui.use_memo(lambda: {form: (lambda f=form: download(folder, table, f)) for form in ("csv", "parquet")}, [])
    file = f"{name.replace('/', '-')}-{table}"
    saves = [] if large else [
        Save(makers["csv"], f"{file}.csv", "CSV", "text/csv"),
        Save(makers["parquet"], f"{file}.parquet", "Parquet", "application/vnd.apache.parquet"),
    ]  # fmt: skip

    def act(said: dict[str, Any]) -> None:
        if "ask" in said:
            question.current = Ask.of(said["ask"], columns, question.current)

    with Panel(f"Table {table}: newest rows", 12, handles=saves):
        if large:
            _words(large)
        live(
            Grid,
            when_new(lambda _desk: answer(rows, columns, question.current, things="newest rows", per_page=18)),
            act=act, prompt="filter rows", testid="preview",
        )  # fmt: skip


def _words(text: str, tone: str = "muted", testid: str = "") -> None:
    ui.HTML(tag="p", classes=[f"cx-{tone}", "cx-words"], unsafe_innerHTML=escape(text),
            attributes={"data-testid": testid} if testid else {})  # fmt: skip
