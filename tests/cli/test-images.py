# SPDX-License-Identifier: Apache-2.0
"""Folders of pictures as data: classes, sizes, colours, and pictures for a trained network."""

import pathlib
import shutil
import struct
import subprocess
import tempfile
import zlib

import h5py
import numpy
from program import Skip, fails, main, parse_json, parse_result, run, train, write

NETWORK = """\
network:
  input: {shape}
  layers:
    - flatten:
    - dense: {{name: out, units: 3}}
train: {{loss: softmax_cross_entropy, optimizer: {{sgd: {{lr: 0.05}}}}, batch: 8, epochs: 20}}
"""


def png(path, pixels):
    """Writes (height, width), ... x 3 or x 4 bytes as the specification says, without a library."""
    height, width = pixels.shape[:2]
    kind = {2: 0, 3: {3: 2, 4: 6}.get(pixels.shape[-1])}[pixels.ndim]

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + pixels[y].tobytes() for y in range(height))
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n"
                     + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def samples_of(data):
    """What the network sees of @data without normalization, and its classes, training then rest."""
    write("export.yaml", f"name: e\ndata: {data}\n" + NETWORK.format(shape="[1]"))
    run("data", "export", "export.yaml", "--out", "e.h5")
    with h5py.File("e.h5") as file:
        parts = [file[name] for name in ("training", "validation")]
        result = [(part["input"][()], part["class"][()] if "class" in part else None)
                  for part in parts]
    pathlib.Path("e.h5").unlink()
    return result


def make_classes(root, n, random, shape):
    """Pictures of three classes that differ by where they are bright."""
    made = []
    for class_number, name in enumerate(["alpha", "beta", "gamma"]):
        for i in range(n):
            pixels = random.integers(0, 60, shape, numpy.uint8)
            pixels[2 * class_number:2 * class_number + 2] += 150
            png(f"{root}/{name}/{i:03}.PNG", pixels)
            made.append((pixels, class_number))
    return made


def in_order(samples, classes):
    return sorted((s.astype(int).tobytes(), int(c)) for s, c in zip(samples, classes))


def test_classes():
    random = numpy.random.default_rng(3)
    for shape in [(6, 5), (6, 5, 3)]:
        shutil.rmtree("train-me", ignore_errors=True)
        made = make_classes("train-me/train", 8, random, shape)
        test = make_classes("train-me/test", 3, random, shape)
        pathlib.Path("train-me/train/alpha/notes.txt").write_text("no picture")
        (x, y), (tx, ty) = samples_of("{images: train-me, normalize: none}")
        for samples, classes, wanted in [(x, y, made), (tx, ty, test)]:
            planes = [p[None] if p.ndim == 2 else p.transpose(2, 0, 1) for p, _ in wanted]
            assert in_order(samples, classes) == in_order(planes, [c for _, c in wanted])
        assert x.shape[1:] == (1 if len(shape) == 2 else 3, 6, 5)

    text = NETWORK.format(shape="[3, 6, 5]")
    write("t.yaml", f"name: pictures\ndata: {{images: train-me}}\n{text}")
    assert float(parse_result(train("t.yaml", "--out", "t.h5").stdout)["val_accuracy"]) == 1
    shown = parse_json(run("data", "show", "train-me", "--json").stdout)
    assert [c["name"] for c in shown["classes"]] == ["alpha", "beta", "gamma"]
    # one picture, and a folder of them
    for source, n in [("train-me/test/gamma/001.PNG", 1), ("train-me/test/gamma", 3)]:
        answers = parse_json(run("predict", "t.h5", source, "--json").stdout)
        assert len(answers) == n and {a["class_name"] for a in answers} == {"gamma"}, answers


def test_transparent_and_scaled():
    clear = numpy.zeros((4, 4, 4), numpy.uint8)
    clear[..., :3], clear[:2, :, 3] = 40, 255  # the lower half is glass
    png("a/x.png", clear)
    png("a/y.png", numpy.kron(numpy.arange(16, dtype=numpy.uint8).reshape(4, 4) * 15,
                              numpy.ones((2, 2), numpy.uint8)))
    data = "{images: a, size: [4, 4], normalize: none, validation: 0.5}"
    both = numpy.concatenate([x for x, _ in samples_of(data)])
    both = sorted(both[:, 0].astype(int).tolist())
    assert both == sorted([[[40] * 4] * 2 + [[255] * 4] * 2,
                           (numpy.arange(16).reshape(4, 4) * 15).tolist()])


def test_jpeg():
    if not shutil.which("convert"):
        raise Skip("there is no ImageMagick to write and read them")
    random = numpy.random.default_rng(1)
    for i in range(3):
        png("tmp.png", numpy.kron(random.integers(0, 255, (4, 4, 3), numpy.uint8),
                                  numpy.ones((8, 8, 1), numpy.uint8)))
        pathlib.Path("j").mkdir(exist_ok=True)
        subprocess.run(["convert", "tmp.png", "-quality", "90", f"j/{i}.jpg"], check=True)
    ours = numpy.concatenate([x for x, _ in samples_of("{images: j, normalize: none}")])
    for i in range(3):
        raw = subprocess.run(["convert", f"j/{i}.jpg", "rgb:-"], check=True, capture_output=True).stdout
        theirs = numpy.frombuffer(raw, numpy.uint8).reshape(32, 32, 3).transpose(2, 0, 1)
        assert numpy.abs(ours - theirs).max((1, 2, 3)).min() <= 2


def test_mistakes():
    png("m/a/1.png", numpy.zeros((4, 5), numpy.uint8))
    png("m/b/1.png", numpy.zeros((4, 6), numpy.uint8))
    text = "name: m\ndata: {images: m}\n" + NETWORK.format(shape="[1, 4, 5]")
    write("m.yaml", text)

    def says(*texts):
        fails("train", "m.yaml", "--out", "x.h5", status=None, says=texts)

    says("m/b/1.png", "4 x 6", "4 x 5", "size: [4, 5]")
    pathlib.Path("m/b/1.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    says("m/b/1.png: cannot be read", "PNG or JPEG")
    shutil.rmtree("m")
    says("m: cannot be read")
    pathlib.Path("m/empty").mkdir(parents=True)
    says("no pictures in it", "a folder for each class")


with tempfile.TemporaryDirectory() as folder:
    png(f"{folder}/a.png", numpy.zeros((2, 2), numpy.uint8))
    built = "without gdk-pixbuf" not in run("data", "show", folder, status=None).stderr
if built:
    main(globals())
else:
    print("1..0 # SKIP built without gdk-pixbuf")
