//! What `OPTIONS` tells about a route: its name, its media types, its fields.

use serde::Serialize;
use utoipa::ToSchema;

/// The description of a route. The order of the fields is the reference's.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the contract names the fields")]
pub(crate) struct Description {
    name: &'static str,
    description: &'static str,
    /// Media types of the answers.
    renders: [&'static str; 2],
    /// Media types of the requests.
    parses: [&'static str; 3],
    /// The fields of each method with a body.
    actions: Actions,
}

/// The methods with a body.
#[derive(Debug, Serialize, ToSchema)]
struct Actions {
    #[serde(rename = "POST")]
    post: Fields,
}

/// The fields of v0.
#[derive(Debug, Serialize, ToSchema)]
struct Fields {
    model_type: Field,
    image: Field,
    label: Field,
}

/// One field of a form.
#[derive(Debug, Serialize, ToSchema)]
struct Field {
    r#type: &'static str,
    required: bool,
    read_only: bool,
    label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<Choice>>,
}

/// One value of a choice.
#[derive(Debug, Serialize, ToSchema)]
struct Choice {
    value: String,
    display_name: String,
}

impl Description {
    /// Version 0, with the models that answer as choices.
    pub(crate) fn v0(models: Vec<String>) -> Self {
        let choice = |name: String| Choice { display_name: name.clone(), value: name };
        let choices = models.into_iter().map(choice).collect();
        let post = Fields {
            model_type: Field { choices: Some(choices), ..Field::new("choice", "Model type") },
            image: Field::new("file upload", "Image"),
            label: Field { required: false, read_only: true, ..Field::new("string", "Label") },
        };
        Self {
            name: "Naive Inference List",
            description: "Naive way to make quick prediction. This is a synchronous prediction.",
            renders: ["application/json", "text/html"],
            parses: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
            actions: Actions { post },
        }
    }
}

impl Field {
    fn new(r#type: &'static str, label: &'static str) -> Self {
        Self { r#type, required: true, read_only: false, label, choices: None }
    }
}
