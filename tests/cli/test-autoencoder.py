# SPDX-License-Identifier: Apache-2.0
"""Autoencoders on data sets that have other targets: `data: {reconstruct: true}`."""

import math
import pathlib
import struct

import h5py
import numpy
from program import DIGITS, fails, main, parse_json, parse_result, run, train, write
from shipped import digits

AUTOENCODER = """\
name: Autoencoder
data: {idx: images, normalize: symmetric, reconstruct: true}
network:
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: code, units: 8, activation: tanh}
    - dense: {name: pixels, units: 64, activation: tanh}
    - reshape: {name: picture, shape: [1, 8, 8]}
train:
  loss: mse
  optimizer: {adam: {lr: 0.005}}
  epochs: 12
"""

TWO_CHANNELS = """\
name: Two channels
data: {hdf5: two.h5, normalize: none, reconstruct: true}
network:
  input: [2, 4, 3]
  layers:
    - conv2d: {name: conv, filters: 2, kernel: 3, padding: same}
train: {loss: mse, optimizer: {sgd: {lr: 1e-30}}, epochs: 1}
"""

# its output stays zero, whatever its input is, so the loss is the mean square of the targets
ZERO = """\
name: Zero
data: {idx: images, normalize: symmetric, reconstruct: true}
network:
  input: [1, 8, 8]
  layers:
    - gaussian_noise: {std: 2}
    - conv2d: {name: conv, filters: 1, kernel: 3, padding: same, init: zeros}
train: {loss: mse, optimizer: {sgd: {lr: 1e-30}}, epochs: 1}
"""


VARIATIONAL = """\
name: Variational
data: {name: digits, normalize: unit, reconstruct: true}
network:
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {units: 64, activation: relu}
    - dense: {name: distribution, units: 8}
    - variational: {name: code}
    - dense: {units: 64, activation: relu}
    - dense: {name: logits, units: 64}
    - sigmoid: {name: pixels}
train:
  loss: {mse: {reduction: batch_mean}}
  optimizer: {adam: {lr: 0.002}}
  epochs: 30
"""


def write_images(folder):
    """The digits as a folder of IDX files; returns those for training and those for validation."""
    images, classes = digits()
    images = (images * 255 / 16).astype(numpy.uint8)
    folder = pathlib.Path(folder)
    folder.mkdir()
    parts = {"train": slice(0, 1400), "t10k": slice(1400, None)}
    for name, part in parts.items():
        head = struct.pack(">BBBBIII", 0, 0, 8, 3, *images[part].shape)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(head + images[part].tobytes())
        labels = classes[part].astype(numpy.uint8)
        head = struct.pack(">BBBBI", 0, 0, 8, 1, len(labels))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(head + labels.tobytes())
    return [images[part] / 127.5 - 1 for part in parts.values()]


def test_learns_the_samples():
    training, validation = write_images("images")
    shown = run("data", "show", "images").stdout
    result = parse_result(train(write("a.yaml", AUTOENCODER), "--out", "a.h5").stdout)
    loss = float(result["val_loss"])
    mean_image = ((validation - training.mean(axis=0)) ** 2).mean()
    assert loss < 0.7 * mean_image, (loss, mean_image)
    assert "val_accuracy" not in result and math.isclose(float(result["val_rmse"]) ** 2, loss, rel_tol=1e-4)

    # the loss is the distance of what the network gives from the samples themselves
    run("predict", "a.h5", "images/t10k-images-idx3-ubyte", "--out", "p.h5")
    with h5py.File("p.h5") as file:
        assert "class" not in file
        output = file["output"][()].reshape(validation.shape).astype(float)
    assert math.isclose(((output - validation) ** 2).mean(), loss, rel_tol=1e-4)
    evaluated = parse_json(run("eval", "a.h5", "--json").stdout)
    assert math.isclose(evaluated["val_loss"], loss, rel_tol=1e-4) and evaluated["val_r2"] > 0.3

    with h5py.File("a.h5") as file:
        assert "reconstruct: true" in file["config/resolved"].asstr()[()]
        assert file["data"].attrs["target"] in (b"none", "none")
        # a sample of each class is kept to be looked at
        assert sorted(file["observations/probes/class"][()]) == list(range(10))
    assert run("data", "show", "images").stdout == shown


def test_resume():
    write_images("images")
    train(write("a.yaml", AUTOENCODER), "--out", "whole.h5")
    train("a.yaml", "--epochs", 5, "--out", "parts.h5")
    train("--resume", "parts.h5", "--epochs", 12)
    with h5py.File("whole.h5") as whole, h5py.File("parts.h5") as parts:
        for name in ["model/weights/code/weight", "model/weights/pixels/bias", "metrics/epoch/val_loss"]:
            assert whole[name][()].tobytes() == parts[name][()].tobytes(), name


CHANNELS = """\
name: Channels
data: {idx: images, normalize: symmetric, reconstruct: true}
network:
  input: [1, 8, 8]
  layers:
    - conv2d: {name: conv, filters: 3, kernel: 3, stride: 2, padding: 1, activation: tanh}
    - flatten: {name: flat}
    - dense: {name: code, units: 5, activation: tanh}
    - dense: {name: back, units: 64}
    - add: {name: sum, inputs: [back, late]}
    - reshape: {name: picture, shape: [1, 8, 8]}
train: {loss: mse, optimizer: {sgd: {lr: 0.01}}, epochs: 1}
"""


def test_halves():
    """What is behind a layer, given that layer's output, gives what the whole network gives."""
    write_images("images")
    text = CHANNELS.replace("    - add: {name: sum, inputs: [back, late]}\n", "")
    train(write("c.yaml", text), "--out", "c.h5")
    pictures = "images/t10k-images-idx3-ubyte"
    run("predict", "c.h5", pictures, "--out", "whole.h5")
    with h5py.File("whole.h5") as file, h5py.File("c.h5") as trained:
        whole = file["output"][()]
        weight = trained["model/weights/code/weight"][()].astype(float)
        bias = trained["model/weights/code/bias"][()].astype(float)
    given = {}
    for layer in ("conv", "flat", "code", "back"):
        run("predict", "c.h5", pictures, "--to", layer, "--out", f"{layer}.h5")
        with h5py.File(f"{layer}.h5") as file:
            given[layer] = file["output"][()]
        run("predict", "c.h5", f"{layer}.h5", "--from", layer, "--out", f"from-{layer}.h5")
        with h5py.File(f"from-{layer}.h5") as file:
            assert numpy.allclose(file["output"][()], whole, rtol=1e-4, atol=1e-5), layer
    assert given["conv"].shape[1:] == (3, 4, 4) and given["code"].shape[1:] == (5,)
    assert (given["conv"].reshape(len(whole), -1) == given["flat"]).all()
    code = numpy.tanh(given["flat"] @ weight.T + bias)
    assert numpy.allclose(code, given["code"], atol=1e-5)
    run("predict", "c.h5", "conv.h5", "--from", "conv", "--to", "code", "--out", "middle.h5")
    with h5py.File("middle.h5") as file:
        assert numpy.allclose(file["output"][()], code, atol=1e-5)
    assert run("predict", "c.h5", "code.h5", "--from", "code").stdout.count("\n") == len(whole) + 1


def test_blocks():
    """Encoder and decoder as blocks learn the same bits as without, and are used by their names."""
    write_images("images")
    flat = CHANNELS.replace("    - add: {name: sum, inputs: [back, late]}\n", "")
    layers = [line for line in flat.splitlines(keepends=True) if line.startswith("    - ")]
    within = "".join("      " + line for line in layers)
    split = within.index("          - dense: {name: back")
    blocks = flat.replace("".join(layers), "    - block:\n        name: encoder\n        layers:\n"
                          + within[:split] + "    - block:\n        name: decoder\n        layers:\n"
                          + within[split:])
    train(write("flat.yaml", flat), "--out", "flat.h5")
    train(write("blocks.yaml", blocks), "--out", "blocks.h5")
    with h5py.File("flat.h5") as one, h5py.File("blocks.h5") as other:
        for block, layer in (("encoder", "conv"), ("encoder", "code"), ("decoder", "back")):
            a = one[f"model/weights/{layer}/weight"][()]
            b = other[f"model/weights/{block}%2F{layer}/weight"][()]
            assert a.tobytes() == b.tobytes(), layer
    pictures = "images/t10k-images-idx3-ubyte"
    run("predict", "flat.h5", pictures, "--to", "code", "--out", "expected.h5")
    run("predict", "blocks.h5", pictures, "--to", "encoder", "--out", "code.h5")
    run("predict", "blocks.h5", pictures, "--out", "whole.h5")
    run("predict", "blocks.h5", "code.h5", "--from", "encoder", "--out", "decoded.h5")
    output = {}
    for name in ("expected", "code", "whole", "decoded"):
        with h5py.File(f"{name}.h5") as file:
            output[name] = file["output"][()]
    assert (output["expected"] == output["code"]).all()
    assert numpy.allclose(output["decoded"], output["whole"], rtol=1e-4, atol=1e-5)
    says = run("train", "blocks.yaml", "--set", "train.initialize_from=blocks.h5", "--set",
               "network.decoder/back.name=other", "--out", "again.h5").stderr
    assert "'encoder/conv', 'encoder/code'; not with others: 'decoder/other' is not in it" in says


def test_halves_mistakes():
    write_images("images")
    late = "    - dense: {name: late, units: 64, inputs: [flat]}\n    - add"
    train(write("c.yaml", CHANNELS.replace("    - add", late)), "--out", "c.h5")
    numpy.save("five.npy", numpy.zeros((2, 5), numpy.float32))
    numpy.save("four.npy", numpy.zeros((2, 4), numpy.float32))
    fails("predict", "c.h5", "five.npy", "--from", "kode", says=["--from", "`kode`", "`code`"])
    fails("predict", "c.h5", "five.npy", "--to", "picure", says=["--to", "did you mean `picture`"])
    fails("predict", "c.h5", "five.npy", "--from", "code",
          says=["'picture' does not come from 'code' alone", "'late' takes 'flat'"])
    fails("predict", "c.h5", "five.npy", "--from", "code", "--to", "conv", says=["before"])
    fails("predict", "c.h5", "four.npy", "--from", "code", "--to", "back", says=["four.npy", "5", "4"])
    run("predict", "c.h5", "five.npy", "--from", "code", "--to", "back")


def test_order_of_channels():
    random = numpy.random.default_rng(3)
    samples = random.normal(size=(60, 2, 4, 3)).astype(numpy.float32)
    with h5py.File("two.h5", "w") as file:
        file["input"], file["target"] = samples, numpy.arange(60) % 3
    train(write("t.yaml", TWO_CHANNELS), "--out", "t.h5")
    run("predict", "t.h5", "two.h5", "--out", "p.h5")
    with h5py.File("p.h5") as file:
        loss = ((file["output"][()].astype(float) - samples) ** 2).mean()
    with h5py.File("t.h5") as file:
        rows = file["metrics/epoch"]
        both = 42 * rows["train_loss"][0] + 18 * rows["val_loss"][0]
    assert math.isclose(both / 60, loss, rel_tol=1e-4), (both / 60, loss)


def test_noise_is_not_in_the_targets():
    training, _ = write_images("images")
    train(write("z.yaml", ZERO), "--set", "data.augment.noise=3", "--out", "z.h5")
    with h5py.File("z.h5") as file:
        loss = file["metrics/epoch/train_loss"][1]
    assert math.isclose(loss, (training**2).mean(), rel_tol=1e-4)


def test_column_of_the_target_is_no_input():
    # as many columns as classes: what comes out must not be taken for the classes' odds
    rows = [f"{i % 7},{i % 5},{i % 4},{'abc'[i % 3]}" for i in range(60)]
    write("t.csv", "\n".join(["x,y,z,kind", *rows]))
    text = DIGITS.replace("name: digits", "csv: t.csv, reconstruct: true").replace("[1, 8, 8]", "[3]")
    text = text.replace("softmax_cross_entropy", "mse").replace("units: 10", "units: 3")
    train(write("t.yaml", text), "--out", "t.h5")
    predicted = run("predict", "t.h5", "t.csv").stdout.splitlines()
    assert predicted[0] == "sample,output_0,output_1,output_2" and len(predicted) == 61


def test_mistakes():
    plain = AUTOENCODER.replace("idx: images", "name: digits")
    without = write("w.yaml", plain.replace(", reconstruct: true", ""))
    fails("train", without, says=["w.yaml:9:", "10 classes", "set data.reconstruct to true"])
    boston = plain.replace("digits", "boston-housing").replace("[1, 8, 8]", "[13]")
    boston = boston.replace("units: 64", "units: 13").replace("[1, 8, 8]", "[13]")
    boston = boston.replace(", reconstruct: true", "")
    fails("train", write("b.yaml", boston), says=["set data.reconstruct to true"])
    crossed = plain.replace("loss: mse", "loss: softmax_cross_entropy")
    fails("train", write("c.yaml", crossed), says=["data.reconstruct", "use the loss mse"])
    narrow = plain.replace("units: 64", "units: 16").replace("[1, 8, 8]}", "[1, 4, 4]}")
    fails("train", write("n.yaml", narrow), says=["data.reconstruct", "1 x 4 x 4", "1 x 8 x 8"])
    write("text.txt", "to be or not to be " * 20)
    text = plain.replace("name: digits", "text: text.txt").replace("normalize: symmetric, ", "")
    fails("train", write("t.yaml", text), says=["reconstruct does not apply"])


def test_variational():
    train(write("v.yaml", VARIATIONAL), "--out", "v.h5")
    images, _ = digits()
    numpy.save("images.npy", images.astype(numpy.float32))
    for layer in ("distribution", "code"):
        run("predict", "v.h5", "images.npy", "--to", layer, "--out", f"{layer}.h5")
    with h5py.File("distribution.h5") as file, h5py.File("code.h5") as code:
        mean, log_variance = file["output"][:, :4], file["output"][:, 4:]
        assert (code["output"][()] == mean).all()  # outside training
    # all codes together are about standard normal, and what they are made into are digits
    second_moment = (mean**2 + numpy.exp(log_variance)).mean()
    assert 0.8 < second_moment < 1.25, second_moment
    for name in ("a", "b"):
        run("predict", "v.h5", "--from", "code", "--random", 400, "--out", f"{name}.h5")
    with h5py.File("a.h5") as a, h5py.File("b.h5") as b:
        drawn = a["output"][()]
        assert (drawn == b["output"][()]).all() and drawn.shape == (400, 64)
    pixels = images.reshape(-1, 64) / 16
    distance = ((drawn.mean(0) - pixels.mean(0)) ** 2).mean() / pixels.mean(0).var()
    assert distance < 0.05, distance
    fails("predict", "v.h5", says=["--random"])
    fails("predict", "v.h5", "--random", 3, says=["--from"])
    fails("predict", "v.h5", "images.npy", "--random", 3, says=["INPUT"])


TIED = """\
name: Tied
data: {name: digits, normalize: unit, reconstruct: true}
network:
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: code, units: 12, activation: tanh}
    - dense: {name: picture, units: 64, tied: code, transposed: true}
    - reshape: {name: square, shape: [1, 8, 8]}
train: {loss: mse, optimizer: {adam: {lr: 0.003}}, average: {decay: 0.9}, epochs: 3}
"""


def test_tied_weights():
    train(write("t.yaml", TIED), "--out", "whole.h5")
    train("t.yaml", "--epochs", 2, "--out", "t.h5")
    train("--resume", "t.h5", "--epochs", 3)
    numpy.save("codes.npy", numpy.eye(12, dtype=numpy.float32))
    run("predict", "t.h5", "codes.npy", "--from", "code", "--to", "picture", "--out", "p.h5")
    with h5py.File("t.h5") as file, h5py.File("whole.h5") as whole, h5py.File("p.h5") as p:
        weights = file["model/weights"]
        assert sorted(weights["code"]) == ["bias", "weight"] and list(weights["picture"]) == ["bias"]
        assert list(file["checkpoints/weights/picture"]) == ["bias"]
        weight = weights["code/weight"][()]
        assert (weight == whole["model/weights/code/weight"][()]).all()
        expected = weight + weights["picture/bias"][()]
        numpy.testing.assert_allclose(p["output"][()], expected, rtol=1e-5, atol=1e-6)
        loss = file["metrics/epoch/val_loss"][-1]
    assert math.isclose(float(parse_result(run("eval", "t.h5").stdout)["val_loss"]), loss, rel_tol=1e-5)
    run("inspect", "t.h5", "--layer", "picture", "--what", "weights")
    for change, says in (
        ("tied=coda", "no layer before it"),
        ("transposed=false", "add `transposed: true`"),
    ):
        fails("check", "t.yaml", "--set", f"network.picture.{change}", says=["t.yaml:8:", says])


if __name__ == "__main__":
    main(globals())
