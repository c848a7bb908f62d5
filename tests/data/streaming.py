#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Training from large files: little memory of its own, and the bits of training from memory.

streaming.py FALTUNG
"""

import gzip
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

FALTUNG = os.path.abspath(sys.argv.pop(1))
N, SIDE, CLASSES = 14000, 64, 7  # 57 MB of bytes
SANITIZED = "asan" in os.environ.get("MESON_BUILD_ROOT", FALTUNG)

EXPERIMENT = """\
name: Streaming
data: {{{source}, normalize: {normalize}, validation: 0.1}}
network:
  input: [{input}]
  layers:
    - flatten:
    - dense: {{name: out, units: {units}}}
train:
  loss: {loss}
  optimizer: {{sgd: {{lr: 0.0001}}}}
  batch: 96
  epochs: 1
  seed: 3
"""


def experiment(source, normalize="standard", shape="1, 64, 64", units=CLASSES,
               loss="softmax_cross_entropy"):
    return EXPERIMENT.format(source=source, normalize=normalize, input=shape, units=units,
                             loss=loss)


def arrays(path):
    """What has to be the same bits."""
    found = {}

    def visit(name, thing):
        if isinstance(thing, h5py.Dataset) and thing.dtype.kind in "fiu":
            found[name] = thing[()]

    with h5py.File(path) as file:
        file.visititems(visit)
        found["checksum"] = file["data"].attrs["checksum"]
    return {k: v for k, v in found.items()
            if not k.endswith(("seconds", "samples_per_second")) and "state" not in k}


class Streaming(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cache = self.folder / "cache"
        rng = np.random.default_rng(5)
        self.images = rng.integers(0, 256, (N, SIDE, SIDE), np.uint8)
        self.labels = rng.integers(0, CLASSES, N).astype(np.uint8)
        self.labels[:CLASSES] = range(CLASSES)

    def run_program(self, name, text, above, memory=None, status=0, out=None, **env):
        """Trains with files above so many bytes streamed, in so much memory."""
        (self.folder / f"{name}.yaml").write_text(text)

        def limit():
            if memory and not SANITIZED:
                resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))

        env = {**os.environ, "XDG_CACHE_HOME": str(self.cache), "FALTUNG_STREAM_ABOVE": str(above),
               "OMP_WAIT_POLICY": "passive", **env}
        run = subprocess.run(
            [FALTUNG, "train", f"{name}.yaml", "-o", out or f"{name}-{above}.h5", "-t", "2"],
            cwd=self.folder, env=env, preexec_fn=limit, capture_output=True, text=True, timeout=100)
        if status is not None:
            self.assertEqual(run.returncode, status, run.stderr)
        return run

    def check(self, name, text, spooled=False, memory=48 << 20):
        """The same bits from memory and from the file, the latter with less memory than it has."""
        self.run_program(name, text, 1 << 40)
        self.run_program(name, text, 1 << 20, memory)
        whole, streamed = (arrays(self.folder / f"{name}-{a}.h5") for a in (1 << 40, 1 << 20))
        self.assertEqual(whole.keys(), streamed.keys())
        self.assertIn("model/weights/out/weight", whole)
        for key in whole:
            self.assertEqual(np.asarray(whole[key]).tobytes(), np.asarray(streamed[key]).tobytes(),
                             key)
        # where it had to be unpacked, nothing is left of that
        self.assertEqual(self.cache.exists(), spooled)
        if spooled:
            self.assertEqual(list((self.cache / "faltung").iterdir()), [])

    def write_idx(self, opener=open, suffix="", images=None, code=8):
        images = self.images if images is None else images
        folder = self.folder / "idx"
        folder.mkdir()
        for part, n in [("train", N), ("t10k", 500)]:
            with opener(folder / f"{part}-images-idx3-ubyte{suffix}", "wb") as file:
                file.write(bytes([0, 0, code, 3]) + np.array([n, SIDE, SIDE], ">u4").tobytes())
                file.write(images[:n].tobytes())
            with opener(folder / f"{part}-labels-idx1-ubyte{suffix}", "wb") as file:
                file.write(bytes([0, 0, 8, 1]) + np.array([n], ">u4").tobytes())
                file.write(self.labels[:n].tobytes())

    def test_idx(self):
        self.write_idx()
        self.check("idx", experiment("idx: idx, augment: {shift: 2}"))

    @unittest.skipIf(SANITIZED, "a sanitizer needs memory of its own")
    def test_that_memory_matters(self):
        """What the limit of the other tests is worth: from memory it does not do."""
        self.write_idx()
        run = self.run_program("idx", experiment("idx: idx"), 1 << 40, 48 << 20, status=None)
        self.assertNotEqual(run.returncode, 0)

    def test_idx_compressed(self):
        def opener(path, mode):
            return gzip.open(path, mode, compresslevel=1)

        self.write_idx(opener, ".gz")
        self.check("gz", experiment("idx: idx", "unit"), spooled=True)

    def test_idx_shorts(self):
        self.write_idx(images=self.images.astype(">i2"), code=0x0b)
        self.check("shorts", experiment("idx: idx"), spooled=True)

    def write_hdf5(self, **layout):
        with h5py.File(self.folder / "d.h5", "w") as file:
            file.create_dataset("x", data=self.images[:, None], **layout)
            file["y"] = self.labels

    def test_hdf5(self):
        self.write_hdf5()
        self.check("hdf5", experiment("hdf5: d.h5, input: /x, target: /y"))

    def test_hdf5_compressed(self):
        self.write_hdf5(chunks=(50, 1, SIDE, SIDE), compression="gzip", compression_opts=1)
        self.check("chunked", experiment("hdf5: d.h5, input: /x, target: /y"), spooled=True)

    def test_hdf5_floats(self):
        """Where the array begins in the file is the file's business: behind a user block, too."""
        values = self.images[:12000].astype(np.float32) / 7 - 3
        with h5py.File(self.folder / "f.h5", "w", userblock_size=512) as file:
            file["odd/name"] = values.reshape(-1, SIDE * SIDE)
            file["target"] = np.float64(self.labels[:12000]) / 3
        text = experiment("hdf5: f.h5, input: odd/name", "symmetric", SIDE * SIDE, 1, "mse")
        self.check("floats", text.replace("    - flatten:\n", ""))

    def test_no_room(self):
        """A cache folder that cannot be made is told of, with what to do."""
        self.write_idx(images=self.images.astype(">i2"), code=0x0b)
        run = self.run_program("shorts", experiment("idx: idx"), 1 << 20, status=1,
                               XDG_CACHE_HOME="/proc/nowhere")
        self.assertIn("XDG_CACHE_HOME", run.stderr)
        self.assertIn("train-images", run.stderr)

    def test_interrupt_while_measuring(self):
        """Ctrl-C during the pass over the samples ends it, and leaves nothing behind."""
        large = self.folder / "large.h5"
        with h5py.File(large, "w") as file:  # holes: 3 GB that are zeros
            file.create_dataset("input", (3000, 1, 1000, 1000), np.uint8)
            file["target"] = np.arange(3000) % 3
            file["input"][2999] = 1
        text = experiment("hdf5: large.h5", "unit", "1, 1000, 1000", 3)
        (self.folder / "large.yaml").write_text(text)
        process = subprocess.Popen(
            [FALTUNG, "train", "large.yaml", "-t", "1"], cwd=self.folder, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "FALTUNG_STREAM_ABOVE": "1000000"})
        told = []
        try:
            for line in process.stderr:
                told.append(line)
                if "measuring the samples" in line:
                    process.send_signal(signal.SIGINT)
        finally:
            process.kill()
            process.communicate()
        self.assertEqual(process.returncode, 1, told)
        self.assertIn("interrupted", told[-1])
        self.assertFalse(list(self.folder.glob("large.h5?*")))

    def cut(self, text, file, at):
        """Trains with the data cut off after the first epoch. Returns what the program said."""
        (self.folder / "cut.yaml").write_text(text.replace("epochs: 1", "epochs: 100000"))
        process = subprocess.Popen(
            [FALTUNG, "train", "cut.yaml", "-o", "cut.h5", "-t", "2"], cwd=self.folder,
            stderr=subprocess.PIPE, text=True,
            env={**os.environ, "FALTUNG_STREAM_ABOVE": str(1 << 20), "OMP_WAIT_POLICY": "passive"})
        told = []
        try:
            for line in process.stderr:
                told.append(line)
                if line.startswith("epoch 1/"):
                    process.send_signal(signal.SIGSTOP)
                    os.truncate(file, at)
                    process.send_signal(signal.SIGCONT)
        finally:
            process.kill()
            process.communicate()
        self.assertEqual(process.returncode, 2, told)
        return "".join(told)

    def check_cut(self, text, file, at):
        """An error, a whole run file, and the steps until then are worth something."""
        whole = file.read_bytes()
        told = self.cut(text, file, at)
        self.assertRegex(told, f"faltung: .*{file.name}: the file was cut off .* it has {at} bytes")
        with h5py.File(self.folder / "cut.h5") as run:
            self.assertEqual(run["status"][()], b"failed")
            self.assertIn(b"cut off", run["status"].attrs["reason"])
            epochs = run["metrics/epoch/epoch"][-1] + 2
        file.write_bytes(whole)
        resume = [FALTUNG, "train", "--resume", "cut.h5", "--epochs", str(int(epochs))]
        self.assertIn("faltung train --resume cut.h5", told)
        subprocess.run(resume, cwd=self.folder, check=True, capture_output=True, timeout=100)
        self.run_program("never", text.replace("epochs: 1", f"epochs: {epochs}"), 1 << 20)
        ours, never = (arrays(self.folder / f"{n}.h5") for n in ("cut", f"never-{1 << 20}"))
        for key in (k for k in never if k.startswith("model/")):
            self.assertEqual(ours[key].tobytes(), never[key].tobytes(), key)

    def test_cut_hdf5(self):
        self.images = self.images[:3000]
        self.labels = self.labels[:3000]
        self.write_hdf5()
        text = experiment("hdf5: d.h5, input: /x, target: /y, augment: {shift: 2}")
        self.check_cut(text, self.folder / "d.h5", 3000000)

    def test_cut_idx(self):
        """To nothing, so that even the page with the header is gone."""
        self.write_idx()
        self.check_cut(experiment("idx: idx"), self.folder / "idx" / "train-images-idx3-ubyte", 0)

    def test_cut_within_a_page(self):
        """The rest of the last page reads as zeros, without a fault."""
        self.images = self.images[:3000]
        self.labels = self.labels[:3000]
        self.write_hdf5()
        size = os.path.getsize(self.folder / "d.h5")
        text = experiment("hdf5: d.h5, input: /x, target: /y")
        with h5py.File(self.folder / "d.h5") as file:
            end = file["x"].id.get_offset() + file["x"].nbytes
        self.assertLessEqual(end, size)
        self.check_cut(text, self.folder / "d.h5", end - 1)


if __name__ == "__main__":
    unittest.main()
