"""Cuts the data that ship with hjb-lr from their originals; the same command gives the same bytes.

usage: python3 cut.py FASHION_MNIST_FOLDER SCIKIT_LEARN_WHEEL [--out FOLDER]

Fashion-MNIST: the first 12,000 examples of the training file are the training set, its last 2,000 the validation set,
the first 2,000 of the test file the test set. Digits: the table of scikit-learn's load_digits as it is.
Originals other than those named in README.md are refused. Prints the SHA-256 of each file written and of its content.
"""

import argparse
import gzip
import hashlib
import pathlib
import sys
import zipfile

PIXELS = 28 * 28
DIGITS = "sklearn/datasets/data/digits.csv.gz"
ORIGINALS = {
    "train-images-idx3-ubyte.gz": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels-idx1-ubyte.gz": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    DIGITS: "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def unpack(name: str, packed: bytes) -> bytes:
    if sha256(packed) != ORIGINALS[name]:
        sys.exit(f"{name} has SHA-256 {sha256(packed)}, not that of the original {ORIGINALS[name]}")
    return gzip.decompress(packed)


def pack(data: bytes, target: pathlib.Path) -> None:
    packed = gzip.compress(data, compresslevel=9, mtime=0)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(packed)
    print(target.name, len(packed), sha256(packed), sha256(data))


def idx(axes: list[int], values: bytes) -> bytes:
    header = bytes([0, 0, 8, len(axes)])
    return header + b"".join(n.to_bytes(4, "big") for n in axes) + values


def cut_fashion(source: pathlib.Path, target: pathlib.Path) -> None:
    content = {name: unpack(name, (source / name).read_bytes()) for name in ORIGINALS if name != DIGITS}
    for name, prefix, first, count in [
        ("train", "train", 0, 12_000),
        ("validation", "train", 58_000, 2_000),
        ("test", "t10k", 0, 2_000),
    ]:
        images = content[f"{prefix}-images-idx3-ubyte.gz"][16:][first * PIXELS : (first + count) * PIXELS]
        labels = content[f"{prefix}-labels-idx1-ubyte.gz"][8:]
        pack(idx([count, 28, 28], images), target / f"{name}-images-idx3-ubyte.gz")
        pack(idx([2, count, 14, 14], pooled_sums(images)), target / f"{name}-sums-idx4-ubyte.gz")
        pack(idx([count], labels[first : first + count]), target / f"{name}-labels-idx1-ubyte.gz")


def pooled_sums(images: bytes) -> bytes:
    """Sums of squares of 2 x 2 pixels, 0..1020: the high bytes of all, then the low bytes."""
    sums = [
        images[first] + images[first + 1] + images[first + 28] + images[first + 29]
        for row in range(0, len(images), 2 * 28)
        for first in range(row, row + 28, 2)
    ]
    return bytes(value >> 8 for value in sums) + bytes(value & 255 for value in sums)


def cut_digits(wheel: pathlib.Path, target: pathlib.Path) -> None:
    pack(unpack(DIGITS, zipfile.ZipFile(wheel).read(DIGITS)), target / "digits.csv.gz")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fashion_mnist_folder", type=pathlib.Path)
    parser.add_argument("scikit_learn_wheel", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    options = parser.parse_args()
    cut_fashion(options.fashion_mnist_folder, options.out / "fashion-mnist")
    cut_digits(options.scikit_learn_wheel, options.out / "digits")
