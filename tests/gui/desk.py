# SPDX-License-Identifier: Apache-2.0
"""A desktop of its own for the application under test: display, session bus, window manager, home.

The application is driven as a person drives it, by pointer and keys (xdotool); where things are it
says itself through the action `inspect-state`, and what it calls them, AT-SPI does.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

APPLICATION = "org.faltung.Faltung"
NEEDED = ["Xvfb", "xdotool", "dbus-daemon", "gapplication", "import", "openbox", "xcompmgr"]

OPENBOX = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <applications>
    <application class="*" type="normal"><decor>no</decor><maximized>yes</maximized></application>
    <application name="file-source"><maximized>no</maximized><layer>above</layer></application>
  </applications>
</openbox_config>
"""


def missing():
    """What the tests need and this machine has not."""
    return [program for program in NEEDED if shutil.which(program) is None]


class Desk:
    """One display with a session around it."""

    def __init__(self, width=1280, height=800, dark=False, scale=1, environment=None):
        self.processes = []
        self.size = (width, height)
        self.folder = tempfile.mkdtemp(prefix="faltung-gui-")
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key in ("PATH", "LANG", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS",
                       "UBSAN_OPTIONS", "FALTUNG_DATA_PATH", "FALTUNG_EXPERIMENTS")
        }
        self.environment.update(
            LANG="C.UTF-8",
            HOME=self.folder,
            XDG_RUNTIME_DIR=self.path("runtime"),
            XDG_DATA_HOME=self.path("share"),
            XDG_CONFIG_HOME=self.path("config"),
            XDG_CACHE_HOME=self.path("cache"),
            XDG_STATE_HOME=self.path("state"),
            GSETTINGS_BACKEND="memory",
            G_DEBUG="fatal-warnings",
            GDK_BACKEND="x11",
            GSK_RENDERER="cairo",
            GDK_SCALE=str(scale),
            FALTUNG_GUI_TEST="1",
            NO_AT_BRIDGE="0",
        )
        if dark:
            self.environment["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"
        self.environment.update(environment or {})
        for name in ("runtime", "share", "config", "cache", "state"):
            os.makedirs(self.path(name), mode=0o700)
        os.mkdir(self.path("state", "faltung"))
        with open(self.path("state", "faltung", "tour"), "w", encoding="utf-8"):
            pass  # the guided first minute has been seen
        self.start_display(width, height)
        self.start_bus()
        with open(self.path("openbox.xml"), "w", encoding="utf-8") as file:
            file.write(OPENBOX)
        self.start(["openbox", "--config-file", self.path("openbox.xml")])
        self.start(["xcompmgr"])

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, command, **options):
        with open(self.path("log"), "ab") as log:
            process = subprocess.Popen(
                command, env=self.environment, stdout=options.pop("stdout", log), stderr=log,
                **options)
        self.processes.append(process)
        return process

    def start_display(self, width, height):
        read, write = os.pipe()
        self.start(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24",
                    "-nolisten", "tcp"], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as numbers:
            self.environment["DISPLAY"] = ":" + numbers.readline().strip()

    def start_bus(self):
        daemon = self.start(["dbus-daemon", "--session", "--nofork", "--print-address"],
                            stdout=subprocess.PIPE)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = daemon.stdout.readline().decode().strip()

    def run(self, *command):
        return subprocess.run(command, env=self.environment, check=True, capture_output=True,
                              text=True, timeout=60).stdout

    # --- the application ---

    def launch(self, program, *arguments, cwd=None):
        # where there is nothing to point at: a tooltip would be the window that is sized
        self.run("xdotool", "mousemove", str(self.size[0] - 1), str(self.size[1] - 1))
        self.application = self.start([program, *arguments], cwd=cwd or self.folder)
        self.wait(lambda state: state["windows"], "a window")
        self.fill_screen()
        return self.application

    def fill_screen(self):
        """The window from corner to corner, so that its pixels are those of the screen."""
        windows = self.run("xdotool", "search", "--onlyvisible", "--pid",
                           str(self.application.pid)).split()
        for window in windows[:1]:
            self.run("xdotool", "windowmove", window, "0", "0")
            self.run("xdotool", "windowsize", window, str(self.size[0]), str(self.size[1]))
        time.sleep(0.3)
        self.settle()

    def settle(self):
        """Until everything is where it was a moment ago: a place that moves is missed by a click."""
        before = None
        for _ in range(20):
            state = self.state()
            if state == before:
                return
            before = state
            time.sleep(0.1)

    def state(self):
        path = self.path("state.json")
        if os.path.exists(path):
            os.unlink(path)
        if self.application.poll() is not None:
            raise AssertionError("the application has ended:\n" + self.log())
        subprocess.run(["gapplication", "action", APPLICATION, "inspect-state", f"'{path}'"],
                       env=self.environment, capture_output=True, timeout=60, check=False)
        for _ in range(200):
            try:
                with open(path, encoding="utf-8") as file:
                    return json.load(file)
            except FileNotFoundError:
                time.sleep(0.02)
        return {"windows": []}

    def window(self):
        return self.state()["windows"][0]

    def wait(self, true, what, seconds=int(os.environ.get("FALTUNG_GUI_PATIENCE", "60"))):
        """Until the state fulfils `true`; it is asked again as often as it takes."""
        end = time.monotonic() + seconds
        while True:
            state = self.state()
            try:
                if true(state):
                    return state
            except (KeyError, IndexError):
                pass
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come; state: "
                                     + json.dumps(state, indent=1)[:4000] + "\n" + self.log())
            time.sleep(0.1)

    def wait_window(self, true, what, seconds=int(os.environ.get("FALTUNG_GUI_PATIENCE", "60"))):
        return self.wait(lambda state: true(state["windows"][0]), what, seconds)["windows"][0]

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    # --- pointer and keys ---

    def scale(self):
        return int(self.environment["GDK_SCALE"])

    def move(self, x, y):
        scale = self.scale()
        self.run("xdotool", "mousemove", str(round(x * scale)), str(round(y * scale)))

    @contextlib.contextmanager
    def held(self, key):
        """A key, where there is one, is down meanwhile."""
        if key:
            self.run("xdotool", "keydown", key)
        yield
        if key:
            self.run("xdotool", "keyup", key)

    def click(self, x, y, button=1, times=1, hold=None):
        self.move(x, y)
        time.sleep(0.05)
        with self.held(hold):
            self.run("xdotool", "click", "--repeat", str(times), "--delay", "40", str(button))
        time.sleep(0.1)

    def click_on(self, place):
        self.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)

    def key(self, *names):
        for name in names:
            self.run("xdotool", "key", name)
            time.sleep(0.08)

    def type(self, text):
        self.run("xdotool", "type", "--delay", "20", "--", text)
        time.sleep(0.1)

    def drag(self, start, end, button=2, hold=None):
        self.move(*start)
        with self.held(hold):
            self.run("xdotool", "mousedown", str(button))
            for part in (0.1, 0.4, 0.7, 1.0):
                self.move(start[0] + (end[0] - start[0]) * part,
                          start[1] + (end[1] - start[1]) * part)
                time.sleep(0.05)
            self.run("xdotool", "mouseup", str(button))
        time.sleep(0.1)

    def drop_files(self, paths, x, y):
        """Drags the files from another program to a place."""
        script = os.path.join(os.path.dirname(__file__), "file-source.py")
        source = self.start([sys.executable, script, *paths])
        window = self.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "file-source")
        time.sleep(0.5)
        place = dict(line.split("=") for line in self.run(
            "xdotool", "getwindowgeometry", "--shell", window.split()[0]).splitlines())
        middle = [int(place[at]) + int(place[size]) / 2
                  for at, size in (("X", "WIDTH"), ("Y", "HEIGHT"))]
        self.drag((middle[0], middle[1] + 20), (x, y), button=1)
        time.sleep(0.5)
        source.terminate()

    # --- what it calls things ---

    def shows(self, title, seconds=10):
        """Whether a window of that title, such as a file dialog, comes up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"],
                                   env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, check=False)
            if found.stdout.strip():
                time.sleep(0.5)  # until it has the keys
                return True
            time.sleep(0.1)
        return False

    def accessible(self, *arguments):
        """Runs accessible.py in the session: AT-SPI wants its environment from the start. What that
        warns of, as long as the application is not on its bus, is no mistake of the application."""
        script = os.path.join(os.path.dirname(__file__), "accessible.py")
        result = subprocess.run([sys.executable, script, *arguments],
                                env={**self.environment, "G_DEBUG": ""},
                                capture_output=True, text=True, timeout=120, check=False)
        if result.returncode != 0:
            raise AssertionError(result.stderr)
        return json.loads(result.stdout)

    def press(self, name):
        """Presses the button called `name` through AT-SPI."""
        self.accessible("press", name)
        time.sleep(0.2)

    # --- pictures ---

    def screenshot(self, path):
        self.run("import", "-window", "root", path)

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
