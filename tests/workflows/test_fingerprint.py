"""What each workflow tells the server to do, in the order of its code. A change here is a change for every running case.

Replay tests see it only where a recorded run goes that way; this sees every way. `python -m tests.workflows.test_fingerprint`
writes the baseline anew.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASELINE = Path(__file__).with_name("fingerprints.json")

COMMANDS = frozenset(
    {
        *("execute_activity", "start_activity", "execute_activity_method", "execute_local_activity", "start_local_activity"),
        *("execute_child_workflow", "start_child_workflow", "wait_condition", "sleep", "continue_as_new", "upsert_search_attributes"),
        *("upsert_memo", "patched", "deprecate_patch", "signal", "cancel", "get_external_workflow_handle", "random", "uuid4", "now"),
    }
)
"""Calls that reach history, or that replay has to answer in the same way. Times and chance are among them."""

TIMED = frozenset({"timeout", "start_to_close_timeout", "retry_policy"})
"""Their values are part of it: replay does not notice another limit (traps 0.7)."""

ADVICE = """
{name} tells the server something else, or in another order, than the baseline says:

  was  {was}
  is   {now}

Every running case replays its history through this code. A command added, taken away or moved fails those that have passed the
place: their workflow task fails until somebody acts.

- Does `starter.py replay --check`, against a server with running cases, pass? Then write the baseline anew:
      python -m tests.workflows.test_fingerprint
- Does it fail? Then say in the commit that these cases start again from the record (`starter.py replay --restart`), write the
  baseline anew, and record the histories anew: `make histories`. No `workflow.patched` thicket: design 11.6.
"""


def fingerprint(path: Path) -> dict[str, list[str]]:
    """The ordered commands of each method of each workflow in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for kind in (node for node in tree.body if isinstance(node, ast.ClassDef) and _decorated(node)):
        for method in kind.body:
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                commands = list(_commands(method))
                if commands:
                    found[f"{kind.name}.{method.name}"] = commands
    return found


def _decorated(node: ast.ClassDef) -> bool:
    """Whether a class is a workflow, or a part that workflows are made of: the shell, or what stands on it."""
    decorated = any("workflow.defn" in ast.unparse(decorator) for decorator in node.decorator_list)
    return decorated or any(ast.unparse(base).startswith(("ABC", "Shell[")) for base in node.bases)


def _commands(method: ast.AST) -> Iterator[str]:
    calls = [node for node in ast.walk(method) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func
        if isinstance(name, ast.Attribute) and name.attr in COMMANDS and ast.unparse(name.value) == "workflow":
            what = ast.unparse(call.args[0]) if call.args and "activity" in name.attr else ""
            limits = [f"{word.arg}={ast.unparse(word.value)}" for word in call.keywords if word.arg in TIMED]
            yield f"{name.attr}({', '.join([*([what] if what else []), *limits])})"


def everything() -> dict[str, dict[str, list[str]]]:
    """Fingerprints of all files in workflows/ that define one."""
    found = {path.stem: fingerprint(path) for path in sorted((ROOT / "workflows").glob("*.py"))}
    return {name: commands for name, commands in found.items() if commands}


def test_workflows_tell_the_server_what_they_told_it_before() -> None:
    was = json.loads(BASELINE.read_text(encoding="utf-8"))
    now = everything()
    for name in sorted({*was, *now}):
        for method in sorted({*was.get(name, {}), *now.get(name, {})}):
            before, after = was.get(name, {}).get(method, []), now.get(name, {}).get(method, [])
            assert before == after, ADVICE.format(name=f"workflows/{name}.py {method}", was=before or "nothing", now=after or "nothing")


def test_a_moved_command_is_seen(tmp_path: Path) -> None:
    text = (ROOT / "workflows" / "shell.py").read_text(encoding="utf-8")
    changed = tmp_path / "shell.py"
    changed.write_text(text.replace("retry_policy=policies.ONCE", "retry_policy=policies.FOREVER"), encoding="utf-8")
    assert fingerprint(changed) != fingerprint(ROOT / "workflows" / "shell.py")


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(everything(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
