"""A run that is killed again and again: ``python killed_run.py FOLDER END KILLS SEED`` prints how it ended.

One process forks the writers, one after another, and kills each at a random moment, so that Python and
the kernels are loaded only once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from catallaxy.core.errors import RunError
from catallaxy.ledger.journal import JOURNAL, read_journal
from catallaxy.model.economy import Economy
from catallaxy.model.runs import resume
from tests.model.small_economy import everything, ran, small


def opened(folder: Path) -> Economy:
    """Go on with the run in ``folder``; begin anew where it was killed before it had begun."""
    try:
        return resume(folder)
    except RunError:
        with contextlib.suppress(RunError):
            assert not read_journal(folder / JOURNAL), "a run with sealed ticks could not be resumed"
        shutil.rmtree(folder, ignore_errors=True)
        return small(out=folder)


def write(folder: Path, end: int) -> None:
    """Run to the end, with a visitor every few ticks, and close."""
    economy = opened(folder)
    visited(economy, end)
    economy.close()


def visited(economy: Economy, end: int) -> Economy:
    """Step to ``end``; what is submitted is a function of the tick alone, and never twice."""
    while economy.tick < end:
        if economy.tick % 7 == 3 and economy.tick + 1 not in economy.memory.history:
            trader = economy.traders[economy.tick % 9]
            economy.submit(trader, {"type": "BUY", "symbol": "AAPL", "quantity": 1})
            economy.submit(trader, {"type": "SELL", "symbol": "NOPE", "quantity": 1})
        economy.step()
    return economy


def main(folder: Path, end: int, kills: int, seed: int) -> None:
    logging.disable(logging.CRITICAL)
    ran(20)  # compile
    rng, killed, finished = random.Random(seed), 0, False
    while not finished:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                write(folder, end)
                status = 0
            finally:
                os._exit(status)
        if killed < kills:
            time.sleep(rng.uniform(0.0, 0.4))
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code not in (0, -signal.SIGKILL):
            raise SystemExit(f"a writer failed after {killed} kills")
        killed += code != 0
        finished = code == 0
    economy = resume(folder)
    print(json.dumps([killed, *everything(economy)]))
    economy.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:5]))
