# SPDX-License-Identifier: Apache-2.0
"""A network of two inputs: an image and a place, each from an array of its own."""

import csv
import io
import pathlib

import h5py
import numpy
from program import fails, main, parse_json, parse_result, run, train, write

TWO = """\
name: Two inputs
data: {hdf5: two.h5, input: {image: /picture, place: /where}}
network:
  input: {image: [2, 5, 4], place: [3]}
  layers:
    - conv2d: {name: seen, inputs: image, filters: 4, kernel: 3, activation: tanh}
    - flatten: {name: flat}
    - dense: {name: known, inputs: place, units: 6, activation: tanh}
    - concat: {inputs: [flat, known]}
    - dense: {name: out, units: 3}
train: {loss: softmax_cross_entropy, optimizer: {adam: {lr: 0.02}}, batch: 20, epochs: 30}
"""


def make_data(n=240):
    """The class is told by the image and the place together, by neither alone."""
    random = numpy.random.default_rng(4)
    image = random.normal(size=(n, 2, 5, 4)).astype("f4")
    place = (5 + 3 * random.normal(size=(n, 3))).astype("f4")
    bright = image.mean((1, 2, 3)) > 0
    label = (bright.astype(int) + (place[:, 0] > 5)).astype("i4")
    with h5py.File("two.h5", "w") as file:
        image += 2 * bright[:, None, None, None]
        file["picture"], file["where"], file["target"] = image, place, label
        return image, place, label


def forward(path, image, place):
    """The same network in NumPy, on values as they are in the file."""
    with h5py.File(path) as file:
        mean, scale = file["data/mean"][()].astype(float), file["data/scale"][()].astype(float)
        flat = (numpy.concatenate([image.reshape(len(image), -1), place], 1) - mean) * scale
        image, place = flat[:, :40].reshape(-1, 2, 5, 4), flat[:, 40:]
        weights = {name: group["weight"][()].astype(float)
                   for name, group in file["model/weights"].items()}
        biases = {name: group["bias"][()] for name, group in file["model/weights"].items()}
    windows = numpy.lib.stride_tricks.sliding_window_view(image, (3, 3), (2, 3))
    seen = numpy.einsum("nchwij,ocij->nohw", windows, weights["seen"])
    seen = numpy.tanh(seen + biases["seen"][:, None, None]).reshape(len(image), -1)
    known = numpy.tanh(place @ weights["known"].T + biases["known"])
    return numpy.concatenate([seen, known], 1) @ weights["out"].T + biases["out"]


def weights_of(path):
    with h5py.File(path) as file:
        return [file[f"model/weights/{name}/weight"][()].tobytes()
                for name in ("seen", "known", "out")]


def test_two_inputs():
    image, place, label = make_data()
    write("two.yaml", TWO)
    result = parse_result(train("two.yaml", "--out", "a.h5").stdout)
    assert float(result["val_accuracy"]) > 0.85, result
    # each channel of the image and each value of the place is scaled by itself
    with h5py.File("a.h5") as file:
        mean = file["data/mean"][()]
        assert len(set(mean[:20])) == len(set(mean[20:40])) == 1 and len(set(mean)) == 5
        assert "input: {image: [2, 5, 4], place: [3]}" in file["model/graph"][()].decode()

    run("train", "two.yaml", "--threads", 2, "--out", "b.h5")
    train("two.yaml", "--out", "c.h5", "--epochs", 11)
    train("two.yaml", "--resume", "c.h5")
    assert weights_of("a.h5") == weights_of("b.h5") == weights_of("c.h5")

    expected = forward("a.h5", image, place)
    numpy.save("x.npy", image)
    numpy.save("p.npy", place)
    numpy.save("y.npy", label)
    numpy.save("flat.npy", numpy.concatenate([image.reshape(240, -1), place], 1))
    with h5py.File("named.h5", "w") as file:
        file["image"], file["place"] = image, place
    for source, more in [("two.h5", []), ("{image: x.npy, place: p.npy}", []), ("flat.npy", []),
                         ("named.h5", ["--dataset", "{image: image, place: place}"])]:
        run("predict", "a.h5", source, "--out", "o.h5", *more)
        with h5py.File("o.h5") as file:
            numpy.testing.assert_allclose(file["output"][()], expected, rtol=1e-4, atol=1e-4)
        run("predict", "a.h5", source, "--to", "known", "--out", "k.h5", *more)
        with h5py.File("k.h5") as file:
            assert file["output"].shape == (240, 6)
        for name in ("o.h5", "k.h5"):
            pathlib.Path(name).unlink()

    # the same samples from files of NumPy
    write("npy.yaml", TWO.replace("hdf5: two.h5, input: {image: /picture, place: /where}",
                                  "npy: {image: x.npy, place: p.npy}, target: y.npy"))
    train("npy.yaml", "--out", "d.h5")
    assert weights_of("a.h5") == weights_of("d.h5")

    layers = parse_json(run("check", "two.yaml", "--json").stdout)["layers"]
    assert [(layer["name"], layer["output"]) for layer in layers[:2]] == [
        ("image", [2, 5, 4]), ("place", [3])]
    assert "known" in run("gradcheck", "two.yaml").stdout
    rows = list(csv.reader(io.StringIO(run("predict", "a.h5", "two.h5").stdout)))
    assert len(rows) == 241
    run("eval", "a.h5")
    run("inspect", "a.h5", "--what", "maps", "--layer", "image", "--png", ".")


def test_augmented():
    """The pictures change from epoch to epoch, in the same way on any number of threads."""
    make_data(60)
    plain = TWO.replace("epochs: 30", "epochs: 2")
    write("plain.yaml", plain)
    write("moved.yaml", plain.replace("/where}}", "/where}, augment: {shift: 1, noise: 0.1}}"))
    train("plain.yaml", "--out", "plain.h5")
    train("moved.yaml", "--out", "one.h5")
    run("train", "moved.yaml", "--threads", 3, "--out", "three.h5")
    assert weights_of("plain.h5") != weights_of("one.h5") == weights_of("three.h5")
    assert "epoch 1" in run("data", "show", "moved.yaml", "--augment").stdout


def test_mistakes():
    make_data(30)
    for old, new, *says in [
        ("place: [3]", "place: [2]", "two.yaml:4:29", "place, 2, but of the data place, 3"),
        ("{image: [2, 5, 4], place: [3]}", "{place: [3], image: [2, 5, 4]}",
         "two.yaml:4:11", "in the same order"),
        ("place: /where}", "place: /wher}", "/wher", "did you mean /where?"),
        ("place: /where", "place: [/where]", "two.yaml:2:54", "place in input must be text"),
        ("{image: /picture, place: /where}", "/where", "two.yaml:4:11", "43 values together"),
    ]:
        assert old in TWO
        write("two.yaml", TWO.replace(old, new))
        fails("train", "two.yaml", "--out", "a.h5", status=None, says=says)
    write("two.yaml", TWO)
    train("two.yaml", "--epochs", 1, "--out", "a.h5")
    numpy.save("p.npy", numpy.zeros((4, 3)))
    numpy.save("x.npy", numpy.zeros((5, 2, 5, 4)))
    fails("predict", "a.h5", "{image: x.npy, place: p.npy}", says=["4 samples", "5 for 'image'"])
    fails("predict", "a.h5", "{image: x.npy}", says=["no file for the input 'place'"])


main(globals())
