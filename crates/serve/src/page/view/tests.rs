use super::*;

const COMPATIBLE: [&str; 4] = ["Your Result is", "Prediction:", "Probability:", "Upload an Image"];

fn guesses(list: &[(&str, f32)]) -> Vec<(String, f32)> {
    list.iter().map(|(label, probability)| ((*label).to_owned(), *probability)).collect()
}

fn start(models: &[&str]) -> PageView {
    PageView::new(Language::English, models.iter().map(|name| (*name).to_owned()).collect())
}

fn answered(language: Language, list: &[(&str, f32)]) -> String {
    let answer = AnswerView::new(language, &guesses(list), "mobilenet", Duration::from_millis(84)).unwrap();
    let page = PageView::new(language, vec!["mobilenet".to_owned()]).with_outcome(Outcome::Answer(answer));
    page.render().unwrap()
}

#[test]
fn a_result_has_the_words_that_programs_look_for_and_the_form_does_not() {
    let result = answered(Language::English, &[("tabby cat", 0.8312), ("tiger cat", 0.1107)]);
    let form = start(&["mobilenet"]).render().unwrap();
    for words in COMPATIBLE {
        assert!(result.contains(words), "{words}");
    }
    for words in &COMPATIBLE[..3] {
        assert!(!form.contains(words), "{words}");
    }
    assert!(result.contains(r#"<dd class="verdict">tabby cat</dd>"#) && result.contains("83.1%"));
    assert!(result.contains("Answered by mobilenet in 84 ms."));
}

#[test]
fn the_form_sends_the_fields_of_the_api() {
    let form = start(&["mobilenet", "resnet"])
        .with_form(Some("resnet"), Some("https://a.example/?a&b"))
        .render()
        .unwrap();
    assert!(form.contains(r#"<form id="ask" method="post" action="/" enctype="multipart/form-data">"#));
    assert!(form.contains(r#"<input type="file" id="image" name="image" accept="image/*">"#));
    assert!(form.contains(r#"name="image_url" value="https://a.example/?a&#38;b""#));
    assert!(form.contains("<option>mobilenet</option>") && form.contains("<option selected>resnet</option>"));
}

#[test]
fn a_single_model_needs_no_choice() {
    let form = start(&["mobilenet"]).render().unwrap();
    assert!(
        !form.contains("<select")
            && form.contains(r#"<input type="hidden" id="model" name="model" value="mobilenet">"#)
    );
}

#[test]
fn labels_and_reasons_cannot_become_markup() {
    let evil = "<script>alert(1)</script>";
    assert!(!answered(Language::English, &[(evil, 0.9)]).contains(evil));
    let refusal = RefusalView::new(Words::of(Language::English).bad_photo, evil, &[]);
    assert!(!start(&[evil]).with_outcome(Outcome::Refusal(refusal)).render().unwrap().contains(evil));
}

#[test]
fn there_are_no_scripts_or_styles_inside_the_page() {
    let page = answered(Language::Russian, &[("кот", 0.4)]);
    assert!(!page.contains("style=") && !page.contains("<style") && !page.contains(" onclick"));
    assert_eq!(page.matches("<script").count(), 2);
    assert!(page.contains(r#"<script type="application/json" id="words">{"#));
}

#[test]
fn an_answer_is_called_unsure_when_it_is() {
    let doubt = |list: &[(&str, f32)]| doubt(Language::English, &guesses(list));
    assert_eq!(doubt(&[("fox", 0.91), ("dog", 0.05)]), None);
    assert_eq!(doubt(&[("fox", 1.0)]), None);
    assert!(doubt(&[("fox", 0.41), ("dog", 0.1)]).unwrap().contains("only 41.0%"));
    assert!(doubt(&[("fox", 0.52), ("dog", 0.44)]).unwrap().contains("\u{201c}dog\u{201d}"));
}

#[test]
fn numbers_are_written_as_the_language_writes_them() {
    assert_eq!(percent(Language::English, 0.97349), "97.3%");
    assert_eq!(percent(Language::Russian, 0.97349), "97,3\u{a0}%");
}

#[test]
fn the_catalogue_gives_a_button_here_and_the_command_elsewhere() {
    let shelf = |may_pull| {
        let card = Card {
            name: "mobilenet".to_owned(),
            about: "Small and quick".to_owned(),
            bytes: Some(14_212_972),
            licence: "BSD-3-Clause".to_owned(),
            state: CardState::Idle,
        };
        let catalogue = Catalogue { cards: vec![card], may_pull, ..Catalogue::default() };
        start(&[]).with_catalogue(catalogue).render().unwrap()
    };
    let (here, elsewhere) = (shelf(true), shelf(false));
    assert!(here.contains(r#"<form method="post" action="/get/mobilenet">"#) && here.contains("14.2 MB"));
    assert!(!elsewhere.contains("<form") && elsewhere.contains("<code>pinhole models pull mobilenet</code>"));
}

#[test]
fn a_page_with_a_running_pull_looks_again_without_scripts() {
    let card = |state| Card {
        name: "mobilenet".to_owned(),
        about: String::new(),
        bytes: None,
        licence: String::new(),
        state,
    };
    let page = |state| {
        let catalogue = Catalogue { cards: vec![card(state)], may_pull: true, ..Catalogue::default() };
        start(&[]).with_catalogue(catalogue).render().unwrap()
    };
    assert!(page(CardState::Pulling(Some(37))).contains(r#"<noscript><meta http-equiv="refresh""#));
    assert!(page(CardState::Pulling(Some(37))).contains(r#"max="100" value="37""#));
    let failed = page(CardState::Failed("no network".to_owned()));
    assert!(!failed.contains("http-equiv") && failed.contains("This did not work: no network"));
}
