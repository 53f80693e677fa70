"""A dashboard whose world fails in its fifth tick, and that keeps silent tabs for a second only."""

from __future__ import annotations

import socket

from catallaxy.model.economy import Economy
from catallaxy.visualization import server
from catallaxy.visualization.desk import Desk

LAST_SEALED = 4
SMALL = {"traders": {"number": 150}, "firms": {"number": 6}, "banks": {"number": 3}}


def break_down(economy: Economy) -> None:
    """Break down."""
    if economy.tick > LAST_SEALED:
        raise ZeroDivisionError("made to fail")


if __name__ == "__main__":
    server.TAB_KEPT = "1s"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        desk = Desk("economy-coarse", seed=7, changes=SMALL, pace=0.0)
        desk.world.economy.schedule.after("trade", break_down)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.serve(desk, listener, ready=lambda: print(f"dashboard: {address}", flush=True))
