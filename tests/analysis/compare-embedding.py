#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PCA against NumPy's SVD, neighbours and t-SNE's gradient against their formulas in float64, and
whether an embedding of the digits keeps them apart.

Usage: compare-embedding.py PROGRAM
"""
import os
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("NumPy is not installed: skipped")
    sys.exit(77)

random = np.random.default_rng(7)


def compute(what, samples, *numbers, more=None):
    n, dims = samples.shape
    data = samples.astype(np.float32).tobytes()
    if more is not None:
        data += more.astype(np.float32).tobytes()
    command = [sys.argv[1], what, str(n), str(dims), *map(str, numbers)]
    return np.frombuffer(subprocess.run(command, input=data, check=True,
                                        stdout=subprocess.PIPE).stdout)


def close(got, wanted, tolerance, what):
    worst = np.abs(got - wanted).max() / np.abs(wanted).max()
    assert worst <= tolerance, f"{what}: differs by {worst:.2e} of the largest"


def correlated(n, dims):
    """Samples whose variances fall, so that components are told apart."""
    turn = np.linalg.qr(random.normal(size=(dims, dims)))[0]
    spread = 1 / (1 + np.arange(dims)) ** 0.5
    return (random.normal(size=(n, dims)) * spread @ turn + 3).astype(np.float32)


def test_pca():
    """Small; with more values than samples; above the size whose covariance is kept."""
    for n, dims, k in [(200, 7, 7), (500, 130, 5), (30, 100, 40), (60, 1500, 3)]:
        x = correlated(n, dims)
        got = compute("pca", x, k, 2)
        assert (got == compute("pca", x, k, 1)).all(), "the threads change bits"
        k = min(k, dims, n - 1)
        centred = x.astype(np.float64) - x.astype(np.float64).mean(0)
        _, s, v = np.linalg.svd(centred, full_matrices=False)
        v = v[:k] * np.sign(v[np.arange(k), np.abs(v[:k]).argmax(1)])[:, None]
        parts = np.split(got, np.cumsum([1, k, dims, k * dims]))
        close(parts[0], (s**2).sum() / (n - 1), 1e-6, "total variance")
        close(parts[1], s[:k] ** 2 / (n - 1), 1e-7, f"variances of {n} x {dims}")
        close(parts[2], x.mean(0, dtype=np.float64), 1e-6, "mean")
        close(parts[3].reshape(k, dims), v, 1e-5, f"directions of {n} x {dims}")
        close(parts[4].reshape(n, k), centred @ v.T, 1e-5, "projections")


def squares(x):
    x = x.astype(np.float64)
    return ((x[:, None] - x[None]) ** 2).sum(-1)


def test_neighbours():
    for n, dims, k in [(300, 5, 12), (65, 33, 64), (130, 2, 1)]:
        x = random.normal(size=(n, dims)).astype(np.float32) + 100  # far from 0: cancellation
        x[3] = x[7]  # at one place
        got = compute("neighbours", x, k, 2)
        distances = squares(x)
        np.fill_diagonal(distances, np.inf)
        order = np.argsort(distances, axis=1, kind="stable")[:, :k]
        assert (got[: n * k].reshape(n, k) == order).all(), f"neighbours of {n} x {dims}"
        wanted = np.take_along_axis(distances, order, 1)
        close(got[n * k :].reshape(n, k), wanted, 1e-5, "distances")


def joint_probabilities(x, perplexity):
    """As the paper defines them, of 3 perplexity neighbours, by bisection."""
    n, k = len(x), int(3 * perplexity)
    distances = squares(x)
    np.fill_diagonal(distances, np.inf)
    p = np.zeros((n, n))
    for i in range(n):
        near = np.argsort(distances[i], kind="stable")[:k]
        d = distances[i, near] - distances[i, near[0]]
        low, high = 0.0, 1e6
        for _ in range(200):
            beta = (low + high) / 2
            q = np.exp(-beta * d)
            q /= q.sum()
            entropy = -(q * np.log(np.maximum(q, 1e-300))).sum()
            low, high = (beta, high) if entropy > np.log(perplexity) else (low, beta)
        p[i, near] = q
    return (p + p.T) / (2 * n)


def test_gradient():
    n, perplexity = 150, 9
    x = random.normal(size=(n, 6)).astype(np.float32)
    p = joint_probabilities(x, perplexity)
    for spread in (1e-4, 1, 40):
        y = (spread * random.normal(size=(n, 2))).astype(np.float32)
        w = 1 / (1 + squares(y))
        np.fill_diagonal(w, 0)
        difference = y[:, None].astype(np.float64) - y[None]
        for exaggeration, theta, tolerance in [(1, 0, 1e-5), (12, 0, 1e-5), (1, 0.5, 0.03)]:
            got = compute("gradient", x, perplexity, exaggeration, theta, 2, more=y)
            close(got[: n * n].reshape(n, n), p, 1e-5, "joint probabilities")
            force = (exaggeration * p - w / w.sum()) * w
            wanted = 4 * (force[:, :, None] * difference).sum(1)
            close(got[n * n : -1].reshape(n, 2), wanted, tolerance,
                  f"gradient at spread {spread}, exaggeration {exaggeration}, theta {theta}")
            close(got[-1], w.sum(), 1e-5 if theta == 0 else 0.01, "Z")


def digits():
    path = os.path.join(os.environ["FALTUNG_DIGITS"], "digits.csv.gz")
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return table[:, :-1].astype(np.float32), table[:, -1].astype(int)


def test_embedding():
    """Nearest neighbours in the plane are of the same class: at least 0.97 of 1,000 digits. (In all
    64 dimensions it is 0.98.)"""
    x, classes = digits()
    x, classes = x[:1000], classes[:1000]
    got = compute("tsne", x, 500, 2)
    assert (got == compute("tsne", x, 500, 1)).all(), "the threads change bits"
    y = got[:-1].reshape(-1, 2)
    distances = squares(y)
    np.fill_diagonal(distances, np.inf)
    agreement = (classes[distances.argmin(1)] == classes).mean()
    print(f"# {agreement:.4f} of the nearest neighbours agree, divergence {got[-1]:.4f}")
    assert agreement >= 0.97 and 0 < got[-1] < 1.2


def test_stopping():
    assert compute("stop", random.normal(size=(100, 60)))[0] >= 6


failures = 0
for name, test in [item for item in globals().items() if item[0].startswith("test_")]:
    try:
        test()
        print(f"ok {name}")
    except AssertionError as error:
        failures += 1
        print(f"not ok {name}: {error}")
sys.exit(1 if failures else 0)
