"""What a command prints: a result for people or as JSON, or one clear line on stderr and an exit code.

0 = done, 1 = looked and found something wrong, 2 = an error: refused, not understood, or a server away, 70 = a mistake of
ours. The stable code at the head of the line says which; `unavailable` is the one to ask again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from faces.process import CannotAsk, CannotStart, NotStarted, leave
from models.erasure import ERASURE_SENTENCES
from models.paper.refusal import PAPER_SENTENCES
from rules.digests import NoAlgorithm
from rules.labels import label
from service.errors import (
    ANSWERS,
    AccountRefused,
    ErasureRefused,
    NotStamped,
    PaperRefused,
    Refused,
    Unavailable,
    UnknownAffair,
    UnknownArrival,
    UnknownCase,
)
from service.watch import tracing
from store.backup.copies import NotCopied
from store.connect import StoreAway, StoreRefuses
from store.files import BadFile
from store.keyring.keys import KeyProblem
from store.schema import NewerSchema
from store.tls import BadAddress

if TYPE_CHECKING:
    from rich.progress import Progress

WRONG, REFUSED, INTERNAL = 1, 2, 70

# No markup: words of a case may hold brackets.
out = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 200)


def say(text: str = "", *, head: str = "", style: str = "bold", tail: str = "") -> None:
    """Print a line as it is, with its head set off; `tail` is dim."""
    out.print(Text.assemble((head, style), text, (tail, "dim")), soft_wrap=True)


def show(value: object, as_json: bool, human: Callable[[], None], *, indent: int | None = 2) -> None:
    """Print a result: as JSON alone, or in the words of `human`. Without indent it is one line, of several."""
    if as_json:
        sys.stdout.write(json.dumps(_plain(value), ensure_ascii=False, indent=indent) + "\n")
        sys.stdout.flush()
    else:
        human()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep a child process that starts in this block from writing on our stdout."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def table(title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> Table:
    """Return a table; None and empty cells are shown as a dash."""
    made = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    made.show_header = bool(rows)
    for row in rows:
        made.add_row(*("–" if cell is None or cell == "" else str(cell) for cell in row))
    return made


def bar() -> Progress:
    """Return a progress bar on stderr, so that stdout holds the result alone."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - few commands need it

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar; what is given is called with how many are done and of how many."""
    with bar() as drawn:
        task = drawn.add_task(title, total=None)
        yield lambda done, of: drawn.update(task, completed=done, total=of)


def fail(code: str, zh: str, en: str, *, as_json: bool, exit_code: int = REFUSED) -> NoReturn:
    """Say in one line why not, and leave."""
    if as_json:
        sys.stdout.write(json.dumps({"error": {"code": code, "zh": zh, "en": en}}, ensure_ascii=False) + "\n")
    sys.stderr.write(f"{code}: {zh} / {en}\n".replace("\n", " ").rstrip() + "\n")
    leave(exit_code)


def command(doing: Callable[[], Coroutine[Any, Any, int | None]], *, as_json: bool, again: str = "") -> NoReturn:
    """Run a command to its end; whatever goes wrong in a way we know becomes one line, never a traceback.

    `again` is what to ask again with, so that nothing is done twice.
    """
    import asyncio  # noqa: PLC0415 - only commands that talk to servers need a loop

    tracing.begin("jiefen-command", quiet=True)
    try:
        code = asyncio.run(_run(doing))
    except KeyboardInterrupt:
        leave(130)
    except Exception as error:
        if os.environ.get("JIEFEN_TRACEBACK"):
            raise
        word, zh, en = _told(error, again)
        fail(word, zh, en, as_json=as_json, exit_code=INTERNAL if word == "internal" else REFUSED)
    leave(code or 0)


OF_THE_PLACE: dict[type[Exception], tuple[str, str, str]] = {
    BadFile: ("bad_file", "文件有误", "The file can't be used"),
    KeyProblem: ("key_problem", "密钥有误", "The keys don't fit"),
    BadAddress: ("settings", "数据库地址有误", "The database's address can't be used"),
    StoreRefuses: ("store_refuses", "连不上数据库", "The database can't be used"),
    NotStarted: ("not_started", "尚未启动过", "Nothing has been started here yet"),
    CannotStart: ("settings", "设置有误", "A setting can't be used"),
    NotStamped: ("not_stamped", "锚定文件已生成，外部时间戳命令未成功", "The anchor is made; the site's command has not stamped it"),
    NotCopied: ("not_copied", "备份未成功", "There is no backup"),
    NoAlgorithm: ("no_algorithm", "本机不支持该摘要算法", "This installation can't reckon with this algorithm"),
}
"""What may be wrong with an instance itself: the code, and the sentence that the error's own words go on from."""


WHO: dict[str, tuple[str, str]] = {
    "who_needed": ("请用 --as 岗位@单位 说明由谁办理", "Say who asks with --as ROLE@UNIT"),
    "token_needed": (
        "此处不接受 --as，请在 JIEFEN_TOKEN 或 JIEFEN_TOKEN_FILE 中提供个人令牌",
        "--as is not taken at its word here: give a personal token in JIEFEN_TOKEN or JIEFEN_TOKEN_FILE",
    ),
    "token_wrong": ("令牌无效、已过期或已收回", "The token is not right, over, or taken back"),
    "token_scope": ("此令牌没有这项用途", "This token is not good for that"),
    "token_file": ("令牌文件无法读取", "The token's file can't be read"),
    "token_file_open": ("令牌文件只能由其所有者读取（chmod 600）", "The token's file has to be readable by its owner alone (chmod 600)"),
    "second_factor": ("此岗位必须使用动态验证码，请先在控制台设置", "This post needs a second factor: set one up in the console"),
    "as_not_taken": (
        "令牌属于另一岗位，请去掉 --as",
        "The token is of another post: leave --as out",
    ),
}
"""Why a command can't tell who asks."""


UNKNOWN: dict[type[Exception], tuple[str, str, str]] = {
    UnknownCase: ("unknown_case", "没有这个案件", "There is no such case"),
    UnknownAffair: ("unknown_affair", "没有这项事务", "There is no such affair"),
}
"""Records that are not there, or not for whoever asks."""


def _told(error: Exception, again: str) -> tuple[str, str, str]:
    """Return the code of an error and its sentence in both languages."""
    name = type(error).__name__
    told = (
        "internal",
        f"程序内部错误（{name}），设 JIEFEN_TRACEBACK=1 可看详情",
        f"Internal error ({name}), set JIEFEN_TRACEBACK=1 for more",
    )
    match error:
        case Refused(refusal=refusal):
            told = (str(refusal.code), refusal.zh, refusal.en)
        case AccountRefused(code=code):
            told = (str(code), *label("account_problem", code))
        case ErasureRefused() | PaperRefused():
            told = _refused(error)
        case UnknownArrival() | CannotAsk():
            word = str(error) if isinstance(error, CannotAsk) else "unknown_arrival"
            told = (word, *(WHO | ANSWERS)[word])
        case UnknownCase() | UnknownAffair():
            word, zh, en = UNKNOWN[type(error)]
            told = (word, f"{zh}：{_short(error)}", f"{en}: {_short(error)}")
        case BadFile() | KeyProblem() | CannotStart() | BadAddress() | StoreRefuses() | NotStamped() | NoAlgorithm() | NotCopied():
            word, zh, en = next(row for kind, row in OF_THE_PLACE.items() if isinstance(error, kind))
            told = (word, f"{zh}：{error}", f"{en}: {error}")
        case NewerSchema():
            told = ("newer_schema", "数据库由更新的版本建立，请升级程序", "The database was made by a newer version: upgrade the program")
        case Unavailable() | StoreAway():
            zh, en = (f"，并加上 {again}", f" with {again}") if again else ("", "")
            told = ("unavailable", f"暂无结果，请再试{zh}：{error}", f"Not known yet, ask again{en}: {error}")
        case _ if name == "DatabaseError":
            told = ("store_damaged", "数据库文件损坏，或不是本系统的", "The database file is damaged, or not ours")
    return told


def _refused(refused: ErasureRefused | PaperRefused) -> tuple[str, str, str]:
    if isinstance(refused, ErasureRefused):
        return (str(refused.code), *ERASURE_SENTENCES[refused.code])
    zh, en = PAPER_SENTENCES[refused.code]
    return (str(refused.code), f"{zh}：{refused.detail}", f"{en}: {refused.detail}") if refused.detail else (str(refused.code), zh, en)


async def _run(doing: Callable[[], Coroutine[Any, Any, int | None]]) -> int | None:
    import asyncio  # noqa: PLC0415 - as above

    # What a try that was given up leaves behind would be a traceback on stderr, after the one line that says it all.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    try:
        # The function that makes the command is called as the command is.
        with tracing.span(f"jiefen {doing.__qualname__.partition('.')[0].strip('_')}"):
            return await doing()
    finally:
        tracing.end()


def _short(error: BaseException) -> str:
    return str(error.args[0])[:40] if error.args else ""


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
