"""The command line of Jiefen 解纷: `jiefen COMMAND …` or `python starter.py COMMAND …`. See `docs/commands.md`."""

from __future__ import annotations

import gc
import logging
import sys

# What is imported stays: looking for rubbish in it would take a fifth of a command's time.
gc.disable()

import typer  # noqa: E402

from faces import (  # noqa: E402
    cli_accounts,
    cli_affairs,
    cli_archive,
    cli_arrivals,
    cli_cases,
    cli_dwellings,
    cli_exports,
    cli_feeds,
    cli_handovers,
    cli_households,
    cli_inbox,
    cli_keys,
    cli_kpi,
    cli_messages,
    cli_orders,
    cli_papers,
    cli_place,
    cli_proof,
    cli_rehearse,
    cli_reports,
    cli_rounds,
    cli_rules,
    cli_up,
    cli_upkeep,
)
from faces.output import REFUSED, fail  # noqa: E402
from faces.process import configure_logs, leave  # noqa: E402

gc.freeze()
gc.enable()

app = typer.Typer(
    name="jiefen",
    help="解纷 Jiefen: disputes taken in at one stop, mediated as one package, followed along the full chain.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

USAGE: type[typer.BadParameter] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What a command line that can't be understood raises; typer names it only by its children."""

for module in (
    cli_up,
    cli_cases,
    cli_inbox,
    cli_affairs,
    cli_place,
    cli_rehearse,
    cli_rules,
    cli_upkeep,
    cli_accounts,
    cli_keys,
    cli_messages,
    cli_orders,
    cli_archive,
    cli_arrivals,
    cli_feeds,
    cli_dwellings,
    cli_handovers,
    cli_households,
    cli_rounds,
    cli_proof,
    cli_reports,
    cli_exports,
    cli_kpi,
    cli_papers,
):
    module.register(app)


def main() -> None:
    """Run a command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    # Libraries may log; results and errors of a command are printed, not logged.
    configure_logs("console", level=logging.WARNING)
    try:
        app(standalone_mode=False)
    except USAGE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stderr.write(f"{error.format_message()}\n")
            leave(REFUSED)
        text = error.format_message()
        fail("usage", f"命令有误：{text}", f"The command is not understood: {text}; see --help", as_json="--json" in sys.argv)
    except (typer.Abort, KeyboardInterrupt):
        leave(130)


if __name__ == "__main__":
    main()
