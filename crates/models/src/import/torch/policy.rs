//! The classes and functions that a file of weights may name.

use crate::import::pickle::ClassName;

/// What stands in state dicts and in the notes that people save beside them (epoch, options, optimiser), by module.
const ALLOWED: &[(&str, &[&str])] = &[
    ("collections", &["OrderedDict", "defaultdict", "Counter"]),
    ("torch", &["Size", "device"]),
    ("torch._utils", &["_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3"]),
    ("torch._utils", &["_rebuild_parameter", "_rebuild_parameter_with_state"]),
    ("torch.nn.parameter", &["Parameter"]),
    ("torch.serialization", &["_get_layout"]),
    (
        "builtins",
        &["set", "frozenset", "list", "dict", "tuple", "int", "float", "bool", "str", "bytes", "slice"],
    ),
    (
        "__builtin__",
        &["set", "frozenset", "list", "dict", "tuple", "int", "long", "float", "bool", "str", "slice"],
    ),
    ("argparse", &["Namespace"]),
    ("pathlib", &["Path", "PosixPath", "WindowsPath"]),
    ("_codecs", &["encode"]),
    ("numpy", &["dtype", "ndarray", "float32", "float64", "int64"]),
    ("numpy.core.multiarray", &["scalar", "_reconstruct"]),
    ("numpy._core.multiarray", &["scalar", "_reconstruct"]),
];

/// The policy for [`crate::import::pickle::read`].
pub(super) fn check(class: &ClassName) -> Result<(), String> {
    let listed =
        ALLOWED.iter().any(|(module, names)| *module == &*class.module && names.contains(&&*class.name));
    if listed || super::element::of_storage(class).is_some() || super::element::of_dtype(class).is_some() {
        return Ok(());
    }
    let package = class.module.split('.').next().unwrap_or_default();
    let network = class.module.starts_with("torch.nn.")
        || ["torchvision", "timm", "fastai", "efficientnet_pytorch", "__main__", "models", "model"]
            .contains(&package);
    Err(if network {
        format!(
            "it holds Python objects ({class}) and not only weights; \
             save `model.state_dict()` with torch.save and import that file"
        )
    } else {
        format!("it asks Python for {class}, which weights do not need; nothing in it was run")
    })
}
