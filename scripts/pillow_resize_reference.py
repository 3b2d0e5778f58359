"""Makes crates/vision/tests/fixtures/pillow_resize.json: what Pillow's resize gives on generated pictures.

Run with a Python that has Pillow: python scripts/pillow_resize_reference.py
The pictures are made by a formula that the test repeats, so that only checksums have to be stored.
"""

import hashlib
import json
import pathlib

import PIL
from PIL import Image

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}

# Source size, target size, box in source pixels or None.
CASES = [
    ((64, 48), (31, 23), None),
    ((64, 48), (64, 23), None),
    ((64, 48), (31, 48), None),
    ((64, 48), (64, 48), None),
    ((64, 48), (150, 131), None),
    ((500, 375), (341, 256), None),
    ((331, 500), (224, 338), None),
    ((640, 360), (20, 11), None),
    ((1, 1), (7, 5), None),
    ((3, 200), (9, 17), None),
    ((200, 3), (16, 224), None),
    ((97, 61), (224, 224), None),
    ((1000, 7), (128, 128), None),
    ((50, 400), (40, 60), None),
    ((120, 300), (100, 90), (10.5, 20.0, 119.0, 280.5)),
    ((97, 61), (40, 30), (3.25, 1.5, 80.75, 60.125)),
    ((97, 61), (97, 61), (0.5, 0.5, 96.5, 60.5)),
    ((97, 61), (200, 100), (10.0, 20.0, 11.5, 22.25)),
    ((64, 48), (10, 10), (0.0, 0.0, 64.0, 47.5)),
]


def generated(width: int, height: int) -> Image.Image:
    """Noise from a 32-bit linear congruential generator over a gradient, with hard edges."""
    state = width * 65_537 + height
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            for channel in range(3):
                state = (state * 1_664_525 + 1_013_904_223) & 0xFFFF_FFFF
                noise = state >> 25
                edge = 127 if (x // 8 + y // 8 + channel) % 2 else 0
                pixels.append(noise + edge)
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def main() -> None:
    cases = []
    for source, target, box in CASES:
        picture = generated(*source)
        for name, resample in FILTERS.items():
            resized = picture.resize(target, resample, box=box)
            digest = hashlib.sha256(resized.tobytes()).hexdigest()
            cases.append({"source": source, "target": target, "box": box, "filter": name, "sha256": digest})
    out = pathlib.Path(__file__).parent.parent / "crates/vision/tests/fixtures/pillow_resize.json"
    lines = ",\n".join("    " + json.dumps(case) for case in cases)
    out.write_text(f'{{\n  "pillow": "{PIL.__version__}",\n  "cases": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
