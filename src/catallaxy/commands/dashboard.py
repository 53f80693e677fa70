"""``dashboard``: a world in the browser, to watch and to steer."""

from __future__ import annotations

import contextlib
import errno
import shlex
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..core.errors import OutOfBounds
from .options import Quiet, Set, examples, whole
from .run import DEFAULT
from .text import shown

if TYPE_CHECKING:
    from ..visualization.desk import Desk

PORT = 8765
TOKEN = "CATALLAXY_TOKEN"


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(
        epilog=examples(
            "dashboard",
            "dashboard oil-shock --seed 7 --open",
            "dashboard markets --set traders.number=2000 --pace 0 --port 9000",
            "dashboard --host 0.0.0.0 --token correct-horse-battery",
        )
    )(dashboard)


def dashboard(
    scenario: Annotated[
        str | None,
        typer.Argument(help=f"A scenario's name or TOML file; {DEFAULT} when left out.", show_default=False),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(parser=whole, metavar="N", help="Seed of the run and of every reset. Drawn if left out."),
    ] = None,
    changes: Set = None,
    pace: Annotated[
        float, typer.Option(metavar="TICKS", help="Ticks a second at first; 0 is as fast as it goes.")
    ] = 30.0,
    days: Annotated[
        int | None,
        typer.Option(
            parser=whole, metavar="N", help="Trading days after which a run stops. Goes on without end if left out."
        ),
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Wait until somebody presses play.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen at; another than this machine's needs --token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(parser=whole, metavar="N", help="Port to listen at; 0 is any free one.")] = PORT,
    token: Annotated[
        str | None, typer.Option(envvar=TOKEN, help="What visitors need to get in; the address printed has it.")
    ] = None,
    browse: Annotated[bool, typer.Option("--open", help="Open the browser when ready.")] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder in which each run gets one of its own.")] = Path(
        "runs"
    ),
    quiet: Quiet = False,
) -> None:
    """Show a world in the browser: watch it, steer it, find the cause of what you see.

    The world is stepped here, whether or not a tab is open, and is written to a folder, with everything done at the
    dashboard; `catallaxy replay` computes it again. Ctrl-C ends it.
    """
    from ..progress import progress
    from ..visualization.assets import require
    from . import session
    from .inputs import chosen

    require()
    from ..visualization.server import hush

    hush()
    _check_door(host, token)
    with _listening(host, port) as listener:
        session.log_to_stderr(quiet=True)  # alerts are shown in the browser
        settings, number = chosen(scenario or DEFAULT, changes, seed)
        session.say_if_cold(progress(quiet))
        given = shlex.join([scenario or DEFAULT, *(word for one in changes or () for word in ("--set", one))])
        desk = _opened(settings, number, out, pace, days, given)
        try:
            with _told_to_stop():
                _serve(desk, listener, _address(host, listener, token), token, browse=browse, paused=paused)
        finally:
            desk.close()
    _tell_end(desk, quiet)


def _check_door(host: str, token: str | None) -> None:
    from ..visualization.guard import LEAST, is_loopback

    if token is not None and len(token) < LEAST:
        raise OutOfBounds("--token", token, f"give {LEAST} letters or more")
    if token is None and not is_loopback(host):
        raise OutOfBounds(
            "--host", host, "whoever reaches that address could steer the world; give --token too, or leave --host out"
        )


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Hold a port from before the world is opened until it is closed."""
    if not 0 <= port <= 65_535:
        raise OutOfBounds("--port", port, "give 0 to 65535; 0 is any free one")
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            due = "another program listens there; give --port another, or 0 for any free one"
            raise OutOfBounds("--port", port, due) from None
        if error.errno == errno.EACCES:
            raise OutOfBounds("--port", port, "you may not listen there; give 1024 or more") from None
        raise OutOfBounds("--host", host, f"this machine cannot listen there: {error.strerror or error}") from None
    with listener:
        yield listener


def _opened(settings: Any, seed: int, out: Path, pace: float, days: int | None, given: str) -> Desk:
    from ..visualization.desk import Desk

    try:
        return Desk(settings, seed=seed, runs=out, pace=pace, days=days, given=given)
    except KeyboardInterrupt:
        raise typer.Exit(128 + signal.SIGINT) from None


def _address(host: str, listener: socket.socket, token: str | None) -> str:
    """Return what to open in a browser."""
    from urllib.parse import quote

    name = socket.gethostname() if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    query = f"?token={quote(token, safe='')}" if token else ""
    return f"http://{name}:{listener.getsockname()[1]}/{query}"


def _serve(desk: Desk, listener: socket.socket, address: str, token: str | None, *, browse: bool, paused: bool) -> None:
    """Serve pages until told to stop; the world plays from when they can be opened, so that nothing delays them."""
    from ..visualization.server import serve

    def ready() -> None:
        print(f"dashboard: {address}  (Ctrl-C ends it)", flush=True)
        if not paused:
            desk.play()
        if browse:
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(desk, listener, token=token, ready=ready)


@contextlib.contextmanager
def _told_to_stop() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM, which the server hands on when it has ended, not end us before the run is closed."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _tell_end(desk: Desk, quiet: bool) -> None:
    """Say what was kept, and how to go on with it."""
    if not quiet and desk.run.folder is not None:
        folder = shown(desk.run.folder)
        tick = desk.run.snapshot.tick
        typer.echo(f"closed after tick {tick:,}; to go on: catallaxy run --resume {folder}", err=True)
