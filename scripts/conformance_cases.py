"""Writes crates/engine/tests/conformance: small ONNX graphs with inputs and expected outputs (and the tiny
graph on which an installed library is tried).

    python scripts/conformance_cases.py

Each case is `<name>.onnx` and `<name>.json`: {"tolerance", "runs": [{"inputs", "outputs"}]}, a tensor being
{"name", "type", "shape", "values"}. The expected values come from ONNX's reference evaluator and are
refused when ONNX Runtime disagrees with them. Needs the packages numpy, onnx and onnxruntime.
"""

import json
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "crates/engine/tests/conformance"
TYPES = {"f32": np.float32, "i64": np.int64, "i32": np.int32, "u8": np.uint8, "i8": np.int8, "bool": np.bool_}
NAMES = {np.dtype(kind): name for name, kind in TYPES.items()}
# The largest difference allowed: `tolerance` times the larger of 1 and the expected value.
TOLERANCE = 1e-4

written = []


def random(*shape, seed=0, low=-1.0, high=1.0):
    """Floats with few digits, so that the stored text stays short."""
    values = np.random.default_rng(seed).uniform(low, high, shape)
    return values.round(3).astype(np.float32)


def case(name, nodes, inputs, outputs=("y",), weights=None, opset=17, free=("batch",), runs=None, tolerance=TOLERANCE,
         reference_opset=None):
    """Stores one case. `inputs` maps names to arrays; the first side of each is free unless `free` is empty.

    `reference_opset` is for operators of which the evaluator knows only a later version with the same meaning.
    """
    nodes = [node if isinstance(node, onnx.NodeProto) else helper.make_node(*node) for node in nodes]
    weights = [numpy_helper.from_array(array, key) for key, array in (weights or {}).items()]

    def port(key, array):
        shape = list(array.shape)
        if free and shape:
            shape[0] = free[0]
        return helper.make_tensor_value_info(key, helper.np_dtype_to_tensor_dtype(array.dtype), shape)

    def model(declared, opset):
        graph = helper.make_graph(nodes, name, [port(*item) for item in inputs.items()], declared, weights)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="pinhole")
        made.ir_version = 7 if opset < 15 else 8
        return made

    unchecked = model([helper.make_empty_tensor_value_info(output) for output in outputs], reference_opset or opset)
    expected = ReferenceEvaluator(unchecked).run(None, inputs)
    checked = model([port(key, np.asarray(array)) for key, array in zip(outputs, expected)], opset)
    onnx.checker.check_model(checked, full_check=True)
    session = onnxruntime.InferenceSession(checked.SerializeToString(), providers=["CPUExecutionProvider"])

    stored = []
    for given in [inputs, *(runs or [])]:
        expected = [np.asarray(array) for array in ReferenceEvaluator(unchecked).run(None, given)]
        for key, ours, theirs in zip(outputs, expected, session.run(None, given)):
            assert ours.shape == theirs.shape and ours.dtype == theirs.dtype, (name, key, ours.shape, theirs.shape)
            gap = np.abs(ours.astype(np.float64) - theirs) / np.maximum(1, np.abs(ours.astype(np.float64)))
            assert gap.max(initial=0) <= tolerance, f"{name}: `{key}` differs by {gap.max()} from ONNX Runtime"
        stored.append({"inputs": tensors(given.items()), "outputs": tensors(zip(outputs, expected))})
    (FOLDER / f"{name}.onnx").write_bytes(checked.SerializeToString())
    text = json.dumps({"tolerance": tolerance, "runs": stored}, separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text.replace('{"inputs"', '\n{"inputs"') + "\n")
    written.append(name)


def tensors(items):
    def values(array):
        if array.dtype == np.float32:
            return [float(f"{value:.6g}") for value in array.ravel()]
        return array.ravel().tolist()

    return [
        {"name": key, "type": NAMES[array.dtype], "shape": list(array.shape), "values": values(array)}
        for key, array in items
    ]


def conv(name, x, w, bias=True, opset=17, **attributes):
    if opset > 13:
        attributes = {"kernel_shape": w[2:], **attributes}
    weights = {"w": random(*w, seed=1)}
    if bias:
        weights["b"] = random(w[0], seed=2)
    node = helper.make_node("Conv", ["x", *weights], ["y"], **attributes)
    case(name, [node], {"x": random(*x)}, weights=weights, opset=opset)


def convolutions():
    conv("conv", (1, 3, 7, 7), (4, 3, 3, 3), pads=[1, 1, 1, 1])
    conv("conv_without_bias", (1, 3, 5, 5), (4, 3, 3, 3), bias=False)
    conv("conv_stride", (1, 3, 8, 8), (4, 3, 3, 3), strides=[2, 2], pads=[1, 1, 1, 1])
    conv("conv_pointwise", (2, 8, 4, 4), (6, 8, 1, 1), bias=False)
    conv("conv_pointwise_stride", (1, 4, 5, 5), (6, 4, 1, 1), strides=[2, 2])
    conv("conv_seven", (1, 3, 12, 12), (4, 3, 7, 7), bias=False, strides=[2, 2], pads=[3, 3, 3, 3])
    conv("conv_dilation", (1, 2, 9, 9), (3, 2, 3, 3), dilations=[2, 2], pads=[2, 2, 2, 2])
    conv("conv_groups", (1, 6, 5, 5), (4, 3, 3, 3), group=2, pads=[1, 1, 1, 1])
    conv("conv_depthwise", (1, 6, 7, 7), (6, 1, 3, 3), group=6, strides=[2, 2], pads=[1, 1, 1, 1])
    conv("conv_depthwise_five", (1, 4, 7, 7), (4, 1, 5, 5), bias=False, group=4, pads=[2, 2, 2, 2])
    conv("conv_asymmetric_pads", (1, 2, 6, 6), (3, 2, 3, 3), strides=[2, 2], pads=[0, 0, 1, 1])
    conv("conv_one_by_seven", (1, 3, 8, 8), (3, 3, 1, 7), pads=[0, 3, 0, 3])
    conv("conv_seven_by_one", (1, 3, 8, 8), (3, 3, 7, 1), pads=[3, 0, 3, 0])
    conv("conv_same_upper", (1, 3, 8, 8), (4, 3, 3, 3), strides=[2, 2], auto_pad="SAME_UPPER")
    conv("conv_depthwise_same_upper", (1, 4, 7, 9), (4, 1, 5, 5), group=4, strides=[2, 2], auto_pad="SAME_UPPER")
    conv("conv_opset_13", (1, 3, 6, 6), (4, 3, 3, 3), opset=13, pads=[1, 1, 1, 1])
    # At opset 13 the kernel's shape is left out, which ONNX allows.
    conv("conv_bare", (1, 3, 5, 5), (4, 3, 3, 3), opset=13)
    norm = {"scale": random(4, seed=3, low=0.5), "bias": random(4, seed=4), "mean": random(4, seed=5),
            "variance": random(4, seed=6, low=0.2)}
    node = helper.make_node("BatchNormalization", ["x", *norm], ["y"], epsilon=1e-3)
    case("batch_normalization", [node], {"x": random(2, 4, 3, 3)}, weights=norm)
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
             helper.make_node("BatchNormalization", ["c", *norm], ["n"]),
             helper.make_node("Relu", ["n"], ["y"])]
    case("conv_batch_normalization_relu", nodes, {"x": random(1, 3, 6, 6)}, weights={"w": random(4, 3, 3, 3, seed=1), **norm})


def activations():
    x = {"x": random(2, 3, 4, 2, low=-8, high=8)}
    low, high = np.array(0, np.float32), np.array(6, np.float32)
    case("relu", [("Relu", ["x"], ["y"])], x)
    case("clip", [("Clip", ["x", "low", "high"], ["y"])], x, weights={"low": low, "high": high})
    case("clip_without_high", [("Clip", ["x", "low"], ["y"])], x, weights={"low": low})
    case("clip_without_low", [("Clip", ["x", "", "high"], ["y"])], x, weights={"high": high})
    case("leaky_relu", [helper.make_node("LeakyRelu", ["x"], ["y"], alpha=0.1)], x)
    case("sigmoid", [("Sigmoid", ["x"], ["y"])], x)
    case("swish", [("Sigmoid", ["x"], ["s"]), ("Mul", ["x", "s"], ["y"])], x)
    case("hard_sigmoid", [helper.make_node("HardSigmoid", ["x"], ["y"], alpha=1 / 6, beta=0.5)], x)
    case("hard_swish", [("HardSwish", ["x"], ["y"])], x)
    parts = [helper.make_node("HardSigmoid", ["x"], ["s"], alpha=1 / 6, beta=0.5), ("Mul", ["x", "s"], ["y"])]
    case("hard_swish_from_parts", parts, x, opset=13)
    case("mish", [("Mish", ["x"], ["y"])], x, opset=18)
    case("mish_from_parts", [("Softplus", ["x"], ["s"]), ("Tanh", ["s"], ["t"]), ("Mul", ["x", "t"], ["y"])], x)
    case("tanh", [("Tanh", ["x"], ["y"])], x)
    case("softmax", [helper.make_node("Softmax", ["x"], ["y"], axis=1)], {"x": random(3, 10, low=-5, high=5)})
    case("softmax_last", [helper.make_node("Softmax", ["x"], ["y"], axis=-1)], {"x": random(2, 3, 4)}, opset=13)


def arithmetic():
    a, b = random(2, 3, 4, 4), random(2, 3, 4, 4, seed=1, low=0.5, high=2)
    for name in ["Add", "Sub", "Mul", "Div"]:
        case(name.lower(), [(name, ["x", "z"], ["y"])], {"x": a, "z": b})
        case(f"{name.lower()}_channels", [(name, ["x", "z"], ["y"])], {"x": a},
             weights={"z": random(3, 1, 1, seed=2, low=0.5, high=2)})
    case("mul_gate", [("Mul", ["x", "z"], ["y"])], {"x": a, "z": random(2, 3, 1, 1, seed=3)})
    case("div_scalar", [("Div", ["x", "z"], ["y"])], {"x": a}, weights={"z": np.array(6, np.float32)})
    case("matmul", [("MatMul", ["x", "w"], ["y"])], {"x": random(3, 8)}, weights={"w": random(8, 5, seed=1)})
    gemm = {"w": random(5, 8, seed=1), "b": random(5, seed=2)}
    case("gemm", [helper.make_node("Gemm", ["x", *gemm], ["y"], transB=1)], {"x": random(3, 8)}, weights=gemm)
    gemm = {"w": random(8, 5, seed=1)}
    case("gemm_scaled", [helper.make_node("Gemm", ["x", *gemm], ["y"], alpha=0.5)], {"x": random(3, 8)}, weights=gemm)


def pools():
    x = {"x": random(1, 3, 9, 9)}

    def pool(name, kind, given=x, **attributes):
        case(name, [helper.make_node(kind, ["x"], ["y"], **attributes)], given)

    pool("max_pool", "MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    pool("max_pool_padded", "MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    pool("max_pool_overlapping", "MaxPool", kernel_shape=[3, 3], strides=[2, 2])
    pool("max_pool_ceil", "MaxPool", {"x": random(1, 3, 8, 8)}, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    pool("max_pool_stride_one", "MaxPool", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    pool("max_pool_without_strides", "MaxPool", kernel_shape=[3, 3])
    pool("average_pool_without_strides", "AveragePool", kernel_shape=[2, 2])
    pool("average_pool", "AveragePool", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    pool("average_pool_count_pad", "AveragePool", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=1)
    pool("average_pool_stride", "AveragePool", {"x": random(1, 3, 8, 8)}, kernel_shape=[2, 2], strides=[2, 2])
    pool("average_pool_ceil", "AveragePool", {"x": random(1, 3, 7, 7)}, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    pool("global_average_pool", "GlobalAveragePool")
    pool("global_max_pool", "GlobalMaxPool")
    both = [("GlobalAveragePool", ["x"], ["a"]), ("GlobalMaxPool", ["x"], ["m"]),
            helper.make_node("Concat", ["m", "a"], ["c"], axis=1), helper.make_node("Flatten", ["c"], ["y"])]
    case("concat_pool", both, x)
    case("reduce_mean", [helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3], keepdims=1)], x)
    case("reduce_mean_dropping", [helper.make_node("ReduceMean", ["x"], ["y"], axes=[-1, -2], keepdims=0)], x, opset=13)
    case("reduce_mean_axes_input", [helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=0)], x, opset=18,
         weights={"axes": np.array([2, 3], np.int64)})


def shapes():
    x = {"x": random(2, 3, 4, 5)}

    def whole(*numbers):
        return np.array(numbers, np.int64)

    case("flatten", [helper.make_node("Flatten", ["x"], ["y"], axis=1)], x)
    case("reshape", [("Reshape", ["x", "s"], ["y"])], x, weights={"s": whole(0, -1)})
    case("reshape_heads", [("Reshape", ["x", "s"], ["y"])], x, weights={"s": whole(-1, 12, 5)})
    case("transpose", [helper.make_node("Transpose", ["x"], ["y"], perm=[0, 2, 3, 1])], x)
    case("concat", [helper.make_node("Concat", ["x", "z"], ["y"], axis=1)], {**x, "z": random(2, 2, 4, 5, seed=1)})
    case("concat_four", [helper.make_node("Concat", ["x", "x", "w", "x"], ["y"], axis=3)], x, weights={"w": random(2, 3, 4, 1)}, free=())
    pads = {"p": whole(0, 0, 1, 2, 0, 0, 2, 1), "v": np.array(0.5, np.float32)}
    case("pad", [("Pad", ["x", "p", "v"], ["y"])], x, weights=pads)
    case("pad_zero", [("Pad", ["x", "p"], ["y"])], x, weights={"p": whole(0, 0, 0, 0, 0, 0, 1, 1)}, opset=13)
    case("squeeze", [("Squeeze", ["x", "a"], ["y"])], {"x": random(2, 3, 1, 1)}, weights={"a": whole(2, 3)})
    case("unsqueeze", [("Unsqueeze", ["x", "a"], ["y"])], {"x": random(2, 3)}, weights={"a": whole(2, 3)})
    bounds = {"from": whole(1, 0), "to": whole(3, 100), "axes": whole(1, 3), "steps": whole(1, 2)}
    case("slice", [("Slice", ["x", *bounds], ["y"])], x, weights=bounds)
    bounds = {"from": whole(-1), "to": whole(-100), "axes": whole(1), "steps": whole(-1)}
    case("slice_reversed", [("Slice", ["x", *bounds], ["y"])], x, weights=bounds)
    case("identity", [("Identity", ["x"], ["y"])], x)
    case("dropout", [("Dropout", ["x"], ["y"])], x, opset=13)
    case("dropout_ratio", [("Dropout", ["x", "r"], ["y"])], x, weights={"r": np.array(0.5, np.float32)})
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(random(3, 1, 1, seed=1)))
    case("constant", [constant, ("Add", ["x", "c"], ["y"])], x)
    # Channels by the size of the input, as exporters write a flatten of unknown batch.
    sizes = [("Shape", ["x"], ["s"]), helper.make_node("Gather", ["s", "zero"], ["n"], axis=0),
             ("Unsqueeze", ["n", "first"], ["m"]), helper.make_node("Concat", ["m", "rest"], ["t"], axis=0),
             ("Reshape", ["x", "t"], ["y"])]
    case("reshape_by_shape", sizes, x, weights={"zero": np.array(0, np.int64), "first": whole(0), "rest": whole(-1)})
    nodes = [helper.make_node("Split", ["x", "parts"], ["a", "b"], axis=1), ("Mul", ["a", "b"], ["y"])]
    case("split", nodes, {"x": random(2, 4, 3, 3)}, weights={"parts": whole(2, 2)}, opset=13)


def types():
    levels = np.random.default_rng(0).integers(0, 256, (1, 4, 4, 3)).astype(np.uint8)
    cast = [helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT), ("Sub", ["f", "mean"], ["m"]),
            ("Mul", ["m", "scale"], ["n"]), helper.make_node("Transpose", ["n"], ["y"], perm=[0, 3, 1, 2])]
    case("cast_bytes", cast, {"x": levels}, weights={"mean": np.array(127, np.float32), "scale": np.array(1 / 128, np.float32)})
    case("arg_max", [helper.make_node("ArgMax", ["x"], ["y"], axis=1, keepdims=0)], {"x": random(3, 7)})
    case("bytes_through", [("Identity", ["x"], ["y"])], {"x": levels})
    case("whole_numbers", [("Add", ["x", "z"], ["y"])], {"x": np.array([[1, -2], [3, 40000]], np.int64)}, weights={"z": np.array([7], np.int64)})
    case("comparison", [("Greater", ["x", "z"], ["y"])], {"x": random(2, 5)}, weights={"z": np.array(0, np.float32)})

    # A convolution as post-training quantisation writes it: bytes in and out, per-channel weights.
    weights = {
        "x_scale": np.array(0.02, np.float32), "x_zero": np.array(128, np.uint8),
        "w": np.random.default_rng(1).integers(-127, 128, (4, 3, 3, 3)).astype(np.int8),
        "w_scale": np.array([0.01, 0.02, 0.005, 0.015], np.float32), "w_zero": np.zeros(4, np.int8),
        "b": np.array([100, -200, 0, 50], np.int32),
        "b_scale": (np.array([0.01, 0.02, 0.005, 0.015]) * 0.02).astype(np.float32), "b_zero": np.zeros(4, np.int32),
        "y_scale": np.array(0.1, np.float32), "y_zero": np.array(100, np.uint8),
    }
    nodes = [
        ("QuantizeLinear", ["x", "x_scale", "x_zero"], ["xq"]),
        ("DequantizeLinear", ["xq", "x_scale", "x_zero"], ["xd"]),
        helper.make_node("DequantizeLinear", ["w", "w_scale", "w_zero"], ["wd"], axis=0),
        helper.make_node("DequantizeLinear", ["b", "b_scale", "b_zero"], ["bd"], axis=0),
        helper.make_node("Conv", ["xd", "wd", "bd"], ["c"], pads=[1, 1, 1, 1]),
        ("QuantizeLinear", ["c", "y_scale", "y_zero"], ["yq"]),
        ("DequantizeLinear", ["yq", "y_scale", "y_zero"], ["y"]),
    ]
    # A value half-way between two levels may go to either: one level is 0.1.
    case("quantized_conv", nodes, {"x": random(1, 3, 6, 6, low=-2, high=2)}, weights=weights, opset=13, tolerance=0.1001,
         reference_opset=19)
    scale = {"s": np.array(0.05, np.float32), "z": np.array(120, np.uint8)}
    nodes = [("QuantizeLinear", ["x", *scale], ["q"]), ("DequantizeLinear", ["q", *scale], ["y"])]
    case("quantize_dequantize", nodes, {"x": random(2, 9, low=-3, high=3) + np.float32(0.0007)}, weights=scale,
         reference_opset=19)


def whole_graphs():
    weights = {"w": random(4, 3, 3, 3, seed=1), "d": random(4, 1, 3, 3, seed=2), "p": random(4, 4, 1, 1, seed=3),
               "low": np.array(0, np.float32), "high": np.array(6, np.float32), "g": random(5, 4, seed=4), "b": random(5, seed=5)}
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], strides=[2, 2], pads=[1, 1, 1, 1]), ("Clip", ["c", "low", "high"], ["r"]),
             helper.make_node("Conv", ["r", "d"], ["e"], group=4, pads=[1, 1, 1, 1]), ("Clip", ["e", "low", "high"], ["f"]),
             helper.make_node("Conv", ["f", "p"], ["q"]), ("Add", ["q", "r"], ["a"]), ("GlobalAveragePool", ["a"], ["m"]),
             helper.make_node("Flatten", ["m"], ["l"]), helper.make_node("Gemm", ["l", "g", "b"], ["y"], transB=1)]
    more = [{"x": random(3, 3, 10, 10, seed=7)}, {"x": random(2, 3, 10, 10, seed=8)}]
    case("inverted_residual_any_batch", nodes, {"x": random(1, 3, 10, 10)}, weights=weights, runs=more)
    squeeze = [("GlobalAveragePool", ["x"], ["m"]), helper.make_node("Conv", ["m", "a"], ["c"]), ("Relu", ["c"], ["r"]),
               helper.make_node("Conv", ["r", "b"], ["e"]), ("Sigmoid", ["e"], ["s"]), ("Mul", ["x", "s"], ["y"])]
    case("squeeze_excitation", squeeze, {"x": random(2, 6, 4, 4)}, weights={"a": random(2, 6, 1, 1, seed=1), "b": random(6, 2, 1, 1, seed=2)})
    nodes = [("Add", ["x", "z"], ["sum"]), ("Mul", ["x", "z"], ["product"]), ("Identity", ["x"], ["same"])]
    case("two_inputs_three_outputs", nodes, {"z": random(2, 3, seed=1), "x": random(2, 3)}, outputs=("sum", "product", "same"))
    case("same_output_twice", [("Relu", ["x"], ["y"]), ("Identity", ["y"], ["a_copy"])], {"x": random(2, 3)}, outputs=("y", "a_copy"))


def tiny_graph():
    """The graph on which a freshly installed library is tried."""
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ["x", "y"]]
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "double", ports[:1], ports[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    (FOLDER.parent.parent / "src/install/double.onnx").write_bytes(model.SerializeToString())


def refused_graphs():
    """Graphs that every engine must refuse: half floats at the border, weights in a file that the model names."""

    def store(name, node, kind, weights=()):
        ports = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2]), helper.make_tensor_value_info("y", kind, ["n", 2])]
        graph = helper.make_graph([node], name, ports[:1], ports[1:], weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
        folder = FOLDER.parent / "refused"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())

    store("half_floats", helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT16), TensorProto.FLOAT16)
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    weight.external_data.add(key="location", value="/etc/passwd")
    store("weights_elsewhere", helper.make_node("Add", ["x", "w"], ["y"]), TensorProto.FLOAT, [weight])


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in [*FOLDER.glob("*.onnx"), *FOLDER.glob("*.json")]:
        old.unlink()
    for group in [convolutions, activations, arithmetic, pools, shapes, types, whole_graphs]:
        group()
    tiny_graph()
    refused_graphs()
    size = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{len(written)} cases, {size / 1000:.0f} kB")
