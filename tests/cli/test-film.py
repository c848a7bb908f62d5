# SPDX-License-Identifier: Apache-2.0
"""`faltung inspect --film` and `--frames`: a run's moments one after the other, pixel by pixel what
`--moment` shows of each."""

import pathlib
import shutil
import struct
import subprocess

from program import DIGITS, Skip, main, run, train, write


def chunks(data):
    """The chunks of a WebP file: (name, content)."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP", data[:12]
    at = 12
    while at < len(data):
        size = struct.unpack("<I", data[at + 4:at + 8])[0]
        yield data[at:at + 4], data[at + 8:at + 8 + size]
        at += 8 + size + size % 2


def pixels(path):
    """Of a film those of all pictures, one after the other."""
    return subprocess.run(["convert", path, "-coalesce", "-depth", "8", "rgb:-"], check=True,
                          capture_output=True).stdout


def test_frames():
    if not shutil.which("convert"):
        raise Skip("ImageMagick is not installed")
    train(write("d.yaml", DIGITS), "--out", "d.h5")
    inspect = ("inspect", "d.h5", "--what", "weights,maps", "--layer", "hidden")
    if "-Ddraw=disabled" in run(*inspect, "--frames", "f", status=None).stderr:
        raise Skip("built without pictures")
    n = int(next(line.split()[-1] for line in run("inspect", "d.h5").stdout.splitlines()
                 if line.startswith("moments")))
    made = run(*inspect, "--film", "films", status=None)
    webp = made.returncode == 0
    assert webp or "without libwebp" in made.stderr, made.stderr
    seen = set()
    for name in "weights-hidden-weight", "maps-hidden":
        frames = sorted(pathlib.Path("f", name).iterdir())
        assert [f.name for f in frames] == [f"{i:04}.png" for i in range(1, n + 1)], frames
        for moment in 0, n - 1:
            run(*inspect, "--moment", moment, "--png", "p")
            shown = pixels(f"p/{name}.png")
            assert pixels(frames[moment]) == shown, (name, moment)
            seen.add(shown)
            if webp:
                film = pixels(f"films/{name}.webp")
                part = film[-len(shown):] if moment else film[:len(shown)]
                assert part == shown, (name, moment)
        if webp:
            film = list(chunks(pathlib.Path("films", name + ".webp").read_bytes()))
            times = [content[12] | content[13] << 8 | content[14] << 16
                     for kind, content in film if kind == b"ANMF"]
            assert sum(times) == 150 * (n + 4), times
    assert len(seen) == 4
    assert sorted(p.name for p in pathlib.Path("films").iterdir() if webp) == (
        sorted(p.name + ".webp" for p in pathlib.Path("f").iterdir()) if webp else [])


if __name__ == "__main__":
    main(globals())
