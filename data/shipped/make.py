#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the shipped tables from the files of Debian's package python3-sklearn.

The values are copied as they are written there; what is added is a header, and the names of the
classes in place of their numbers. The same package gives the same bytes.
"""

import csv
import gzip
import io
import pathlib

SOURCE = pathlib.Path("/usr/lib/python3/dist-packages/sklearn/datasets/data")
HERE = pathlib.Path(__file__).parent

IRIS = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
WINE = ["alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols",
        "flavanoids", "nonflavanoid phenols", "proanthocyanins", "color intensity", "hue",
        "od280/od315 of diluted wines", "proline"]
PIXELS = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def rows_of(name):
    return list(csv.reader((SOURCE / name).read_text().splitlines()))


def classified(name, header, target):
    """A file whose first line is the counts and the names of the classes."""
    first, *rows = rows_of(name)
    classes = first[2:]
    return table(header + [target], [row[:-1] + [classes[int(row[-1])]] for row in rows])


def main():
    boston = rows_of("boston_house_prices.csv")[1:]
    header = [name.lower() for name in boston[0]]
    (HERE / "boston-housing.csv").write_bytes(table(header, boston[1:]))
    (HERE / "iris.csv").write_bytes(classified("iris.csv", IRIS, "species"))
    (HERE / "wine.csv").write_bytes(classified("wine_data.csv", WINE, "cultivator"))
    digits = gzip.decompress((SOURCE / "digits.csv.gz").read_bytes()).decode()
    rows = list(csv.reader(digits.splitlines()))
    packed = gzip.compress(table(PIXELS + ["digit"], rows), mtime=0)
    (HERE / "digits.csv.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
