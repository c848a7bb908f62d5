#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Downloads from a server on loopback that does everything a server can do wrong.

download.py FALTUNG GET-DATASET
"""

import gzip
import hashlib
import http.server
import json
import os
import pathlib
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

FALTUNG = sys.argv.pop(1)
GET = sys.argv.pop(1)
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
TINYSHAKESPEARE = (pathlib.Path(__file__).resolve().parents[3] / "shared/data"
                   / "tinyshakespeare.txt")
PATIENCE = 60  # seconds, of a machine that has much else to do


class Page:
    """What the server answers to a path."""

    def __init__(self, body=b"", status=200, ranges=True, cut=None, cuts=1 << 30, hang=False,
                 location=None, length=True):
        self.body, self.status, self.ranges = body, status, ranges
        self.cut = cut  # bytes after which the connection is cut
        self.cuts = cuts  # how many times
        self.hang = hang  # sends nothing more, until the client goes
        self.location, self.length = location, length
        self.reached = threading.Event()  # the point of the hang
        self.go_on = threading.Event()  # ends it from this side, by a cut


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        page = self.server.pages.get(self.path)
        wanted = self.headers.get("Range")
        self.server.requests.append((self.path, wanted))
        self.close_connection = True
        if page is None:
            self.send_error(404)
            return
        body, status = page.body, page.status
        if wanted and page.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self.send_error(416)
                return
            status, body = 206, body[start:]
        self.send_response(status)
        if status == 206:
            self.send_header(
                "Content-Range", f"bytes {start}-{len(page.body) - 1}/{len(page.body)}")
        if page.location:
            self.send_header("Location", page.location)
        if page.length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if page.cut is not None and page.cuts > 0:
            page.cuts -= 1
            body = body[:page.cut]
        try:
            self.wfile.write(body)
            self.wfile.flush()
            if page.hang:
                page.reached.set()
                self.connection.settimeout(0.05)
                while not page.go_on.is_set():
                    try:
                        if not self.connection.recv(1):
                            break
                    except TimeoutError:
                        pass
        except OSError:
            pass  # the client went away, as it may


class Server:
    def __init__(self):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.pages, self.http.requests = {}, []
        self.pages, self.requests = self.http.pages, self.http.requests
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=[0.02], daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def unused_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Case(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name, "data")
        self.user = self.home / "faltung"

    def environment(self, **extra):
        env = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
        env.update(XDG_DATA_HOME=str(self.home), XDG_DATA_DIRS="/nonexistent",
                   FALTUNG_DATA_PATH="", LC_ALL="C.UTF-8", **extra)
        return env

    def run_command(self, command, env, **more):
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE,
                              **more)

    def faltung(self, *args, **extra):
        env = self.environment(FALTUNG_DATA_MIRROR=self.server.url, **extra)
        return self.run_command([FALTUNG, *args], env)


class Small(Case):
    """A small data set of two files, with every way of failing."""

    def setUp(self):
        super().setUp()
        noise = random.Random(1)
        self.contents = {"a.gz": noise.randbytes(200_000), "b.gz": b"labels" * 1000}
        self.packed = {name: gzip.compress(data, mtime=0) for name, data in self.contents.items()}
        for name, data in self.packed.items():
            self.server.pages[f"/small/{name}"] = Page(data)

    def get(self, mirrors=None, **more):
        files = [f"{name}:{len(data)}:{hashlib.sha256(data).hexdigest()}"
                 for name, data in self.contents.items()]
        mirrors = mirrors or [self.server.url + "/small"]
        env = self.environment()
        env.pop("FALTUNG_DATA_MIRROR", None)
        return self.run_command([GET, "small", ",".join(mirrors), *files], env, **more)

    def assert_done(self, run):
        self.assertEqual((run.returncode, run.stdout), (0, f"{self.user}/small\n"), run.stderr)
        self.assertEqual({p.name: gzip.decompress(p.read_bytes())
                          for p in (self.user / "small").iterdir()}, self.contents)
        self.assertEqual([p.name for p in self.user.iterdir()], ["small"])

    def assert_failed(self, run, *messages, left=()):
        """Nothing under the final name; of what came, only @left is kept to go on with."""
        self.assertEqual((run.returncode, run.stdout), (1, ""), run.stderr)
        for message in messages:
            self.assertIn(message, run.stderr)
        self.assertFalse((self.user / "small").exists())
        part = self.user / "small.part"
        self.assertEqual(sorted(p.name for p in part.iterdir()) if part.exists() else [],
                         sorted(left))

    def ranges(self, name):
        return [wanted for path, wanted in self.server.requests if path == f"/small/{name}"]

    def test_good(self):
        self.assert_done(self.get())
        self.assertEqual(self.ranges("a.gz"), [None])

    def test_redirect(self):
        self.server.pages["/elsewhere"] = Page(self.packed["a.gz"])
        self.server.pages["/small/a.gz"] = Page(status=302, location="/elsewhere")
        self.assert_done(self.get())

    def test_redirect_to_a_file(self):
        self.server.pages["/small/a.gz"] = Page(status=302, location="file:///etc/passwd")
        self.assert_failed(self.get(), "rotocol")

    def test_missing(self):
        del self.server.pages["/small/b.gz"]
        self.assert_failed(self.get(), f"{self.server.url}/small/b.gz: ", "404",
                           "FALTUNG_DATA_PATH", left=["a.gz"])
        # what is there already is not fetched again
        self.server.pages["/small/b.gz"] = Page(self.packed["b.gz"])
        self.assert_done(self.get())
        self.assertEqual(self.ranges("a.gz"), [None])

    def test_wrong_contents(self):
        self.server.pages["/small/a.gz"] = Page(gzip.compress(b"something else"))
        self.assert_failed(self.get(), "wrong contents: SHA-256 ", "expected ")

    def test_not_gzip(self):
        self.server.pages["/small/a.gz"] = Page(b"<html>Please log in</html>")
        self.assert_failed(self.get(), "wrong contents")

    def test_damaged(self):
        damaged = bytearray(self.packed["a.gz"])
        damaged[1000] ^= 1
        self.server.pages["/small/a.gz"] = Page(bytes(damaged))
        self.assert_failed(self.get(), "a.gz")

    def test_cut(self):
        self.server.pages["/small/a.gz"] = Page(self.packed["a.gz"], cut=70_000, cuts=2)
        run = self.get()
        self.assert_done(run)
        self.assertIn("remark: ", run.stderr)
        self.assertEqual(self.ranges("a.gz"), [None, "bytes=70000-", "bytes=140000-"])

    def test_cut_without_ranges(self):
        self.server.pages["/small/a.gz"] = Page(
            self.packed["a.gz"], cut=70_000, cuts=1, ranges=False)
        self.assert_done(self.get())
        self.assertEqual(self.ranges("a.gz"), [None, "bytes=70000-", None])

    def test_cut_again_and_again(self):
        self.server.pages["/small/a.gz"] = Page(self.packed["a.gz"], cut=1000)
        self.assert_failed(self.get(), "a.gz", left=["a.gz.part"])
        self.server.pages["/small/a.gz"] = Page(self.packed["a.gz"])
        self.assert_done(self.get())
        self.assertEqual(self.ranges("a.gz")[-1], "bytes=3000-")

    def test_cut_without_length(self):
        """Cut where nobody can see it: the contents show it."""
        self.server.pages["/small/a.gz"] = Page(self.packed["a.gz"], cut=70_000, length=False)
        self.assert_failed(self.get(), "a.gz")

    def test_whole_already(self):
        """All came, and the program ended before it could look."""
        part = self.user / "small.part"
        part.mkdir(parents=True)
        (part / "a.gz.part").write_bytes(self.packed["a.gz"])
        self.assert_done(self.get())

    def test_damaged_on_disk(self):
        part = self.user / "small.part"
        part.mkdir(parents=True)
        (part / "a.gz").write_bytes(b"damaged")
        self.assert_done(self.get())

    def test_next_mirror(self):
        self.server.pages["/other/a.gz"] = Page(self.packed["a.gz"])
        run = self.get([f"http://127.0.0.1:{unused_port()}", self.server.url + "/other",
                        self.server.url + "/small"])
        self.assert_done(run)
        self.assertIn("remark: ", run.stderr)

    def test_next_mirror_packs_differently(self):
        self.server.pages["/other/a.gz"] = Page(self.packed["a.gz"], cut=1000)
        other = gzip.compress(self.contents["a.gz"], compresslevel=1, mtime=1)
        self.server.pages["/small/a.gz"] = Page(other)
        self.assert_done(self.get([self.server.url + "/other", self.server.url + "/small"]))

    def test_all_mirrors_fail(self):
        refused = f"http://127.0.0.1:{unused_port()}"
        self.assert_failed(self.get([refused, self.server.url + "/nothing"]),
                           f"  {refused}/a.gz: ", f"  {self.server.url}/nothing/a.gz: ")

    def test_much_too_long(self):
        self.server.pages["/small/a.gz"] = Page(bytes(4 << 20))
        self.assert_failed(self.get(), "much longer than expected")

    def test_into_a_folder_that_is_there(self):
        (self.user / "small").mkdir(parents=True)
        (self.user / "small" / "b.gz").write_bytes(b"old")
        self.assert_done(self.get())

    def test_folder_that_cannot_be(self):
        self.home.parent.mkdir(exist_ok=True)
        self.home.write_text("a file")
        run = self.get()
        self.assertEqual(run.returncode, 1)
        self.assertIn("small.part: the folder cannot be created", run.stderr)
        self.assertEqual(self.home.read_text(), "a file")

    def test_no_room(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

        # SIGXFSZ stays ignored, as Python has it: the write fails as on a full disk
        run = self.get(preexec_fn=limit, restore_signals=False)
        self.assert_failed(run, "a.gz.part: cannot be written: ", left=["a.gz.part"])
        self.assert_done(self.get())

    def test_two_at_once(self):
        slow = Page(self.packed["a.gz"], cut=1000, hang=True)
        self.server.pages["/small/a.gz"] = slow
        first = threading.Thread(target=lambda: setattr(self, "first", self.get()))
        first.start()
        self.assertTrue(slow.reached.wait(PATIENCE))
        second = self.get()
        self.assertEqual(second.returncode, 1)
        self.assertIn("another download into it is under way", second.stderr)
        self.server.pages["/small/a.gz"] = Page(self.packed["a.gz"])
        slow.go_on.set()
        first.join()
        self.assert_done(self.first)


class Command(Case):
    def assert_nothing(self, name):
        self.assertFalse((self.user / name).exists())

    def test_missing(self):
        run = self.faltung("data", "get", "mnist")
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertIn("404", run.stderr)
        self.assert_nothing("mnist")
        self.assert_nothing("mnist.part")

    def test_wrong_contents(self):
        self.server.pages["/mnist/train-images-idx3-ubyte.gz"] = Page(gzip.compress(b"no images"))
        run = self.faltung("data", "get", "mnist")
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertIn("wrong contents", run.stderr)
        self.assert_nothing("mnist")
        self.assert_nothing("mnist.part")

    def test_every_set(self):
        """Whatever comes in place of the first file: nothing lies under the data set's name."""
        sets = [entry["name"] for entry in json.loads(self.faltung("data", "list", "--json").stdout)
                if entry["download"] and not entry["here"]]
        self.assertIn("tinyshakespeare", sets)
        self.server.pages["/elsewhere"] = Page(b"The document has moved")
        for name in sets:
            self.server.requests.clear()
            self.faltung("data", "get", name)
            path = self.server.requests[0][0]
            for page, says in [(Page(b"short"), "wrong contents"),
                               (Page(bytes(9000), cut=5000), ": "),
                               (Page(status=302, location="/elsewhere"), "wrong contents")]:
                self.server.pages[path] = page
                run = self.faltung("data", "get", name)
                self.assertEqual((run.returncode, run.stdout), (1, ""), (name, page))
                self.assertIn(says, run.stderr)
                self.assert_nothing(name)

    def test_text(self):
        """A text is as long as the real one, but another; then the real one, in two pieces."""
        path = "/tinyshakespeare/input.txt"
        for body, says in [(b"ab" * 557697, "wrong contents: SHA-256 "),
                           (bytes(4 << 20), "much longer than expected")]:
            self.server.pages[path] = Page(body)
            run = self.faltung("data", "get", "tinyshakespeare")
            self.assertIn(says, run.stderr)
            self.assert_nothing("tinyshakespeare")
            self.assert_nothing("tinyshakespeare.part")
        if not TINYSHAKESPEARE.exists():
            self.skipTest("needs ../shared/data/tinyshakespeare.txt for the rest")
        self.server.pages["/elsewhere"] = Page(TINYSHAKESPEARE.read_bytes(), cut=500_000, cuts=1)
        self.server.pages[path] = Page(status=301, location="/elsewhere", ranges=False)
        self.server.requests.clear()
        run = self.faltung("data", "get", "tinyshakespeare")
        folder = self.user / "tinyshakespeare"
        self.assertEqual((run.returncode, run.stdout), (0, f"{folder}\n"), run.stderr)
        self.assertEqual((folder / "input.txt").read_bytes(), TINYSHAKESPEARE.read_bytes())
        self.assertEqual(len(self.server.requests), 4)  # moved, cut; moved, the rest

    def test_interrupt(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            page = Page(bytes(range(256)) * 1000, cut=100_000, hang=True)
            self.server.pages["/mnist/train-images-idx3-ubyte.gz"] = page
            command = subprocess.Popen(
                [FALTUNG, "data", "get", "mnist"], stderr=subprocess.PIPE, text=True,
                env=self.environment(FALTUNG_DATA_MIRROR=self.server.url))
            self.assertTrue(page.reached.wait(PATIENCE))
            command.send_signal(number)
            _, message = command.communicate(timeout=PATIENCE)
            self.assertEqual(command.returncode, 1)
            self.assertIn("`faltung data get mnist` goes on where it stopped", message)
            self.assert_nothing("mnist")

    def test_unknown(self):
        run = self.faltung("data", "get", "mnits")
        self.assertEqual(run.returncode, 2)
        self.assertIn("did you mean 'mnist'?", run.stderr)

    def test_within_the_program(self):
        run = self.faltung("data", "get", "iris")
        self.assertEqual((run.returncode, run.stdout), (0, "in the program\n"))
        self.assertEqual(self.server.requests, [])

    @unittest.skipUnless(FASHION.exists(), "needs dataset-fashion-mnist")
    def test_fashion(self):
        for path in FASHION.iterdir():
            self.server.pages[f"/fashion-mnist/{path.name}"] = Page(path.read_bytes())
        run = self.faltung("data", "get", "fashion-mnist")
        self.assertEqual((run.returncode, run.stdout),
                         (0, f"{self.user}/fashion-mnist\n"), run.stderr)
        shown = self.faltung("data", "show", "fashion-mnist")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("60000 training, 10000 test", shown.stdout)
        again = self.faltung("data", "get", "fashion-mnist")
        self.assertEqual(again.returncode, 0)
        self.assertEqual(len(self.server.requests), 4)


if __name__ == "__main__":
    unittest.main()
