"""Makes the table that Pinhole's `mobilenet` is compared with: what PyTorch answers.

Needs torch, torchvision, numpy and Pillow. Run from the project's root:

    python scripts/parity_reference.py CHECKPOINT.pth PHOTOS

CHECKPOINT.pth is `mobilenet_v2-b0353104.pth`; PHOTOS is a folder of JPEG files. Writes
`crates/pinhole/tests/fixtures/mobilenet_parity.json` (probabilities of at least 0.00005, by index) and
`crates/pinhole/tests/fixtures/lossless.png`, a drawn picture with its own row in the table.
"""

import json
import pathlib
import sys

import numpy
import torch
import torchvision
from PIL import Image

FIXTURES = pathlib.Path("crates/pinhole/tests/fixtures")
SMALLEST = 0.00005


def drawing(width=420, height=300):
    """A picture with gradients, edges and fine texture, so that resampling matters."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    red = 127 + 120 * numpy.sin(x / 9.0) * numpy.cos(y / 17.0)
    green = 255 * (((x // 24) + (y // 24)) % 2)
    blue = 255 * x / width
    inside = (x - 210) ** 2 + (y - 150) ** 2 < 100**2
    red[inside], green[inside] = 240, 180 - (y[inside] / 3)
    return Image.fromarray(numpy.stack([red, green, blue], axis=-1).clip(0, 255).astype(numpy.uint8))


def main(checkpoint, photos):
    network = torchvision.models.mobilenet_v2()
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    network.eval()
    prepare = torchvision.models.MobileNet_V2_Weights.IMAGENET1K_V1.transforms(antialias=True)

    def probabilities(path):
        with torch.no_grad():
            batch = prepare(Image.open(path).convert("RGB")).unsqueeze(0)
            row = network(batch).softmax(dim=1)[0].numpy()
        return {str(index): round(float(value), 6) for index, value in enumerate(row) if value >= SMALLEST}

    FIXTURES.mkdir(parents=True, exist_ok=True)
    drawing().save(FIXTURES / "lossless.png", optimize=True)
    table = {
        "made_with": f"torch {torch.__version__}, torchvision {torchvision.__version__}",
        "smallest": SMALLEST,
        "lossless": probabilities(FIXTURES / "lossless.png"),
        "photos": {
            path.name: probabilities(path)
            for path in sorted(pathlib.Path(photos).iterdir())
            if path.suffix.lower() in {".jpg", ".jpeg"}
        },
    }
    text = json.dumps(table, separators=(",", ":")).replace('},"', '},\n"')
    (FIXTURES / "mobilenet_parity.json").write_text(text + "\n")
    print(f"{len(table['photos'])} photos")


if __name__ == "__main__":
    main(*sys.argv[1:])
