#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a run file without Faltung: every name, shape, type and what the values must be.

layout.py SMALL-TRAINING
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

import runfile

PROGRAM = sys.argv.pop(1)
T = 4  # moments of three epochs, the initial weights with them
PARAMETERS = {"conv1/weight": (3, 1, 3, 3), "conv1/bias": (3,), "norm/gamma": (3,),
              "norm/beta": (3,), "norm/running_mean": (3,), "norm/running_var": (3,),
              "out/weight": (4, 48), "out/bias": (4,)}


def text(value):
    """An attribute of fixed length, which h5py hands out as bytes."""
    return value.decode()


class Layout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="faltung-layout-")
        path = pathlib.Path(cls.folder.name) / "run.h5"
        subprocess.run([PROGRAM, path, "--epochs", "3"], check=True)
        cls.file = h5py.File(path, "r")

    @classmethod
    def tearDownClass(cls):
        cls.file.close()
        cls.folder.cleanup()

    def has(self, name, dtype, shape):
        data = self.file[name]
        self.assertEqual((data.dtype, data.shape), (np.dtype(dtype), shape), name)
        return data[()]

    def test_attributes(self):
        attributes = self.file.attrs
        for name in "faltung_version", "created", "host", "isa":
            self.assertTrue(text(attributes[name]), name)
        self.assertRegex(text(attributes["created"]), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(attributes["format_version"], 1)
        self.assertEqual(attributes["seed"], 7)
        self.assertEqual(attributes["threads"], 1)

    def test_texts(self):
        self.assertEqual(self.file["status"].asstr()[()], "finished")
        self.assertEqual(text(self.file["status"].attrs["reason"]), "")
        written = self.file["config/written"].asstr()[()]
        self.assertTrue(written.startswith("# a person's comment, ü\n"), written)
        self.assertIn("momentum: 0.9", self.file["config/resolved"].asstr()[()])
        self.assertIn("conv2d", self.file["model/graph"].asstr()[()])

    def test_metrics(self):
        epoch = self.file["metrics/epoch"]
        self.assertEqual(set(epoch), {"epoch", "seconds", "lr", "train_loss", "train_accuracy",
                                      "val_loss", "val_accuracy"})
        self.assertEqual(list(self.has("metrics/epoch/epoch", "i8", (T,))), [0, 1, 2, 3])
        loss = self.has("metrics/epoch/train_loss", "f8", (T,))
        self.assertLess(loss[-1], loss[0])
        self.assertEqual(list(self.has("metrics/step/step", "i8", (24,))), list(range(1, 25)))
        for name in "epoch", "loss", "lr", "grad_norm", "samples_per_second":
            self.assertTrue(np.isfinite(self.has(f"metrics/step/{name}", "f8", (24,))).all(), name)
        # the loss of an epoch is the mean of its steps', each with the samples it had (8, then 4)
        steps = self.file["metrics/step/loss"][:8]
        self.assertAlmostEqual(loss[1], np.average(steps, weights=[8] * 7 + [4]), places=5)

    def test_weights(self):
        for name, shape in PARAMETERS.items():
            last = self.has(f"model/weights/{name}", "f4", shape)
            moments = self.has(f"checkpoints/weights/{name}", "f4", (T, *shape))
            self.assertEqual(self.file[f"checkpoints/weights/{name}"].chunks, (1, *shape))
            self.assertTrue(np.array_equal(moments[-1], last), name)
            self.assertFalse(np.array_equal(moments[0], moments[1]), name)
            for block in "weights", "momentum_buffer", "best":
                self.has(f"checkpoints/state/{block}/{name}", "f4", (2, *shape))
        self.assertEqual(list(self.has("checkpoints/step", "u8", (T,))), [0, 8, 16, 24])
        self.assertEqual(list(self.has("checkpoints/epoch", "f8", (T,))), [0, 1, 2, 3])
        self.assertEqual(self.has("checkpoints/state/position/step", "i8", (2,)).max(), 24)

    def test_observations(self):
        for name in "step", "epoch":
            self.assertTrue(np.array_equal(self.file[f"observations/{name}"],
                                           self.file[f"checkpoints/{name}"]))
        inputs = self.has("observations/probes/input", "f4", (4, 1, 6, 6))
        raw = self.has("observations/probes/raw", "f4", (4, 1, 6, 6))
        self.has("observations/probes/index", "u4", (4,))
        self.assertEqual(list(self.has("observations/probes/class", "i4", (4,))), [0, 1, 2, 3])
        mean, scale = self.file["data/mean"][0], self.file["data/scale"][0]
        np.testing.assert_allclose(inputs, (raw - mean) * scale, rtol=1e-5, atol=1e-5)

        # the network in numpy, from the file alone
        maps = self.file["observations/maps/conv1"]
        outputs = self.file["observations/maps/out"]
        self.assertEqual(set(self.file["observations/maps"]), {"conv1", "norm", "out"})
        for t in range(T):
            weights = {n: self.file[f"checkpoints/weights/{n}"][t] for n in PARAMETERS}
            size = maps.shape[-1]
            pad = (size + 2 - 6) // 2
            padded = np.pad(inputs, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
            conv = np.zeros(maps.shape[1:])
            for y in range(size):
                for x in range(size):
                    patch = padded[:, 0, y:y + 3, x:x + 3]
                    conv[:, :, y, x] = np.einsum("sij,oij->so", patch, weights["conv1/weight"][:, 0])
            conv = np.tanh(conv + weights["conv1/bias"][:, None, None])
            np.testing.assert_allclose(maps[t], conv, atol=1e-5)
            of = {n.split("/")[1]: w[:, None, None] for n, w in weights.items() if "norm" in n}
            norm = (conv - of["running_mean"]) / np.sqrt(of["running_var"] + 1e-5)
            norm = norm * of["gamma"] + of["beta"]
            np.testing.assert_allclose(self.file["observations/maps/norm"][t], norm, atol=1e-4)
            out = norm.reshape(4, -1) @ weights["out/weight"].T + weights["out/bias"]
            np.testing.assert_allclose(outputs[t], out, atol=1e-4)

        for name in PARAMETERS:
            values = self.file[f"checkpoints/weights/{name}"]
            counts = self.has(f"observations/histograms/weights/{name}/counts", "u4", (T, 64))
            limits = self.has(f"observations/histograms/weights/{name}/range", "f8", (T, 2))
            for t in range(T):
                self.assertEqual(counts[t].sum(), values[t].size)
                self.assertEqual(limits[t][0], values[t].min())
                self.assertEqual(limits[t][1], values[t].max())
            if "running" in name:
                self.assertNotIn(f"observations/histograms/gradients/{name}", self.file)
                continue
            gradients = self.file[f"observations/histograms/gradients/{name}/counts"]
            self.assertEqual([g.sum() > 0 for g in gradients], [False, True, True, True])
        for name in "weight_norm", "gradient_norm", "update_ratio":
            for layer in "conv1", "norm", "out":
                norm = self.has(f"observations/{name}/{layer}", "f8", (T,))
                self.assertTrue((norm[1:] > 0).all(), f"{name} {layer}")

    def test_data(self):
        data = self.file["data"]
        self.assertEqual(text(data.attrs["name"]), "bars")
        self.assertEqual(text(data.attrs["target"]), "class")
        self.assertRegex(text(data.attrs["checksum"]), "^[0-9a-f]{64}$")
        self.assertEqual(list(data["class_names"].asstr()[()]),
                         ["left", "ü-bar", "third", "ankle boot"])
        self.assertEqual(list(data["shape"]), [1, 6, 6])


class Reopen(unittest.TestCase):
    def test_reopened_during_the_run(self):
        """A plain reader finds a consistent file at any time, and never an older one."""
        with tempfile.TemporaryDirectory(prefix="faltung-layout-") as folder:
            path = pathlib.Path(folder) / "run.h5"
            process = subprocess.Popen([PROGRAM, path, "--epochs", "150", "--checkpoint", "2"])
            looks, last, states = 0, 0, set()
            while process.poll() is None or looks == 0:
                if path.exists():
                    now, _ = runfile.steps(runfile.check(path))
                    self.assertGreaterEqual(now, last)
                    last = now
                    states.add(now)
                    looks += 1
            self.assertEqual(process.returncode, 0)
            print(f"{looks} looks, {len(states)} states", file=sys.stderr)
            self.assertEqual(os.listdir(folder), ["run.h5"])


if __name__ == "__main__":
    unittest.main()
