//! Which language the page is in: `?lang=`, then the cookie, then `Accept-Language`, then English.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Also for clients that name no language.
    English,
    Russian,
}

impl Language {
    /// In the order of the switch in the page's head.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Russian];

    /// The tag for `lang` attributes, the query and the cookie.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    /// The language's name for itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Russian => "Русский",
        }
    }

    /// The language of a tag such as `ru` or `en-GB`.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// What this visitor asked for, by hand (`asked`, the value of `?lang=`), by cookie or by browser.
    pub(crate) fn of_visitor(asked: Option<&str>, headers: &HeaderMap) -> Self {
        asked
            .and_then(Self::from_tag)
            .or_else(|| from_cookies(headers))
            .or_else(|| headers.get(ACCEPT_LANGUAGE).and_then(|value| negotiate(value.to_str().ok()?)))
            .unwrap_or(Self::English)
    }

    /// The cookie that remembers a choice for a year.
    pub(crate) fn cookie(self) -> String {
        format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", self.tag())
    }
}

fn from_cookies(headers: &HeaderMap) -> Option<Language> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix("lang="))
        .find_map(Language::from_tag)
}

/// The language with the highest quality in an `Accept-Language` header (RFC 9110, 12.5.4); the first of
/// equals. `*` stands for English. `None` when no known language is acceptable.
fn negotiate(header: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for range in header.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let quality = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(Some(1.0), |text| text.trim().parse::<f32>().ok());
        let language = if tag == "*" { Some(Language::English) } else { Language::from_tag(tag) };
        let (Some(language), Some(quality)) = (language, quality) else { continue };
        if quality > 0.0 && best.is_none_or(|(_, highest)| quality > highest) {
            best = Some((language, quality));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(accept: Option<&'static str>, cookie: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        }
        if let Some(cookie) = cookie {
            headers.insert(COOKIE, HeaderValue::from_static(cookie));
        }
        headers
    }

    #[test]
    fn a_client_that_names_no_language_gets_english() {
        assert_eq!(Language::of_visitor(None, &headers(None, None)), Language::English);
        assert_eq!(Language::of_visitor(None, &headers(Some("*"), None)), Language::English);
        assert_eq!(Language::of_visitor(None, &headers(Some("de, fr;q=0.5"), None)), Language::English);
    }

    #[test]
    fn the_language_with_the_highest_quality_wins() {
        for (accept, expected) in [
            ("ru", Language::Russian),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Language::Russian),
            ("en;q=0.3, ru;q=0.9", Language::Russian),
            ("de, ru;q=0.2", Language::Russian),
            ("ru;q=0, en;q=0.1", Language::English),
            ("ru;q=0.5, *;q=0.8", Language::English),
            ("EN-gb, RU", Language::English),
            ("ru;q=nonsense", Language::English),
            (";;,,q=", Language::English),
        ] {
            assert_eq!(Language::of_visitor(None, &headers(Some(accept), None)), expected, "{accept}");
        }
    }

    #[test]
    fn a_choice_by_hand_beats_the_cookie_and_the_cookie_beats_the_browser() {
        let visitor = headers(Some("en"), Some("theme=x; lang=ru"));
        assert_eq!(Language::of_visitor(None, &visitor), Language::Russian);
        assert_eq!(Language::of_visitor(Some("en"), &visitor), Language::English);
        assert_eq!(Language::of_visitor(Some("tlh"), &visitor), Language::Russian);
    }
}
