"""The editors of Anthropic's reference tools and of SWE-agent 1.x, written down from what was published of their
behaviour and apart from Sparring's code: {"root", "flavor", "calls"} in, a list of texts out, one line of JSON each.
"""

import json
import os
import subprocess
import sys

LIMIT = 16000
CLIPPED = (
    "<response clipped><NOTE>To save on context only part of this file has been shown to you. You should retry this "
    "tool after you have searched inside the file with `grep -n` in order to find the line numbers of what you are "
    "looking for.</NOTE>"
)


class Complaint(Exception):
    """What the tool answers instead of a result."""


def cat(text, what, first=1):
    if len(text) > LIMIT:
        text = text[:LIMIT] + CLIPPED
    rows = [f"{number:6}\t{line}" for number, line in enumerate(text.expandtabs().split("\n"), first)]
    return f"Here's the result of running `cat -n` on {what}:\n" + "\n".join(rows) + "\n"


class Model:
    def __init__(self, root, flavor):
        self.root, self.agent, self.versions = root, flavor == "swe-agent-editor", {}

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def write(self, path, text):
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def call(self, command, path, **rest):
        if not path.startswith("/"):
            near = os.path.join(self.root, path) if self.agent else path
            raise Complaint(
                f"The path {path} is not an absolute path, it should start with `/`. Maybe you meant {near}?"
            )
        there = os.path.exists(path)
        if command == "create" and there:
            raise Complaint(f"File already exists at: {path}. Cannot overwrite files using command `create`.")
        if command != "create" and not there:
            raise Complaint(f"The path {path} does not exist. Please provide a valid path.")
        if os.path.isdir(path) and command != "view":
            raise Complaint(f"The path {path} is a directory and only the `view` command can be used on directories")
        return getattr(self, command)(path, **rest)

    def view(self, path, view_range=None):
        if os.path.isdir(path):
            if view_range:
                raise Complaint("The `view_range` parameter is not allowed when `path` points to a directory.")
            found = subprocess.run(
                ["find", path, "-maxdepth", "2", "-not", "-path", "*/.*"], capture_output=True, text=True, check=True
            )
            # Sparring lists in sorted order, each directory's entries below it.
            rows = sorted(found.stdout.splitlines(), key=lambda row: row.split("/"))
            listing = "".join(f"{row}\n" for row in rows)
            return (
                f"Here's the files and directories up to 2 levels deep in {path}, excluding hidden items:\n{listing}\n"
            )
        lines, first = self.read(path).split("\n"), 1
        if view_range:
            first, last = view_range
            problem, count = f"Invalid `view_range`: {view_range}. ", len(lines)
            if not 1 <= first <= count:
                raise Complaint(
                    f"{problem}Its first element `{first}` should be within the range of lines of the file: "
                    f"{[1, count]}"
                )
            if last > count:
                raise Complaint(
                    f"{problem}Its second element `{last}` should be smaller than the number of lines in the file: "
                    f"`{count}`"
                )
            if last != -1 and last < first:
                raise Complaint(
                    f"{problem}Its second element `{last}` should be larger or equal than its first `{first}`"
                )
            lines = lines[first - 1 : None if last == -1 else last]
        return cat("\n".join(lines), path, first)

    def create(self, path, file_text):
        if self.agent and not os.path.exists(os.path.dirname(path)):
            raise Complaint(f"The parent directory {os.path.dirname(path)} does not exist. Please create it first.")
        self.write(path, file_text)
        self.versions.setdefault(path, []).append(file_text)
        return f"File created successfully at: {path}"

    def str_replace(self, path, old_str, new_str=""):
        text, old, new = self.read(path).expandtabs(), old_str.expandtabs(), new_str.expandtabs()
        hits = text.count(old)
        if hits == 0:
            raise Complaint(f"No replacement was performed, old_str `{old}` did not appear verbatim in {path}.")
        if hits > 1:
            rows = [number for number, line in enumerate(text.split("\n"), 1) if old in line]
            raise Complaint(
                f"No replacement was performed. Multiple occurrences of old_str `{old}` in lines {rows}. Please "
                "ensure it is unique"
            )
        if self.agent and old == new:
            raise Complaint(f"No replacement was performed, old_str `{old}` is the same as new_str `{new}`.")
        edited = text.replace(old, new)
        self.write(path, edited)
        self.versions.setdefault(path, []).append(text)
        row = text[: text.index(old)].count("\n")
        if self.agent:
            start, end = max(1, row - 4), min(row + 4 + new.count("\n"), len(edited.splitlines()))
        else:
            start, end = max(0, row - 4) + 1, row + 4 + new.count("\n") + 1
        part = "\n".join(edited.split("\n")[start - 1 : end])
        return (
            f"The file {path} has been edited. {cat(part, f'a snippet of {path}', start)}Review the changes and make "
            "sure they are as expected. Edit the file again if necessary."
        )

    def insert(self, path, insert_line, new_str):
        text, new = self.read(path).expandtabs(), new_str.expandtabs()
        lines = text.split("\n")
        if not 0 <= insert_line <= len(lines):
            raise Complaint(
                f"Invalid `insert_line` parameter: {insert_line}. It should be within the range of lines of the file: "
                f"{[0, len(lines)]}"
            )
        added = new.split("\n")
        self.write(path, "\n".join(lines[:insert_line] + added + lines[insert_line:]))
        self.versions.setdefault(path, []).append(text)
        part = lines[max(0, insert_line - 4) : insert_line] + added + lines[insert_line : insert_line + 4]
        shown = cat("\n".join(part), "a snippet of the edited file", max(1, insert_line - 3))
        return (
            f"The file {path} has been edited. {shown}Review the changes and make sure they are as expected (correct "
            "indentation, no duplicate lines, etc). Edit the file again if necessary."
        )

    def undo_edit(self, path):
        if self.agent or not self.versions.get(path):
            raise Complaint(f"No edit history found for {path}.")
        text = self.versions[path].pop()
        self.write(path, text)
        return f"Last edit to {path} undone successfully. {cat(text, path)}"


for line in sys.stdin:
    job = json.loads(line)
    model, answers = Model(job["root"], job["flavor"]), []
    for call in job["calls"]:
        try:
            answers.append(model.call(**call))
        except Complaint as complaint:
            answers.append(str(complaint))
    print(json.dumps(answers), flush=True)
