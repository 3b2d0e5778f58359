"""Writes the 1,000 category names of ImageNet's classification task, in the order of the networks' outputs.

    python scripts/imagenet_labels.py

Needs torchvision; the names are those in the metadata of its weights.
"""

import pathlib

from torchvision.models import ResNet18_Weights

FILE = pathlib.Path(__file__).parent.parent / "crates/models/src/catalogue/imagenet.txt"


def main():
    categories = ResNet18_Weights.IMAGENET1K_V1.meta["categories"]
    FILE.write_text("".join(f"{category}\n" for category in categories))


if __name__ == "__main__":
    main()
