"""Makes crates/vision/tests/fixtures/prepare.json: what torchvision and fastai hand to a network.

Run with a Python that has Pillow, torch and torchvision: python scripts/prepare_reference.py
torchvision is called. fastai's rules for `Resize(size, method)` outside training are restated here from its
source (version 2.8.12), with Pillow and numpy doing the work, so that fastai need not be installed.
The pictures are made by the formula of pillow_resize_reference.py, which the test repeats.
"""

import json
import pathlib

import numpy as np
from PIL import Image
from pillow_resize_reference import FILTERS, generated
from torchvision import transforms

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
PAD_MODES = {"pad": "constant", "pad_border": "edge", "pad_reflection": "reflect"}


def torchvision_steps(picture, resize, crop, filter_name):
    steps = []
    if resize:
        steps.append(transforms.Resize(resize, interpolation=transforms.InterpolationMode(filter_name)))
    if crop:
        steps.append(transforms.CenterCrop((crop[1], crop[0])))
    for step in steps:
        picture = step(picture)
    return picture


def fastai_resize(picture, size, method, resample):
    width, height = picture.size
    if method == "squish":
        return picture.resize(size, resample)
    ratios = (width / size[0], height / size[1])
    ratio = min(ratios) if method == "crop" else max(ratios)
    part = (int(ratio * size[0]), int(ratio * size[1]))
    left, top = int(0.5 * (width - part[0])), int(0.5 * (height - part[1]))
    inside = (max(left, 0), max(top, 0), min(left + part[0], width), min(top + part[1], height))
    picture = picture.crop(inside)
    before = (max(-left, 0), max(-top, 0))
    after = (max(part[0] - width + left, 0), max(part[1] - height + top, 0))
    if any(before) or any(after):
        border = ((before[1], after[1]), (before[0], after[0]), (0, 0))
        picture = Image.fromarray(np.pad(np.asarray(picture), border, PAD_MODES[method]))
    return picture.resize(size, resample)


def planes(picture):
    tensor = transforms.Normalize(MEAN, STD)(transforms.ToTensor()(picture))
    return tensor.numpy()


def summary(values):
    """Enough to see any pixel moved: shape, sums of each plane in 64 bits, and every 499th value."""
    flat = values.reshape(-1)
    return {
        "shape": list(values.shape),
        "sums": [float(plane.astype(np.float64).sum()) for plane in values],
        "every_499th": [float(value) for value in flat[::499]],
    }


def main():
    normalize = {"step": "normalize", "scale": 255.0, "mean": MEAN, "std": STD}
    cases = []

    def add(source, steps, picture):
        cases.append({"source": source, "steps": [*steps, normalize], **summary(planes(picture))})

    rules = [
        (64, (56, 56), "bilinear"),
        (33, (20, 27), "bicubic"),
        (40, (40, 40), "bilinear"),
        (24, (64, 50), "bilinear"),
        (50, None, "bilinear"),
        (None, (31, 40), "bilinear"),
        (None, (90, 71), "bilinear"),
    ]
    for source in [(97, 61), (61, 97), (80, 80), (70, 33)]:
        picture = generated(*source)
        for resize, crop, name in rules:
            steps = []
            if resize:
                steps.append({"step": "resize_short_side", "size": resize, "filter": name})
            if crop:
                steps.append({"step": "center_crop", "width": crop[0], "height": crop[1]})
            add(source, steps, torchvision_steps(picture, resize, crop, name))
    for source in [(97, 61), (61, 97), (49, 33), (12, 75), (75, 12)]:
        picture = generated(*source)
        for size in [(32, 32), (49, 49), (40, 24), (20, 60)]:
            for method in ["crop", "squish", "pad", "pad_border", "pad_reflection"]:
                step = {"step": "resize", "width": size[0], "height": size[1], "method": method}
                add(source, [step], fastai_resize(picture, size, method, FILTERS["bilinear"]))
    out = pathlib.Path(__file__).parent.parent / "crates/vision/tests/fixtures/prepare.json"
    out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
