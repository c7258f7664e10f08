"""A process that has read all the code of the commands, and forks for each one: a command is a process still, without its start.

It is told of a command by a line of JSON (words, environment, files for what goes in and comes out) and answers with the exit code.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any, NoReturn

import starter

LIMIT = 120
"""Seconds a command may take."""


def command(asked: dict[str, Any]) -> NoReturn:
    """Be the command that is asked for, in a process just forked; what it raises ends the process as it would any."""
    signal.alarm(LIMIT)
    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, path, how in ((0, asked["given"], os.O_RDONLY), (1, asked["out"], os.O_WRONLY), (2, asked["err"], os.O_WRONLY)):
        os.dup2(os.open(path, how), number)
    sys.argv = [str(starter.__file__), *asked["words"]]
    starter.main()
    sys.exit(0)


def serve() -> None:
    """Fork for each command asked for, one after the other, until nobody asks any more."""
    asked = os.fdopen(os.dup(0), encoding="utf-8")
    while line := asked.readline():
        child = os.fork()
        if child == 0:
            command(json.loads(line))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(1, f"{code}\n".encode())


if __name__ == "__main__":
    serve()
