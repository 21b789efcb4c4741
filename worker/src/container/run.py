"""The main process of a pytest run: starts pytest on the worker's terms and reports outside of the tree.

Started as `python3 -s FOLDER/run.py`. Beside it lies settings.json: the folder of the repository, pytest's
arguments, the nonce, and the variables of the environment that are the image's and not ours.
"""
import json
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def main():
    with open(os.path.join(FOLDER, "settings.json"), encoding="utf-8") as file:
        settings = json.load(file)
    for name in settings["cleared"]:
        os.environ.pop(name, None)
    os.chdir(settings["workdir"])
    # The folder of a script comes first on the path; nothing of ours may shadow what tests import.
    sys.path[:] = [entry for entry in sys.path if entry != FOLDER]
    sys.argv[:] = ["pytest"]
    import pytest

    status = int(pytest.main(settings["arguments"]))
    # Written only when pytest itself came to its end: a test that ends the process leaves none.
    with open(os.path.join(FOLDER, "report", "nonce"), "w", encoding="utf-8") as file:
        file.write(settings["nonce"])
    return status


if __name__ == "__main__":
    sys.exit(main())
