"""Runs pytest for a reward, watches it from another process, and reports outside of the tree.

Started as `python3 -I runner.py PLAN`, PLAN being a JSON file or `-` for standard input. The nonce of
the plan stays in this process, which no other process of its user can read; the tests run in a child
that reports each test's start and end through a pipe. At the end the plan's `output` folder holds
`result.json`, and this process ends with the child's status.

Exit status 97: there was no way to run pytest; `result.json` says why under `fault`.
"""

import json
import os
import signal
import subprocess
import sys

JUNIT_BYTES = 64 << 20
FAULT = 97
WATCHED = ("_pytest", "pytest", "pluggy", "unittest", "builtins")
# Looking at all watched code takes milliseconds: it is done for each test file and after so many tests.
TESTS_PER_CHECK = 64
FUNCTION, BUILTIN = type(lambda: 0), type(len)


def forbid_inspection():
    """Keeps other processes of the same user out of this one's memory, and orphans within reach."""
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
        libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    except (ImportError, OSError, AttributeError):
        pass


def read_plan(place):
    if place == "-":
        return json.load(sys.stdin)
    with open(place, encoding="utf-8") as file:
        plan = json.load(file)
    try:
        os.unlink(place)
    except OSError:
        pass
    return plan


def child_environment(plan):
    """The environment without anything that makes Python, pytest or the loader run other code."""
    dropped = ("PYTHON", "PYTEST", "LD_", "COVERAGE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    kept.update(plan.get("environment", {}))
    kept.update(
        PYTHONHASHSEED=str(plan.get("seed", 0) % 4294967296),
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONNOUSERSITE="1",
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
    )
    return kept


def descendants():
    """Processes that this one's children left behind."""
    found = []
    try:
        for task in os.listdir("/proc/self/task"):
            with open("/proc/self/task/%s/children" % task, encoding="ascii") as file:
                found.extend(int(word) for word in file.read().split())
    except (OSError, ValueError):
        pass
    return found


def end_orphans():
    for _ in range(64):
        left = descendants()
        if not left:
            return
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            except OSError:
                pass


class Records:
    """Each test's outcome as the child told it while it ran."""

    def __init__(self):
        self.outcomes = {}
        self.ended = set()
        self.intrusions = []
        self.finished = False

    def add(self, line):
        try:
            event = json.loads(line)
            kind = event["event"]
            if kind == "intrusion":
                self.note(event["what"])
            elif kind == "finish":
                self.finished = True
            elif kind == "start":
                if event["id"] in self.outcomes:
                    self.note("%s ran twice" % event["id"])
                self.outcomes.setdefault(event["id"], "started")
            elif kind == "report":
                self.report(event["id"], event["when"], event["outcome"], event["xfail"])
            elif kind == "end":
                self.ended.add(event["id"])
                if self.outcomes.get(event["id"], "started") == "started":
                    self.outcomes[event["id"]] = "nothing"
        except (ValueError, KeyError, TypeError):
            self.note("a line on the runner's pipe that is none of its own")

    def note(self, what):
        if what not in self.intrusions and len(self.intrusions) < 64:
            self.intrusions.append(what)

    def report(self, test, when, outcome, xfail):
        if test not in self.outcomes or test in self.ended:
            self.note("%s was reported while it did not run" % test)
        word = outcome
        if xfail:
            word = "xfailed" if outcome == "skipped" else "xpassed"
        elif outcome == "failed" and when != "call":
            word = "error"
        if when == "call" or word not in ("passed", "xpassed"):
            before = self.outcomes.get(test, "started")
            if before in ("started", "passed", "xpassed"):
                self.outcomes[test] = word
            elif word != before:
                self.outcomes[test] = "error"

    def outcome_of_all(self):
        return {test: (word if test in self.ended else "started") for test, word in self.outcomes.items()}


def supervise(plan):
    forbid_inspection()
    output = plan["output"]
    junit_path = os.path.join(output, "junit.xml")
    reading, writing = os.pipe()
    told = {name: plan[name] for name in ("workdir", "arguments", "import_paths", "tests")}
    told["junit"] = junit_path
    command = [sys.executable, "-s", "-B", os.path.abspath(__file__), "--child", str(writing), json.dumps(told)]
    process = subprocess.Popen(
        command,
        cwd=plan["workdir"],
        env=child_environment(plan),
        stdin=subprocess.DEVNULL,
        pass_fds=(writing,),
    )
    os.close(writing)
    records = Records()
    pipe = os.fdopen(reading, "rb")
    # The pipe may outlive the child in a process that it left behind: the child's end counts.
    import threading

    reader = threading.Thread(target=lambda: [records.add(line) for line in pipe], daemon=True)
    reader.start()
    status = process.wait()
    end_orphans()
    reader.join(5)
    if status < 0:
        status = 128 - status
    result = {"version": 1, "exit": status, "finished": records.finished}
    try:
        with open(junit_path, "rb") as file:
            result["junit"] = file.read(JUNIT_BYTES).decode("utf-8", "replace")
    except OSError:
        result["junit"] = ""
    if status == FAULT and not records.outcomes:
        result["fault"] = "; ".join(records.intrusions) or "the child could not start"
    result["records"] = records.outcome_of_all()
    result["intrusions"] = records.intrusions
    result["nonce"] = plan["nonce"]
    part = os.path.join(output, "result.json.part")
    with open(part, "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(part, os.path.join(output, "result.json"))
    return status


class Watch:
    """Notices code of the runner that is no longer what it was before the tests came."""

    def __init__(self):
        self.seen = {}
        # pytest puts these in place of its own methods while it configures itself.
        legacy = vars(sys.modules.get("_pytest.legacypath", os)).values()
        self.own = [value for value in legacy if isinstance(value, FUNCTION)]
        for module_name, module in list(sys.modules.items()):
            if module_name.split(".")[0] in WATCHED and module is not None:
                self.remember(module_name, module)
        for name in ("exit", "settrace", "setprofile"):
            self.seen[sys, name] = ("sys.%s" % name, getattr(sys, name), None)
        self.seen[os, "_exit"] = ("os._exit", os._exit, None)

    def remember(self, module_name, module):
        for name, value in list(vars(module).items()):
            if isinstance(value, type):
                self.seen[module, name] = ("%s.%s" % (module_name, name), value, None)
                if getattr(value, "__module__", None) == module_name and module_name != "builtins":
                    for inner, part in list(vars(value).items()):
                        function = getattr(part, "__func__", part)
                        if isinstance(function, FUNCTION):
                            label = "%s.%s.%s" % (module_name, name, inner)
                            self.seen[value, inner] = (label, part, function.__code__)
            elif isinstance(value, (FUNCTION, BUILTIN)):
                label = "%s.%s" % (module_name, name)
                self.seen[module, name] = (label, value, getattr(value, "__code__", None))

    def changes(self):
        for (owner, name), (label, value, code) in self.seen.items():
            now = vars(owner).get(name)
            if now is not value and not any(now is own for own in self.own):
                yield "%s was replaced" % label
            elif now is value and code is not None and getattr(now, "__func__", now).__code__ is not code:
                yield "%s has other code" % label


class Audit:
    """Notices code of the tree that reads the tests or takes hold of the interpreter while they run.

    The tests, `conftest.py` files and pytest itself may; so may whoever prints a traceback or a warning, which shows
    lines of tests. Python calls this for each audited event, and code of the tree cannot take it away.
    """

    HOLDS = ("gc.get_objects", "gc.get_referrers", "sys.settrace", "sys.setprofile")
    STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
    SHOWS = ("traceback.py", "warnings.py", "logging/__init__.py", "doctest.py", "unittest/case.py")

    def __init__(self, send, workdir, tests, output):
        self.send, self.prefix = send, workdir + os.sep
        self.tests = {os.path.join(workdir, test) for test in tests}
        self.names = {os.path.basename(test) for test in tests}
        self.output = output + os.sep
        self.library = os.path.dirname(os.__file__)
        self.frame, self.busy, self.seen = sys._getframe, False, set()

    def __call__(self, event, arguments):
        if event != "open" and event not in self.HOLDS and event not in self.STARTS:
            return
        if self.busy:
            return
        self.busy = True
        try:
            what = self.what(event, arguments)
            if what:
                culprit = self.culprit(self.frame(1))
                if culprit and (culprit, what) not in self.seen:
                    self.seen.add((culprit, what))
                    self.send({"event": "intrusion", "what": "%s %s" % (culprit, what)})
        except Exception:  # a program under test must not fail because it is watched
            pass
        finally:
            self.busy = False

    def what(self, event, arguments):
        if event in self.HOLDS:
            return "called %s" % event
        if event in self.STARTS:
            text = repr(arguments)
            named = [name for name in sorted(self.names) if name in text]
            return "started a program with %s" % named[0] if named else None
        place = arguments[0]
        if isinstance(place, bytes):
            place = os.fsdecode(place)
        if not isinstance(place, str):
            return None
        if os.path.basename(place) in self.names and os.path.abspath(place) in self.tests:
            return "opened a test file"
        return "opened the runner's output" if os.path.abspath(place).startswith(self.output) else None

    def culprit(self, frame):
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(self.prefix):
                is_test = file in self.tests or os.path.basename(file) == "conftest.py"
                return None if is_test else os.path.relpath(file, self.prefix)
            if file.startswith(self.library):
                if file.endswith(self.SHOWS):
                    return None
                inside = file[len(self.library) + 1 :].split(os.sep)
                if inside[0] == "site-packages" and inside[1] in ("_pytest", "pluggy", "pytest"):
                    return None
            frame = frame.f_back
        return None


def function_of(item):
    found = getattr(item, "obj", None)
    return getattr(found, "__func__", found)


def recorder(send, watch, workdir, named):
    """A pytest plugin that tells of each test, made before the tests' code is imported."""
    import pytest

    class Recorder:
        config = None
        functions = {}
        file = None
        since_check = 0

        def check(self):
            self.since_check = 0
            for change in watch.changes():
                send({"event": "intrusion", "what": change})

        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(self, config):
            self.config = config

        @pytest.hookimpl(trylast=True)
        def pytest_collection_finish(self, session):
            self.functions = {item.nodeid: (item, function_of(item)) for item in session.items}

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logstart(self, nodeid):
            send({"event": "start", "id": nodeid})
            self.check_function(nodeid)

        def check_function(self, nodeid):
            item, collected = self.functions.get(nodeid, (None, None))
            now = function_of(item)
            code = getattr(now, "__code__", None)
            if now is not collected and code is not None and code.co_filename.startswith(workdir + os.sep):
                send({"event": "intrusion", "what": "%s runs another function than was collected" % nodeid})

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logreport(self, report):
            xfail = hasattr(report, "wasxfail")
            send(
                {"event": "report", "id": report.nodeid, "when": report.when, "outcome": report.outcome, "xfail": xfail}
            )

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logfinish(self, nodeid):
            send({"event": "end", "id": nodeid})
            self.since_check += 1
            file = nodeid.partition("::")[0]
            if file != self.file or self.since_check == TESTS_PER_CHECK:
                self.file = file
                self.check()

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(self):
            self.check()
            self.check_plugins()
            send({"event": "finish"})

        def check_plugins(self):
            manager = self.config.pluginmanager
            expected = set(named)
            for plugin in manager.get_plugins():
                wanted = getattr(plugin, "pytest_plugins", ())
                expected.update([wanted] if isinstance(wanted, str) else wanted)
            for name, plugin in manager.list_name_plugin():
                if plugin is None or plugin is self or name in expected:
                    continue
                module = plugin if hasattr(plugin, "__file__") else sys.modules.get(type(plugin).__module__)
                place = os.path.realpath(getattr(module, "__file__", None) or "/")
                inside = place.startswith(workdir + os.sep)
                if inside and os.path.basename(place) != "conftest.py":
                    send({"event": "intrusion", "what": "a plugin of the tree: %s" % os.path.relpath(place, workdir)})

    return Recorder()


def named_plugins(arguments):
    return [after for before, after in zip(arguments, arguments[1:]) if before == "-p"]


def child(descriptor, told):
    leave, flush = os._exit, sys.stdout.flush
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry not in ("", here)]
    pipe = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
    encode = json.JSONEncoder().encode

    def send(event):
        pipe.write(encode(event) + "\n")

    try:
        import importlib

        import pytest
        from _pytest import config as settings
    except ImportError as error:
        send({"event": "intrusion", "what": "no pytest: %s" % error})
        leave(FAULT)
    for name in getattr(settings, "default_plugins", ()):
        try:
            importlib.import_module("_pytest." + name)
        except ImportError:
            pass
    for name in ("unittest", "unittest.case", "unittest.mock", "_pytest.assertion.util", "_pytest.assertion.rewrite"):
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    workdir = os.path.realpath(told["workdir"])
    watch = Watch()
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(Audit(send, workdir, told["tests"], os.path.dirname(told["junit"])))
    plugin = recorder(send, watch, workdir, named_plugins(told["arguments"]))
    # Behind everything else: a module of the tree never takes the place of an installed one.
    wanted = [os.path.normpath(os.path.join(workdir, entry)) for entry in told["import_paths"]]
    sys.path.extend(entry for entry in wanted if os.path.isdir(entry) and entry not in sys.path)
    own = ["--rootdir=" + workdir, "-p", "no:cacheprovider", "-o", "junit_family=xunit1", "--junitxml=" + told["junit"]]
    sys.argv[:] = ["pytest"] + own + told["arguments"]
    status = pytest.main(own + told["arguments"], plugins=[plugin])
    for change in watch.changes():
        send({"event": "intrusion", "what": change})
    pipe.flush()
    flush()
    # Not through exit handlers: those belong to the tests.
    leave(int(status))


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        child(int(sys.argv[2]), json.loads(sys.argv[3]))
    sys.exit(supervise(read_plan(sys.argv[1])))
