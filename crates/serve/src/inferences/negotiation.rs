//! Which of the media types that a route can give a client wants (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};
use mime::Mime;

use crate::Error;

/// The media types of the API's answers, the preferred one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renderer {
    /// `application/json`
    Json,
    /// `text/html`, for people with a browser.
    Html,
}

impl Renderer {
    const ALL: [(Self, &'static str, &'static str); 2] =
        [(Self::Json, "application", "json"), (Self::Html, "text", "html")];

    /// The renderer that `Accept` asks for: the highest quality, then the most precisely named, then the
    /// preferred one. Entries that cannot be read are passed over; without the header everything is accepted.
    pub(crate) fn choose(headers: &HeaderMap) -> Result<Self, Error> {
        let lines: Vec<_> =
            headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).collect();
        if lines.iter().all(|line| line.trim().is_empty()) {
            return Ok(Self::Json);
        }
        let ranges: Vec<Range> =
            lines.iter().flat_map(|line| line.split(',')).filter_map(Range::parse).collect();
        let mut best: Option<(Self, f32, u8)> = None;
        for (renderer, kind, subtype) in Self::ALL {
            let matching = ranges.iter().filter_map(|range| Some((range.precision(kind, subtype)?, range)));
            let Some((precision, range)) = matching.max_by_key(|(precision, _)| *precision) else { continue };
            let better =
                best.is_none_or(|(_, quality, precise)| (range.quality, precision) > (quality, precise));
            if range.quality > 0.0 && better {
                best = Some((renderer, range.quality, precision));
            }
        }
        best.map(|(renderer, ..)| renderer).ok_or(Error::NotAcceptable)
    }
}

/// One entry of `Accept`.
struct Range {
    media: Mime,
    quality: f32,
}

impl Range {
    fn parse(entry: &str) -> Option<Self> {
        let entry = entry.trim();
        // Old clients write a lone star for everything.
        let media: Mime = if entry == "*" { mime::STAR_STAR } else { entry.parse().ok()? };
        let quality = match media.get_param("q") {
            Some(quality) => quality.as_str().parse().ok().filter(|quality| (0.0..=1.0).contains(quality))?,
            None => 1.0,
        };
        Some(Self { media, quality })
    }

    /// How precisely the entry names this type; `None` when it does not.
    fn precision(&self, kind: &str, subtype: &str) -> Option<u8> {
        match (self.media.type_().as_str(), self.media.subtype().as_str()) {
            ("*", "*") => Some(0),
            (named, "*") if named == kind => Some(1),
            (named, precisely) if named == kind && precisely == subtype => Some(2),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn choose(accept: &'static str) -> Option<Renderer> {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        Renderer::choose(&headers).ok()
    }

    #[test]
    fn programs_get_json_and_browsers_get_a_page() {
        assert_eq!(Renderer::choose(&HeaderMap::new()).ok(), Some(Renderer::Json));
        assert_eq!(choose("*/*"), Some(Renderer::Json));
        assert_eq!(choose("application/json, text/javascript, */*; q=0.01"), Some(Renderer::Json));
        assert_eq!(choose("application/json; indent=4"), Some(Renderer::Json));
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        assert_eq!(choose(browser), Some(Renderer::Html));
    }

    #[test]
    fn quality_decides_then_precision() {
        assert_eq!(choose("text/html;q=0.5, application/json"), Some(Renderer::Json));
        assert_eq!(choose("text/html;q=0.9, application/json;q=0.5"), Some(Renderer::Html));
        assert_eq!(choose("text/*, */*"), Some(Renderer::Html));
        assert_eq!(choose("application/json;q=0, */*"), Some(Renderer::Html));
    }

    #[test]
    fn what_cannot_be_given_is_refused() {
        assert_eq!(choose("application/xml"), None);
        assert_eq!(choose("text/html;q=0"), None);
        assert_eq!(choose("application/json;q=7"), None);
        assert_eq!(choose("nonsense"), None);
    }
}
