# SPDX-License-Identifier: Apache-2.0
"""Draws the contact sheets and reads them with readers of other people: Python's zlib and XML
parser, and ImageMagick where it is installed."""

import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zlib


def read_png(path):
    """Width, height and the rows of a PNG of 8 bits a channel; every checksum is checked."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", f"{path}: no PNG"
    at, packed, header, ended = 8, b"", None, False
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert zlib.crc32(kind + body) == checksum, f"{path}: checksum of {kind}"
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        ended = kind == b"IEND"
        at += 12 + length
    assert ended and at == len(data), f"{path}: cut off"
    width, height, depth, color = header[:4]
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    assert depth == 8
    raw = zlib.decompress(packed)
    assert len(raw) == height * (1 + width * channels), f"{path}: {len(raw)} bytes"
    return width, height, raw


def main():
    identify = shutil.which("identify")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        folder = pathlib.Path(folder)
        names = {path.name.split("-")[0] for path in folder.iterdir()}
        assert names == {"charts", "diagrams", "equations", "tensors"}, names
        for name in sorted(names):
            sizes = {}
            for look in ("light", "dark"):
                for scale, suffix in ((1, ""), (2, "@2x")):
                    path = folder / f"{name}-{look}{suffix}.png"
                    width, height, raw = read_png(path)
                    sizes[scale] = (width, height)
                    assert len(set(raw)) > 30, f"{path}: blank"
                    if identify:
                        said = subprocess.run(
                            [identify, "-format", "%m %w %h", path],
                            check=True, capture_output=True, text=True,
                        ).stdout
                        assert said == f"PNG {width} {height}", said
                assert sizes[2] == (2 * sizes[1][0], 2 * sizes[1][1]), sizes
                svg = xml.etree.ElementTree.parse(folder / f"{name}-{look}.svg").getroot()
                assert svg.tag == "{http://www.w3.org/2000/svg}svg", svg.tag
                box = svg.get("viewBox").split()
                assert (int(box[2]), int(box[3])) == sizes[1], box
                shapes = sum(1 for element in svg.iter() if element.tag.endswith("}path"))
                assert shapes > 50, f"{name}-{look}.svg: {shapes} paths"
        light = (folder / "charts-light.png").read_bytes()
        assert light != (folder / "charts-dark.png").read_bytes()


main()
