//! What one rendering of the page shows, and its HTML. Knows nothing of requests or models.

use std::time::Duration;

use askama::Template;
use serde::Serialize;

use super::assets;
use super::language::Language;
use super::words::{Refusal, ScriptWords, Words, fill};

/// Below this probability the best guess is called unsure.
const UNSURE_BELOW: f32 = 0.5;
/// With a second guess this close to the first the answer is called unsure.
const UNSURE_MARGIN: f32 = 0.15;

/// The page. Made by [`PageView::new`], completed by the `with_` functions, turned into HTML by `render`.
#[derive(Template)]
#[template(path = "page.html")]
pub(crate) struct PageView {
    language: Language,
    words: &'static Words,
    assets: String,
    source: &'static str,
    scripts: String,
    /// Names of the models that answer, the default one first; empty on an empty shelf.
    models: Vec<String>,
    chosen_model: String,
    address: String,
    outcome: Outcome,
    catalogue: Catalogue,
    /// Whether the shelf is still being read.
    loading: bool,
}

/// What came of the form, if it was sent.
pub(crate) enum Outcome {
    /// The page was only opened.
    None,
    /// The model answered.
    Answer(AnswerView),
    /// It did not come to an answer.
    Refusal(RefusalView),
}

/// An answer, ready to be shown.
pub(crate) struct AnswerView {
    label: String,
    probability: String,
    rows: Vec<Row>,
    doubt: Option<String>,
    made_by: String,
}

/// One of the most likely labels.
struct Row {
    label: String,
    probability: String,
    /// Between 0 and 100.
    width: String,
}

/// Why there is no answer.
pub(crate) struct RefusalView {
    what: String,
    /// What the server found, in English; empty when there is nothing to add.
    detail: String,
    advice: String,
}

/// What the empty shelf offers.
#[derive(Default)]
pub(crate) struct Catalogue {
    /// The models that can be fetched.
    pub(crate) cards: Vec<Card>,
    /// Whether this visitor may fetch one with a button; others are shown the command.
    pub(crate) may_pull: bool,
    /// Folders on the shelf that could not be loaded, as "name: reason".
    pub(crate) troubles: Vec<String>,
    /// The shelf's folder.
    pub(crate) shelf: String,
}

/// One model of the catalogue.
pub(crate) struct Card {
    pub(crate) name: String,
    /// What it is, in a sentence.
    pub(crate) about: String,
    /// Size of the download in bytes, where it is known.
    pub(crate) bytes: Option<u64>,
    pub(crate) licence: String,
    pub(crate) state: CardState,
}

/// How far the fetching of a model has come.
pub(crate) enum CardState {
    /// Not asked for.
    Idle,
    /// Being fetched: what is done, in percent where it is known.
    Pulling(Option<u8>),
    /// It did not work, and why.
    Failed(String),
}

impl PageView {
    /// The page as it opens. `models` are the names on the shelf, the default one first.
    pub(crate) fn new(language: Language, models: Vec<String>) -> Self {
        let words = Words::of(language);
        Self {
            language,
            words,
            assets: assets::version(),
            source: env!("CARGO_PKG_REPOSITORY"),
            scripts: script_words(words),
            chosen_model: models.first().cloned().unwrap_or_default(),
            models,
            address: String::new(),
            outcome: Outcome::None,
            catalogue: Catalogue::default(),
            loading: false,
        }
    }

    /// Asks for patience instead of offering the catalogue; the page looks again by itself.
    #[must_use]
    pub(crate) fn while_loading(mut self) -> Self {
        self.loading = true;
        self
    }

    /// Keeps what was typed and chosen, so that it need not be done again.
    #[must_use]
    pub(crate) fn with_form(mut self, model: Option<&str>, address: Option<&str>) -> Self {
        if let Some(model) = model.filter(|model| self.models.iter().any(|known| known == model)) {
            model.clone_into(&mut self.chosen_model);
        }
        address.unwrap_or_default().clone_into(&mut self.address);
        self
    }

    /// Shows what came of the form.
    #[must_use]
    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// What an empty shelf offers instead of the form.
    #[must_use]
    pub(crate) fn with_catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// Whether the page should look again by itself where scripts do not run.
    fn is_pulling(&self) -> bool {
        self.catalogue.cards.iter().any(|card| matches!(card.state, CardState::Pulling(_)))
    }

    /// The steps by name and title.
    fn steps(&self) -> [(&'static str, &'static str); 3] {
        let words = self.words;
        [("choose", words.step_choose), ("send", words.step_send), ("result", words.step_result)]
    }

    fn step(&self) -> &'static str {
        match self.outcome {
            Outcome::Answer(_) => "result",
            Outcome::None | Outcome::Refusal(_) => "choose",
        }
    }
}

impl AnswerView {
    /// From the most likely labels, most likely first. `None` when there are none.
    pub(crate) fn new(
        language: Language,
        predictions: &[(String, f32)],
        model: &str,
        took: Duration,
    ) -> Option<Self> {
        let words = Words::of(language);
        let (label, probability) = predictions.first()?;
        let rows = predictions
            .iter()
            .map(|(label, probability)| Row {
                label: label.clone(),
                probability: percent(language, *probability),
                width: format!("{:.2}", probability.clamp(0.0, 1.0) * 100.0),
            })
            .collect();
        let time = if took < Duration::from_secs(1) {
            fill(words.script.milliseconds, &[("number", &took.as_millis().max(1).to_string())])
        } else {
            fill(words.script.seconds, &[("number", &decimal(language, took.as_secs_f64()))])
        };
        Some(Self {
            label: label.clone(),
            probability: percent(language, *probability),
            rows,
            doubt: doubt(language, predictions),
            made_by: fill(words.answered_by, &[("model", model), ("time", &time)]),
        })
    }
}

impl RefusalView {
    /// `detail` is what the server found, in English; `values` fill the holes of the sentences.
    pub(crate) fn new(refusal: Refusal, detail: impl Into<String>, values: &[(&str, &str)]) -> Self {
        Self { what: fill(refusal.what, values), detail: detail.into(), advice: fill(refusal.advice, values) }
    }
}

impl Card {
    /// The id of the card in the page.
    fn id(&self) -> String {
        format!("card-{}", self.name)
    }

    fn size(&self, words: &Words, language: Language) -> Option<String> {
        let megabytes = decimal(language, self.bytes? as f64 / 1e6);
        Some(fill(words.script.megabytes, &[("number", &megabytes)]))
    }

    fn progress(&self) -> Option<u8> {
        match self.state {
            CardState::Pulling(percent) => percent,
            CardState::Idle | CardState::Failed(_) => None,
        }
    }

    /// Why the last try did not work, as a sentence.
    fn failure(&self, words: &Words) -> Option<String> {
        match &self.state {
            CardState::Failed(reason) => Some(fill(words.get_failed, &[("reason", reason)])),
            CardState::Idle | CardState::Pulling(_) => None,
        }
    }

    /// A sentence about this model.
    fn named(&self, sentence: &str) -> String {
        fill(sentence, &[("name", &self.name)])
    }

    fn is_pulling(&self) -> bool {
        matches!(self.state, CardState::Pulling(_))
    }
}

/// Says that the model is unsure, when it is. The same rule as in `result.js`.
fn doubt(language: Language, predictions: &[(String, f32)]) -> Option<String> {
    let words = Words::of(language);
    let (_, first) = predictions.first()?;
    let second = predictions.get(1);
    if let Some((label, _)) = second.filter(|(_, second)| first - second < UNSURE_MARGIN) {
        return Some(fill(words.doubt_close, &[("second", label)]));
    }
    (*first < UNSURE_BELOW).then(|| fill(words.doubt_low, &[("probability", &percent(language, *first))]))
}

/// `97.3%`, and in Russian `97,3 %` with a space that does not break.
fn percent(language: Language, probability: f32) -> String {
    let number = decimal(language, f64::from(probability) * 100.0);
    match language {
        Language::English => format!("{number}%"),
        Language::Russian => format!("{number}\u{a0}%"),
    }
}

/// One digit after the point or comma.
fn decimal(language: Language, number: f64) -> String {
    let text = format!("{number:.1}");
    match language {
        Language::English => text,
        Language::Russian => text.replace('.', ","),
    }
}

/// The sentences and numbers that the scripts need, as JSON that may stand in a `script` element.
fn script_words(words: &Words) -> String {
    #[derive(Serialize)]
    struct ForScripts<'a> {
        #[serde(flatten)]
        script: &'a ScriptWords,
        unsure_below: f32,
        unsure_margin: f32,
        answered_by: &'a str,
        doubt_low: &'a str,
        doubt_close: &'a str,
        photo_kept: &'a str,
        nothing_given: Refusal,
        bad_photo: Refusal,
        bad_address: Refusal,
        bad_model: Refusal,
        too_large: Refusal,
        busy: Refusal,
        failed: Refusal,
        getting: &'a str,
        get_failed: &'a str,
    }
    let json = serde_json::to_string(&ForScripts {
        script: &words.script,
        unsure_below: UNSURE_BELOW,
        unsure_margin: UNSURE_MARGIN,
        answered_by: words.answered_by,
        doubt_low: words.doubt_low,
        doubt_close: words.doubt_close,
        photo_kept: words.photo_kept,
        nothing_given: words.nothing_given,
        bad_photo: words.bad_photo,
        bad_address: words.bad_address,
        bad_model: words.bad_model,
        too_large: words.too_large,
        busy: words.busy,
        failed: words.failed,
        getting: words.getting,
        get_failed: words.get_failed,
    });
    // Plain strings and numbers always serialise; `<` is escaped so that no sentence can end the element.
    json.unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests;
