#!/usr/bin/env python3
"""Sparring beside its peers on one repository: what a step costs, and whether it prints what the real tools print.

    pip install bashkit==0.20.1 swe-rex==1.4.0
    cargo build --release
    python3 benches/peers/compare.py [--repo DIR] [--rounds N] [--json]

Every peer answers the same commands on the same files in the same run:

- real:     GNU tools, a new `bash -c` for each step, as a harness without a container does it
- swe-rex:  its local runtime, a `bash` that stays (no Docker: a container adds to this)
- bashkit:  its virtual shell, the files given to it at the start
- sparring: `sparring session`, one process, JSON lines over a pipe; `step` is what the session itself reports
            as `step_us`, `pipe` is what the caller waits, digest and JSON included

A peer that is not installed is named and left out. Times are medians in microseconds. `equal` counts the commands
whose output is byte for byte what the real tools print when they walk folders in the order of their names; commands
whose real output depends on that order end in `sort`.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What agents type most, in about the proportions of recorded runs: searches, views, listings, pipelines.
COMMANDS = [
    "ls",
    "pwd && ls json | head -5",
    "cat json/decoder.py",
    "head -n 40 argparse.py",
    "sed -n '100,160p' argparse.py",
    "nl -ba textwrap.py | sed -n '20,60p'",
    "tail -n 20 dataclasses.py",
    "wc -l *.py | tail -n 1",
    "grep -n 'def ' textwrap.py",
    "grep -rn 'raise NotImplementedError' --include='*.py' . | sort | head -n 20",
    "grep -rlE 'class [A-Z]\\w+Error' . | sort | head -n 20",
    "grep -c import argparse.py",
    "find . -name '*decoder*' | sort",
    "find json -type f -size -40k | sort",
    "cat json/__init__.py | tr -s ' ' '\\n' | sort | uniq -c | sort -rn | head -n 5",
    "cut -d: -f1 textwrap.py | head -n 30",
    "echo \"$(ls json | wc -l) files\"",
    "for f in json/*.py; do echo \"$f: $(wc -l < \"$f\")\"; done",
    "test -f setup.py && echo yes || echo no",
    "cat missing.py",
]


def python_library(folder: Path) -> None:
    """The machine's own Python library without site-packages and tests: what `sparring demo` takes."""
    source = sysconfig.get_paths()["stdlib"]
    left_out = shutil.ignore_patterns("site-packages", "test", "tests", "__pycache__", "*.so", "*.a", "config-*", "lib2to3")
    shutil.copytree(source, folder, ignore=left_out, symlinks=True)


class Real:
    name = "real"

    def __init__(self, repo: Path) -> None:
        self.repo = repo

    def step(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.repo,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/root"},
        )
        return done.stdout.decode("utf-8", "replace")

    def close(self) -> None:
        pass


class Bashkit:
    name = "bashkit"

    def __init__(self, repo: Path) -> None:
        import bashkit

        files = {}
        for path in sorted(repo.rglob("*")):
            if path.is_file():
                try:
                    files[str(path)] = path.read_text()
                except UnicodeDecodeError:
                    continue  # The peer takes text only.
        self.repo = repo
        self.shell = bashkit.Bash(cwd=str(repo), files=files, max_commands=10_000_000, max_loop_iterations=10_000_000)

    def step(self, command: str) -> str:
        result = self.shell.execute_sync(f"cd {self.repo}; {command}")
        return result.stdout + result.stderr

    def close(self) -> None:
        pass


class SweRex:
    name = "swe-rex"

    def __init__(self, repo: Path) -> None:
        from swerex.runtime.abstract import BashAction, CreateBashSessionRequest
        from swerex.runtime.local import LocalRuntime

        self.action = BashAction
        self.loop = asyncio.new_event_loop()
        self.runtime = LocalRuntime()
        self.loop.run_until_complete(self.runtime.create_session(CreateBashSessionRequest()))
        self.step(f"export LC_ALL=C.UTF-8; cd {repo}")

    def step(self, command: str) -> str:
        action = self.action(command=command, check="silent")
        observation = self.loop.run_until_complete(self.runtime.run_in_session(action))
        return observation.output

    def close(self) -> None:
        self.loop.run_until_complete(self.runtime.close())


class Sparring:
    name = "sparring"

    def __init__(self, repo: Path) -> None:
        binary = Path(os.environ.get("SPARRING_BINARY", ROOT / "target/release/sparring"))
        if not binary.exists():
            raise FileNotFoundError(f"{binary} is missing; run `cargo build --release`, or set SPARRING_BINARY")
        # The profile `plain` shows a command's output and nothing else.
        arguments = [binary, "session", "--repo", repo, "--root", repo, "--profile", "plain"]
        self.child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.step_us = 0.0
        self.step("true")

    def step(self, command: str) -> str:
        line = json.dumps({"tool": "bash", "arguments": {"command": command}})
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        answer = json.loads(self.child.stdout.readline())
        self.step_us = answer["step_us"]
        return answer["observation"]

    def close(self) -> None:
        self.child.stdin.close()
        self.child.wait()


def words(text: str) -> str:
    """What has to be equal: all but the line ends of swe-rex's terminal and blank lines around the output."""
    return text.replace("\r\n", "\n").strip("\n")


def measure(peer, rounds: int):
    rows = []
    for command in COMMANDS:
        times, inside = [], []
        for _ in range(rounds):
            start = time.perf_counter()
            output = peer.step(command)
            times.append((time.perf_counter() - start) * 1e6)
            inside.append(getattr(peer, "step_us", 0.0))
        rows.append({"output": output, "us": statistics.median(times), "step_us": statistics.median(inside)})
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", type=Path, help="a folder; default: this Python's own library")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        repo = Path(temporary) / "testbed"
        if arguments.repo:
            shutil.copytree(arguments.repo, repo, symlinks=True)
        else:
            python_library(repo)
        results, start_ms, memory_mib = {}, {}, {}
        for kind in (Real, SweRex, Bashkit, Sparring):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            start = time.perf_counter()
            try:
                peer = kind(repo)
            except ImportError as error:
                print(f"NOT MEASURED: {kind.name} is not installed ({error})", file=sys.stderr)
                continue
            start_ms[kind.name] = (time.perf_counter() - start) * 1e3
            memory_mib[kind.name] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            results[kind.name] = measure(peer, arguments.rounds)
            peer.close()

    real = results["real"]
    summary = {}
    for name, rows in results.items():
        equal = sum(words(row["output"]) == words(truth["output"]) for row, truth in zip(rows, real))
        summary[name] = {"median_us": statistics.median(row["us"] for row in rows), "equal": equal}
    summary["sparring"]["median_step_us"] = statistics.median(row["step_us"] for row in results["sparring"])
    if arguments.json:
        table = [
            {"command": command} | {name: rows[index]["us"] for name, rows in results.items()}
            for index, command in enumerate(COMMANDS)
        ]
        print(json.dumps({"commands": table, "summary": summary, "start_ms": start_ms, "rounds": arguments.rounds}))
        return 0

    names = [name for name in ("real", "swe-rex", "bashkit", "sparring") if name in results]
    print(f"{'command':<64}" + "".join(f"{name:>12}" for name in names) + f"{'step':>10}")
    for index, command in enumerate(COMMANDS):
        shown = command if len(command) <= 62 else command[:59] + "..."
        marks = "".join(
            f"{results[name][index]['us']:>11.0f}"
            + ("" if words(results[name][index]["output"]) == words(real[index]["output"]) else "*").rjust(1)
            for name in names
        )
        print(f"{shown:<64}{marks}{results['sparring'][index]['step_us']:>10.0f}")
    print("* output differs from the real tools'\n")
    print(f"{'peer':<12}{'median us':>12}{'beside sparring':>18}{'equal':>10}{'start ms':>12}{'memory MiB':>12}")
    ours = summary["sparring"]["median_us"]
    for name in names:
        row = summary[name]
        ratio = row["median_us"] / ours
        print(
            f"{name:<12}{row['median_us']:>12.0f}{ratio:>17.1f}x{row['equal']:>7}/{len(COMMANDS)}"
            f"{start_ms[name]:>12.1f}{memory_mib[name]:>12.1f}"
        )
    print(f"sparring's own step: {summary['sparring']['median_step_us']:.0f} us")
    print("memory: what this process grew by; real, swe-rex and sparring keep theirs in a child")
    return 0


if __name__ == "__main__":
    sys.exit(main())
