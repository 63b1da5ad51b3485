"""Starts workers that are meant to be killed.

    python worker_process.py CONNECTIONS

For every line on standard input it forks a worker, prints its process id, waits for its end and prints how it ended:
0, or minus the signal that killed it. Forked from a process that has loaded everything, a worker is at work at once.
"""

from __future__ import annotations

import os
import sys

import django


def main(connections: int) -> None:
    django.setup()
    from outreach.world import NOON

    from guanxi.outreach.worker import run_worker

    for _ in sys.stdin:
        if not (child := os.fork()):
            status = 1
            try:
                run_worker(once=True, connections=connections, now=lambda: NOON)
                status = 0
            finally:
                os._exit(status)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
