"""Writes the small PyTorch files that the tests of the readers use, and what PyTorch itself finds in them.

    python scripts/torch_fixtures.py

Needs torch and torchvision; made with 2.15 and 0.29. Files go to crates/models/tests/fixtures/torch, the values of all of them to values.json.
"""

import collections
import io
import json
import pathlib
import zipfile

import torch
import torchvision

FOLDER = pathlib.Path(__file__).parent.parent / "crates/models/tests/fixtures/torch"


def numbers(*shape, dtype=torch.float32):
    """Numbers that every floating-point type holds exactly."""
    count = torch.Size(shape).numel()
    return ((torch.arange(count) % 37) * 0.25 - 3).reshape(shape).to(dtype)


def small_network():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(4, 2)
    )


def cases():
    base = numbers(6, 4)
    shared = numbers(10)
    parameters = small_network().state_dict()
    everything = collections.OrderedDict(
        single=numbers(2, 3),
        half=numbers(5, dtype=torch.float16),
        brain=numbers(5, dtype=torch.bfloat16),
        double=numbers(2, 2, dtype=torch.float64),
        long=torch.tensor([1, -(2**40), 3]),
        int=torch.tensor([4, -5], dtype=torch.int32),
        short=torch.tensor([6, -7], dtype=torch.int16),
        char=torch.tensor([8, -9], dtype=torch.int8),
        byte=torch.tensor([10, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False]),
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 3),
        transposed=base.t(),
        columns=base[:, 1:3],
        every_other=base[::2],
        expanded=numbers(3, 1).expand(3, 4),
        shared_whole=shared,
        shared_part=shared[4:],
        parameter=torch.nn.Parameter(numbers(3)),
    )
    return {
        "network": parameters,
        "everything": everything,
        "nested": {"epoch": 3, "state_dict": parameters, "optimizer": {"momentum": numbers(7), "lr": 0.1}},
        "wrapped": {"model": {f"module.{name}": value for name, value in parameters.items()}},
        "uint16": {"words": torch.tensor([1, 65535], dtype=torch.uint16)},
    }


def values(tensors):
    return {
        name: {"shape": list(tensor.shape), "values": tensor.detach().to(torch.float64).flatten().tolist()}
        for name, tensor in tensors.items()
    }


def pressed(file, content):
    """Saves into a compressed archive, as people do who repack it."""
    plain = io.BytesIO()
    torch.save(content, plain)
    with zipfile.ZipFile(plain) as source:
        with zipfile.ZipFile(FOLDER / file, "w", zipfile.ZIP_DEFLATED) as target:
            for record in source.infolist():
                # Without the time of the day the file is the same in every run.
                target.writestr(zipfile.ZipInfo(record.filename), source.read(record), zipfile.ZIP_DEFLATED)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, content in cases().items():
        tensors = content
        if name == "nested":
            tensors = content["state_dict"]
        if name == "wrapped":
            tensors = {key.removeprefix("module."): value for key, value in content["model"].items()}
        for container, zipped in [("zip", True), ("legacy", False)]:
            if name == "uint16" and not zipped:
                continue
            file = f"{name}_{container}.pth"
            torch.save(content, FOLDER / file, _use_new_zipfile_serialization=zipped)
            expected[file] = values(tensors)

    pressed("network_deflated.pth", cases()["network"])
    expected["network_deflated.pth"] = expected["network_zip.pth"]

    # The weights of a whole network, every tensor a view of one number, so that the file stays small.
    number = torch.tensor([0.01])
    thin = {
        name: number.expand(tensor.shape) if tensor.is_floating_point() else tensor
        for name, tensor in torchvision.models.mobilenet_v2().state_dict().items()
    }
    pressed("mobilenet_v2_thin.pth", thin)

    network = small_network()
    torch.save(network, FOLDER / "whole_module.pth")
    torch.jit.script(torch.nn.ReLU()).save(FOLDER / "script.pt")
    (FOLDER / "values.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
