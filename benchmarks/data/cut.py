"""Cuts the data that ship with hjb-lr from their originals; the same command gives the same bytes.

usage: python3 cut.py FASHION_MNIST_FOLDER SCIKIT_LEARN_WHEEL

Fashion-MNIST: the first 12,000 examples of the training file are the training set, its last 2,000 the validation set,
the first 2,000 of the test file the test set. Digits: the table of scikit-learn's load_digits as it is.
"""

import gzip
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent
PIXELS = 28 * 28


def pack(data: bytes, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


def idx(axes: list[int], values: bytes) -> bytes:
    header = bytes([0, 0, 8, len(axes)])
    return header + b"".join(n.to_bytes(4, "big") for n in axes) + values


def cut_fashion(source: pathlib.Path) -> None:
    for name, prefix, first, count in [
        ("train", "train", 0, 12_000),
        ("validation", "train", 58_000, 2_000),
        ("test", "t10k", 0, 2_000),
    ]:
        images = gzip.decompress((source / f"{prefix}-images-idx3-ubyte.gz").read_bytes())[16:]
        labels = gzip.decompress((source / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())[8:]
        target = HERE / "fashion-mnist"
        pack(idx([count, 28, 28], images[first * PIXELS : (first + count) * PIXELS]), target / f"{name}-images-idx3-ubyte.gz")
        pack(idx([count], labels[first : first + count]), target / f"{name}-labels-idx1-ubyte.gz")


def cut_digits(wheel: pathlib.Path) -> None:
    table = zipfile.ZipFile(wheel).read("sklearn/datasets/data/digits.csv.gz")
    pack(gzip.decompress(table), HERE / "digits" / "digits.csv.gz")


if __name__ == "__main__":
    cut_fashion(pathlib.Path(sys.argv[1]))
    cut_digits(pathlib.Path(sys.argv[2]))
