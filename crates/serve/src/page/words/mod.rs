//! Every sentence of the page, one table per language.
//!
//! A table is a value of one type, so a sentence that is missing in a language does not compile. Names in
//! braces are filled in by [`fill`] here and by `words.js` in the browser.

mod english;
mod russian;

use serde::Serialize;

use super::language::Language;

/// The sentences that the server writes into the page.
#[derive(Debug, Serialize)]
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) language_switch: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) steps: &'static str,
    pub(crate) step_choose: &'static str,
    pub(crate) step_send: &'static str,
    pub(crate) step_result: &'static str,
    pub(crate) upload: &'static str,
    pub(crate) upload_hint: &'static str,
    pub(crate) choose: &'static str,
    pub(crate) camera: &'static str,
    pub(crate) address: &'static str,
    pub(crate) address_example: &'static str,
    pub(crate) model: &'static str,
    pub(crate) send: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) another: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) result_heading: &'static str,
    pub(crate) prediction: &'static str,
    pub(crate) probability: &'static str,
    pub(crate) top_five: &'static str,
    pub(crate) answered_by: &'static str,
    pub(crate) doubt_low: &'static str,
    pub(crate) doubt_close: &'static str,
    pub(crate) history: &'static str,
    pub(crate) history_note: &'static str,
    pub(crate) history_clear: &'static str,
    pub(crate) photo_kept: &'static str,
    pub(crate) loading_heading: &'static str,
    pub(crate) loading_lead: &'static str,
    pub(crate) empty_heading: &'static str,
    pub(crate) empty_lead: &'static str,
    pub(crate) empty_command: &'static str,
    pub(crate) shelf_troubles: &'static str,
    pub(crate) get: &'static str,
    pub(crate) get_again: &'static str,
    pub(crate) size: &'static str,
    pub(crate) licence: &'static str,
    pub(crate) getting: &'static str,
    pub(crate) get_failed: &'static str,
    pub(crate) own_model: &'static str,
    pub(crate) footer_api: &'static str,
    pub(crate) footer_health: &'static str,
    pub(crate) footer_source: &'static str,
    pub(crate) nothing_given: Refusal,
    pub(crate) bad_photo: Refusal,
    pub(crate) bad_address: Refusal,
    pub(crate) bad_model: Refusal,
    pub(crate) too_large: Refusal,
    pub(crate) busy: Refusal,
    pub(crate) failed: Refusal,
    pub(crate) script: ScriptWords,
}

/// What went wrong, and what the person can do about it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Refusal {
    /// What went wrong.
    pub(crate) what: &'static str,
    /// What to do now.
    pub(crate) advice: &'static str,
}

/// The sentences that only the scripts need; they travel in the page as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct ScriptWords {
    pub(crate) result_heading: &'static str,
    pub(crate) chosen: &'static str,
    pub(crate) chosen_address: &'static str,
    pub(crate) reading: &'static str,
    pub(crate) sending: &'static str,
    pub(crate) answered: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) cleared: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) shrunk: &'static str,
    pub(crate) no_preview: &'static str,
    pub(crate) chosen_photo: &'static str,
    pub(crate) not_a_picture: Refusal,
    pub(crate) empty_file: Refusal,
    pub(crate) unreachable: Refusal,
    pub(crate) milliseconds: &'static str,
    pub(crate) seconds: &'static str,
    pub(crate) bytes: &'static str,
    pub(crate) kilobytes: &'static str,
    pub(crate) megabytes: &'static str,
}

impl Words {
    /// The table of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &english::WORDS,
            Language::Russian => &russian::WORDS,
        }
    }
}

/// Puts values into the braces of a sentence: `fill("in {time}", &[("time", "3 s")])`.
pub(crate) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => filled.extend(["{", name, "}"]),
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    /// Every sentence by its dotted name.
    fn sentences(language: Language) -> BTreeMap<String, String> {
        fn walk(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
            match value {
                Value::Object(fields) => {
                    for (name, value) in fields {
                        walk(&format!("{prefix}.{name}"), value, into);
                    }
                }
                Value::String(text) => {
                    into.insert(prefix.to_owned(), text.clone());
                }
                other => panic!("{prefix} is no sentence: {other}"),
            }
        }
        let mut found = BTreeMap::new();
        walk("", &serde_json::to_value(Words::of(language)).unwrap(), &mut found);
        found
    }

    fn holes(sentence: &str) -> Vec<&str> {
        let mut names: Vec<&str> = sentence
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_language_has_the_same_sentences_with_the_same_holes() {
        let english = sentences(Language::English);
        let russian = sentences(Language::Russian);
        assert!(english.keys().eq(russian.keys()));
        for (name, sentence) in &english {
            assert!(!sentence.is_empty() && !russian[name].is_empty(), "{name} is empty");
            assert_eq!(holes(sentence), holes(&russian[name]), "the holes of {name} differ");
        }
    }

    #[test]
    fn the_russian_table_is_in_russian() {
        let latin_on_purpose = ["address_example", "empty_command"];
        for (name, sentence) in sentences(Language::Russian) {
            let cyrillic = sentence.chars().any(|letter| ('\u{400}'..'\u{500}').contains(&letter));
            assert!(
                cyrillic || latin_on_purpose.iter().any(|known| name.ends_with(known)),
                "{name}: {sentence}"
            );
        }
    }

    #[test]
    fn the_english_page_keeps_the_words_that_programs_look_for() {
        let words = Words::of(Language::English);
        assert_eq!(words.upload, "Upload an Image");
        assert_eq!(words.result_heading, "Your Result is");
        assert_eq!(words.prediction, "Prediction:");
        assert_eq!(words.probability, "Probability:");
    }

    #[test]
    fn holes_are_filled_and_unknown_ones_stay() {
        assert_eq!(fill("{a} and {b}{", &[("a", "{b}"), ("b", "2")]), "{b} and 2{");
        assert_eq!(fill("no {such} hole", &[]), "no {such} hole");
    }
}
