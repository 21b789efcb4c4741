"""Starts the grader's runner with its output in memory, and hands its result out through one file.

Started as `python3 -I FOLDER/start.py`. What tests can write on a disk are the files in FOLDER/report, which were
put there beforehand in a folder that they cannot write: their number is fixed and their size has a limit.
"""
import json
import os
import runpy
import shutil
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
PLAN = os.path.join(FOLDER, "report", "plan.json")
RESULT = os.path.join(FOLDER, "report", "result.json")


def main():
    with open(PLAN, encoding="utf-8") as file:
        given = json.load(file)
    # The nonce is in it; the file itself cannot go.
    os.truncate(PLAN, 0)
    for name in set(os.environ) - set(given["variables"]):
        del os.environ[name]
    plan = given["plan"]
    plan["output"] = tempfile.mkdtemp(prefix="report-", dir=plan["output"])
    place = os.path.join(plan["output"], "plan.json")
    with open(place, "w", encoding="utf-8") as file:
        json.dump(plan, file)
    runner = os.path.join(FOLDER, "runner.py")
    sys.argv[:] = [runner, place]
    try:
        runpy.run_path(runner, run_name="__main__")
    finally:
        result = os.path.join(plan["output"], "result.json")
        if os.path.exists(result):
            # The file stays the one that was put there.
            with open(result, "rb") as source, open(RESULT, "r+b") as target:
                shutil.copyfileobj(source, target)


if __name__ == "__main__":
    main()
