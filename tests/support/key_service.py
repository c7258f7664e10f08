"""A small key service: `python -m tests.support.key_service KEYFILE wrap|unwrap`, as `JIEFEN_MASTER_KEY_COMMAND` calls it.

It wraps with a key of its own, which it makes at its first use and which never leaves its file. Notes each call in KEYFILE.log.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


def main(path: Path, word: str) -> int:
    if not path.exists():
        path.write_bytes(Fernet.generate_key())
    with path.with_name(f"{path.name}.log").open("a") as log:
        log.write(f"{word}\n")
    service, given = Fernet(path.read_bytes()), sys.stdin.readline().strip().encode()
    try:
        sys.stdout.write(service.encrypt(given).decode() if word == "wrap" else service.decrypt(given).decode())
    except InvalidToken:
        sys.stderr.write("secret words of a key service\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
