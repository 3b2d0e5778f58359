//! An ONNX graph as a value: read, write, build, fold.
//!
//! ```
//! use graph::{Builder, ElementType, Graph, Tensor};
//!
//! let mut builder = Builder::new("double");
//! let x = builder.input("x", ElementType::F32, &["batch".into(), 3.into()]);
//! let two = builder.constant("two", Tensor::scalar(2.0));
//! let doubled = builder.mul(&x, &two);
//! builder.output("doubled", &doubled, ElementType::F32, &["batch".into(), 3.into()]);
//! let mut graph = builder.finish()?;
//!
//! graph::fold(&mut graph);
//! assert_eq!(Graph::read(&graph.write())?, graph);
//! # Ok::<(), graph::Error>(())
//! ```

mod builder;
mod describe;
mod error;
mod fold;
mod model;
mod order;
mod read;
mod schema;
mod tensor;
mod uses;
mod write;

pub use builder::{Builder, Convolution, Pool, Value};
pub use error::Error;
pub use fold::{fold, fold_batch_norms, remove_identities, remove_unused, take_constants};
pub use model::{Attribute, Dimension, Graph, Node, Port};
pub use read::Limits;
pub use tensor::{ElementType, Tensor};
