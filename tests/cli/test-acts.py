# SPDX-License-Identifier: Apache-2.0
"""What is done to a network while it learns (`train: acts:`), worked out again with NumPy."""

import h5py
import numpy as np
from program import DIGITS, fails, main, parse_json, run, train, write

STEPS = 40  # an epoch: 1258 samples by 32
SEED = 1
MASK = 0xFFFFFFFF


def philox(key, counter):
    """Philox 4x32-10 (Salmon et al., 2011)."""
    key, counter = list(key), list(counter)
    for _ in range(10):
        a, b = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [b >> 32 ^ counter[1] ^ key[0], b & MASK, a >> 32 ^ counter[3] ^ key[1], a & MASK]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


def normal(purpose, stream, step, n):
    """Box and Muller: two numbers from the four words of a block."""
    numbers = []
    for block in range((n + 1) // 2):
        words = philox((SEED, 0), (block, step, stream, purpose))
        radius = np.sqrt(-2 * np.log(((words[0] << 21 | words[1] >> 11) + 1) / 2**53))
        angle = 2 * np.pi * words[2] / 2**32
        numbers += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.array(numbers[:n])


def weights(path, epoch, name):
    with h5py.File(path) as file:
        moment = list(file["checkpoints/epoch"][()]).index(epoch)
        return file["checkpoints/weights"][name][moment]


def do(*acts, name="acted.h5", more=()):
    """Trains with the acts; they follow the last step of an epoch, so that its moment shows them."""
    train(write("d.yaml", DIGITS), "--out", name, "--set", "train.acts=" + "; ".join(acts), *more)
    return name


def test_noise():
    plain, acted = do(name="plain.h5"), do(f"{STEPS} noise out 0.25")
    before, after = (weights(path, 1, "out/weight") for path in (plain, acted))
    stream = 3 * 80 + 0  # the fourth layer's first parameter
    z = normal(9, stream, STEPS, before.size).reshape(before.shape)
    rms = np.sqrt(np.mean(before.astype(float) ** 2))
    assert np.allclose(after, before + 0.25 * rms * z, rtol=0, atol=1e-7)
    for same in "out/bias", "hidden/weight":
        assert (weights(plain, 1, same) == weights(acted, 1, same)).all()
    assert (weights(plain, 2, "hidden/weight") != weights(acted, 2, "hidden/weight")).any()


def test_reinitialize():
    initializer = "network.out.init={normal: {mean: 0.5, std: 0.1}}"
    acted = do(f"{STEPS} reinitialize out", more=("--set", initializer))
    after = weights(acted, 1, "out/weight")
    z = normal(1, 3 * 8 + 0, STEPS, after.size).reshape(after.shape)
    assert np.allclose(after, 0.5 + 0.1 * z, rtol=0, atol=1e-7)
    assert (weights(acted, 1, "out/bias") == 0).all()
    # the optimizer has forgotten the layer, and remembers the others
    acted = do(f"{3 * STEPS} reinitialize out", name="last.h5")
    with h5py.File(acted) as file:
        state = file["checkpoints/state"]
        row = state["position/step"][()].argmax()
        assert not state["momentum_buffer/out/weight"][row].any()
        assert state["momentum_buffer/hidden/weight"][row].all()


def test_freeze():
    acted = do(f"{STEPS} freeze hidden", f"{2 * STEPS} thaw hidden")
    first, second, third = (weights(acted, epoch, "hidden/weight") for epoch in (1, 2, 3))
    assert (first == second).all() and (second != third).any()
    assert (weights(acted, 1, "out/weight") != weights(acted, 2, "out/weight")).all()


def test_cut():
    plain, acted = do(name="plain.h5"), do(f"{STEPS} cut hidden 5")
    expected = weights(plain, 1, "hidden/weight").copy()
    expected[5] = 0
    assert (weights(acted, 1, "hidden/weight") == expected).all()
    for epoch in 1, 2, 3:
        assert not weights(acted, epoch, "hidden/weight")[5].any()
        assert weights(acted, epoch, "hidden/bias")[5] == 0
    others = np.delete(weights(acted, 3, "hidden/weight"), 5, axis=0)
    assert (others != np.delete(expected, 5, axis=0)).any(axis=1).all()
    # until the layer is drawn anew
    acted = do(f"{STEPS} cut hidden 5", f"{2 * STEPS} reinitialize hidden", name="again.h5")
    assert not weights(acted, 1, "hidden/weight")[5].any()
    assert weights(acted, 3, "hidden/weight")[5].any()


def test_cut_channels_and_gates():
    text = DIGITS.replace("    - flatten:\n", "    - conv2d: {name: conv, filters: 4, kernel: 3}\n"
                          "    - flatten:\n")
    train(write("c.yaml", text), "--out", "c.h5", "--epochs", 1,
          "--set", f"train.acts={STEPS} cut conv 2")
    kernel = weights("c.h5", 1, "conv/weight")
    assert not kernel[2].any() and kernel[[0, 1, 3]].all()
    text = DIGITS.replace("    - flatten:\n", "    - reshape: {shape: [8, 8]}\n"
                          "    - lstm: {name: lstm, units: 6}\n    - flatten:\n")
    train(write("l.yaml", text), "--out", "l.h5", "--epochs", 1,
          "--set", f"train.acts={STEPS} cut lstm 4")
    for name in "weight_ih", "weight_hh", "bias_ih", "bias_hh":
        rows = weights("l.h5", 1, "lstm/" + name).reshape(4, 6, -1)
        assert not rows[:, 4].any() and np.delete(rows, 4, axis=1).any(axis=(1, 2)).all(), name


def test_learning_rate():
    acted = do("10 learning_rate 0.025", "20 learning_rate schedule",
               more=("--set", "train.report=1", "--set", "train.schedule={linear: {final_lr: 0}}"))
    with h5py.File(acted) as file:
        step, rate = file["metrics/step/step"][()], file["metrics/step/lr"][()]
        epochs = file["metrics/epoch/lr"][()]
    fixed = (step > 10) & (step <= 20)
    assert (rate[fixed] == 0.025).all() and (rate[~fixed] != 0.025).all()
    assert len(epochs) == 4


def test_log():
    acted = do("40 noise out 0.1", "3 freeze hidden")
    with h5py.File(acted) as file:
        assert list(file["acts/act"][()]) == [b"3 freeze hidden", b"40 noise out 0.1"]
        assert not file["acts/by_hand"][()].any()
        assert "touched" not in file.attrs
    shown = run("inspect", acted, "--what", "acts", "--csv").stdout.splitlines()
    assert shown[1:] == ["3,freeze hidden,the experiment file",
                         "40,noise out 0.1,the experiment file"], shown
    assert "touched" not in run("inspect", acted).stdout
    assert "Touched" not in run("report", acted).stdout
    # one of them by hand, as the window writes it
    with h5py.File(acted, "r+") as file:
        file["acts/by_hand"][1] = 1
    assert "40,noise out 0.1,hand" in run("inspect", acted, "--what", "acts", "--csv").stdout
    assert "1 act by hand" in run("inspect", acted).stdout
    assert "Touched" in run("report", acted).stdout
    assert parse_json(run("report", acted, "--json").stdout)["touched"] == [acted]
    fails("check", "d.yaml", "--set", "train.acts=3 freeze hiden", says=["did you mean 'hidden'?"])


if __name__ == "__main__":
    main(globals())
