//! Writes answers as a table, as JSON or as CSV, each as soon as it is there.

use std::io::{Stdout, Write as _};

use ::models::classify::Prediction;
use serde::Serialize;

use super::Answer;
use crate::arguments::Format;

/// Where answers go, in the order in which they are added.
pub(super) struct Report {
    model: String,
    writer: Writer,
}

enum Writer {
    Table,
    Json { first: bool },
    Csv(Box<csv::Writer<Stdout>>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Answered { file: &'a str, model: &'a str, predictions: &'a [Prediction] },
    Failed { file: &'a str, error: &'a str },
}

#[derive(Serialize, Clone, Copy)]
struct Line<'a> {
    file: &'a str,
    model: &'a str,
    rank: Option<usize>,
    label: Option<&'a str>,
    probability: Option<f32>,
    error: Option<&'a str>,
}

impl Report {
    pub(super) fn new(format: Format, model: &str) -> Self {
        let writer = match format {
            Format::Table => Writer::Table,
            Format::Json => Writer::Json { first: true },
            Format::Csv => Writer::Csv(Box::new(csv::Writer::from_writer(std::io::stdout()))),
        };
        Self { model: model.to_owned(), writer }
    }

    /// Writes the answer to one photo.
    pub(super) fn add(&mut self, file: &str, answer: &Answer) -> anyhow::Result<()> {
        match &mut self.writer {
            Writer::Table => write_table(file, answer)?,
            Writer::Json { first } => {
                let entry = match answer {
                    Ok(predictions) => Entry::Answered { file, model: &self.model, predictions },
                    Err(error) => Entry::Failed { file, error },
                };
                let separator = if std::mem::take(first) { "[\n " } else { ",\n " };
                write!(std::io::stdout(), "{separator}{}", serde_json::to_string(&entry)?)?;
            }
            Writer::Csv(writer) => write_csv(writer, file, &self.model, answer)?,
        }
        Ok(())
    }

    /// Closes what is open.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self.writer {
            Writer::Table => {}
            Writer::Json { first: true } => writeln!(std::io::stdout(), "[]")?,
            Writer::Json { first: false } => writeln!(std::io::stdout(), "\n]")?,
            Writer::Csv(mut writer) => writer.flush()?,
        }
        Ok(())
    }
}

fn write_table(file: &str, answer: &Answer) -> std::io::Result<()> {
    let predictions = match answer {
        Ok(predictions) => predictions,
        Err(error) => return writeln!(std::io::stderr(), "{file}: {error}"),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{file}")?;
    for Prediction { label, probability } in predictions {
        writeln!(out, "  {:>5.1} %  {label}", probability * 100.0)?;
    }
    Ok(())
}

fn write_csv(
    writer: &mut csv::Writer<Stdout>,
    file: &str,
    model: &str,
    answer: &Answer,
) -> Result<(), csv::Error> {
    let empty = Line { file, model, rank: None, label: None, probability: None, error: None };
    match answer {
        Err(error) => writer.serialize(Line { error: Some(error), ..empty }),
        Ok(predictions) => predictions.iter().enumerate().try_for_each(|(index, prediction)| {
            writer.serialize(Line {
                rank: Some(index + 1),
                label: Some(&prediction.label),
                probability: Some(prediction.probability),
                ..empty
            })
        }),
    }
}
