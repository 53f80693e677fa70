"""A closed economy that is killed while a month ends: ``python killed_economy.py FOLDER`` prints how it ended.

Each writer is killed by itself, in the middle of a stage of a month end, with nothing flushed or closed.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from pathlib import Path

from catallaxy.model.economy import Economy
from catallaxy.model.runs import resume
from tests.model.closed_economy import closed
from tests.model.small_economy import everything

DAYS, SHOCK = 65, {"kind": "bank_loss", "at": 40, "bank": "B01", "share": 1.0}
KILLS = ((21, "consume"), (42, "resolve"), (42, "close day"), (63, "fail"))


def write(folder: Path, kill: tuple[int, str] | None) -> None:
    """Go on with the run, or begin it; die in the stage of ``kill``."""
    economy = resume(folder) if folder.exists() else closed(SHOCK, out=folder)
    if kill is not None:
        tick, stage = kill

        def die(economy: Economy) -> None:
            """Die."""
            if economy.tick == tick:
                os.kill(os.getpid(), signal.SIGKILL)

        economy.schedule.after(stage, die)
    economy.run(ticks=DAYS - economy.tick)
    economy.close()


def main(folder: Path) -> None:
    logging.disable(logging.CRITICAL)
    killed = 0
    for kill in (*KILLS, None):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                write(folder, kill)
                status = 0
            finally:
                os._exit(status)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code not in (0, -signal.SIGKILL):
            raise SystemExit(f"the writer to be killed at {kill} failed")
        killed += code != 0
    economy = resume(folder)
    print(json.dumps([killed, *everything(economy)]))
    economy.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
