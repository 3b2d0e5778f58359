//! What can be wrong with the fields of a request, worded as the REST contract words it.

use serde_json::{Map, Value, json};

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The field is missing.
    #[error("This field is required.")]
    Required,
    /// JSON `null`.
    #[error("This field may not be null.")]
    Null,
    /// Neither a file nor an address.
    #[error("No file was submitted.")]
    NoFile,
    /// Text where a file belongs.
    #[error("The submitted data was not a file. Check the encoding type on the form.")]
    NotAFile,
    /// A file without bytes.
    #[error("The submitted file is empty.")]
    EmptyFile,
    /// A file that is not a picture, or a damaged one.
    #[error("Upload a valid image. The file you uploaded was either not an image or a corrupted image.")]
    NotAPicture,
    /// Not one of the models.
    #[error("\"{0}\" is not a valid choice.")]
    NotAChoice(String),
    /// The whole body is not an object; the name of what it is.
    #[error("Invalid data. Expected a dictionary, but got {0}.")]
    NotAnObject(&'static str),
    /// The whole body is JSON `null`.
    #[error("No data provided")]
    NoData,
    /// Something else where text belongs.
    #[error("Not a valid string.")]
    NotText,
    /// A picture and an address at once.
    #[error("Send a file or an address, not both.")]
    Both,
    /// Anything else, in a sentence.
    #[error("{0}")]
    Other(String),
}

/// The fields of a request that are wrong, in the order of the form.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("{}", .0.iter().map(|(field, problem)| format!("{field}: {problem}")).collect::<Vec<_>>().join(" "))]
pub struct FieldErrors(Vec<(&'static str, Problem)>);

impl FieldErrors {
    /// The key of problems that belong to no field.
    pub const NO_FIELD: &'static str = "non_field_errors";

    /// One wrong field.
    pub fn one(field: &'static str, problem: Problem) -> Self {
        Self(vec![(field, problem)])
    }

    /// Adds a wrong field.
    pub fn push(&mut self, field: &'static str, problem: Problem) {
        self.0.push((field, problem));
    }

    /// Adds all wrong fields of another form.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Field and problem, in the order of the form.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Problem)> {
        self.0.iter().map(|(field, problem)| (*field, problem))
    }

    /// `{"field":["message"]}`.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (field, problem) in &self.0 {
            let messages = object.entry(*field).or_insert_with(|| json!([]));
            if let Some(messages) = messages.as_array_mut() {
                messages.push(json!(problem.to_string()));
            }
        }
        Value::Object(object)
    }
}
