# SPDX-License-Identifier: Apache-2.0
"""What the tests of run files share: reading one with plain h5py, and comparing two."""

import os

import h5py
import numpy as np

# what another run of the same training may differ in
OWN = {"/metrics/epoch/seconds", "/metrics/step/samples_per_second",
       "/checkpoints/state/position/seconds"}


def read(path):
    """Every data set of a run file, read whole: {path: values}."""
    values = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            values["/" + name] = item[()]

    with h5py.File(path, "r") as file:
        file.visititems(take)
    return values


def steps(values):
    """The step a run file can be resumed from, and the last that it has a row of."""
    rows = values.get("/metrics/step/step", np.zeros(0))
    return int(values["/checkpoints/state/position/step"].max()), int(rows[-1]) if len(rows) else 0


def check(path):
    """Whether one published state is consistent in itself. Returns its values."""
    values = read(path)
    for table in "epoch", "step":
        group = f"/metrics/{table}/"
        columns = {k: v for k, v in values.items() if k.startswith(group)}
        lengths = {len(v) for v in columns.values()}
        assert len(lengths) <= 1, f"{group}: columns of different lengths {lengths}"
        if columns:
            assert (np.diff(columns[group + table]) > 0).all(), f"{group}: rows out of order"
            assert np.isfinite(columns[group + "lr"]).all(), f"{group}: rows without values"
    moments = values["/checkpoints/step"]
    assert (np.diff(moments.astype(int)) > 0).all()
    for name, value in values.items():
        if name.startswith(("/checkpoints/weights", "/observations/maps",
                            "/observations/histograms", "/observations/weight_norm",
                            "/observations/gradient_norm", "/observations/update_ratio")):
            assert len(value) == len(moments), f"{name}: {len(value)} of {len(moments)} moments"
        if name.startswith(("/checkpoints/weights", "/observations/maps", "/model/weights")):
            assert np.isfinite(value).all(), f"{name}: not finite"
    resumes_at, last_row = steps(values)
    if values["/status"] == b"finished":
        assert last_row >= resumes_at
        return values
    assert last_row == resumes_at, f"rows up to {last_row}, state of {resumes_at}"
    assert moments.max() <= resumes_at
    newest = values["/checkpoints/state/position/step"].argmax()
    for name, value in values.items():
        if name.startswith("/model/weights/"):
            state = values[name.replace("/model", "/checkpoints/state")]
            assert np.array_equal(state[newest], value), f"{name}: not those of the state"
    return values


def differences(a, b):
    """The names of what differs between two files that should have the same bits."""
    names = {n for n in a.keys() | b.keys()
             if n not in OWN and not n.startswith("/checkpoints/state")}
    return sorted(n for n in names if n not in a or n not in b or
                  not np.array_equal(np.asarray(a[n]), np.asarray(b[n]),
                                     equal_nan=np.asarray(a.get(n)).dtype.kind == "f"))


def final_state(values):
    """The newest row of everything under /checkpoints/state."""
    prefix = "/checkpoints/state/"
    newest = values[prefix + "position/step"].argmax()
    return {n: v[newest] for n, v in values.items() if n.startswith(prefix) and n not in OWN}


def leavings(folder):
    return sorted(os.listdir(folder))
