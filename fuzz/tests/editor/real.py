"""OpenHands' real editor behind lines of JSON: {"root": ..., "calls": [...]} in, a list of texts out.

What the package needs for office files and for linting is not installed and not asked for.
"""

import json
import logging
import sys
import types

logging.disable(logging.CRITICAL)


def stand_in(name: str, *classes: str) -> None:
    """A module whose classes do nothing, in place of one with large dependencies."""
    module = types.ModuleType(name)
    for class_name in classes:
        setattr(module, class_name, type(class_name, (), {}))
    sys.modules[name] = module


stand_in("openhands_aci.linter", "DefaultLinter")
stand_in("openhands_aci.editor.md_converter", "MarkdownConverter")

from openhands_aci.editor.editor import OHEditor  # noqa: E402
from openhands_aci.editor.exceptions import ToolError  # noqa: E402


def shown(editor: OHEditor, call: dict) -> str:
    """What a model reads of a call, as OpenHands' runtime hands it on."""
    try:
        result = editor(**call)
    except ToolError as error:
        return f"ERROR:\n{error.message}"
    if result.error:
        return f"ERROR:\n{result.error}"
    return result.output or ""


for line in sys.stdin:
    job = json.loads(line)
    editor = OHEditor(workspace_root=job["root"])
    print(json.dumps([shown(editor, call) for call in job["calls"]]), flush=True)
