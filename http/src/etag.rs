//! Entity tags (RFC 9110, 8.8 and 13): by which a caller asks only for what has changed, and changes only what it has seen.
//!
//! A tag is made of the very bytes of the answer, so it is a strong one: it differs whenever they do, whichever item of the record the
//! difference comes from. A flow compares by making the tag of what it is about to change, within the same try that commits over
//! that version; so nothing slips between the comparison and the change.

use axum::body::{Body, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::Problem;
use crate::problem::wire::PRECONDITION_FAILED;

/// How many bytes of the digest a tag holds: enough that no two representations ever share one.
const TAG_BYTES: usize = 16;
/// How much of a request's list of tags is read; no list that is meant seriously is longer.
const LIST_BYTES_MAX: usize = 4096;
/// The largest answer that is tagged: more than any page of a list holds.
const TAGGED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A strong entity tag, with its quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of an answer's bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let hash = digest(&SHA256, bytes);
        Self(format!(
            "\"{}\"",
            URL_SAFE_NO_PAD.encode(&hash.as_ref()[..TAG_BYTES])
        ))
    }

    /// The tag of an answer that shows this as JSON; `None` for what JSON cannot show.
    #[must_use]
    pub fn of_json(shown: &impl Serialize) -> Option<Self> {
        serde_json::to_vec(shown).ok().map(|bytes| Self::of_bytes(&bytes))
    }

    /// The tag, as a header has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The `If-Match` of a request: which versions of a thing it may change. Without the header it may change any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Tags>);

impl IfMatch {
    /// Whether it may change the thing that is shown so.
    #[must_use]
    pub fn holds(&self, shown: &impl Serialize) -> bool {
        match &self.0 {
            None => true,
            Some(tags) => ETag::of_json(shown).is_some_and(|tag| tags.name(&tag, Comparison::Strong)),
        }
    }

    /// The refusal when it may not.
    #[must_use]
    pub fn failed() -> Problem {
        Problem::new(&PRECONDITION_FAILED)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Tags::of(&parts.headers, &IF_MATCH)))
    }
}

/// How tags are compared: a weak one is never strongly equal to anything (RFC 9110, 8.8.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// The tags that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    /// `*`: whatever is there.
    Any,
    /// These, as they were sent. What is no tag names nothing.
    These(Vec<String>),
}

impl Tags {
    /// The tags of a header, however many lines it came in; `None` without it.
    fn of(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let lines: Vec<&str> = headers
            .get_all(name)
            .iter()
            .map(|line| line.to_str().unwrap_or_default())
            .collect();
        if lines.is_empty() {
            return None;
        }
        let all = lines.join(",");
        if all.trim() == "*" {
            return Some(Self::Any);
        }
        let short = all.len() <= LIST_BYTES_MAX;
        // Our own tags hold no comma, so a tag that does is another's and may fall apart.
        let tags = all.split(',').map(|tag| tag.trim().to_owned()).filter(|_| short);
        Some(Self::These(tags.collect()))
    }

    fn name(&self, tag: &ETag, comparison: Comparison) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|one| {
                let weak = one.strip_prefix("W/").filter(|_| comparison == Comparison::Weak);
                weak.unwrap_or(one) == tag.as_str()
            }),
        }
    }
}

/// What a request says of the versions that it knows, kept for when its answer is there.
pub(crate) struct Known {
    method: Method,
    tags: Option<Tags>,
}

impl Known {
    pub(crate) fn of(method: &Method, headers: &HeaderMap) -> Self {
        Self {
            method: method.clone(),
            tags: Tags::of(headers, &IF_NONE_MATCH),
        }
    }

    /// Tags an answer that shows a thing as JSON; one that the caller has already becomes a `304`.
    pub(crate) async fn tagged(&self, response: Response) -> Response {
        let shows_itself = matches!(self.method, Method::GET | Method::PUT | Method::PATCH);
        let json = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == "application/json");
        if !shows_itself || !json || response.status() != StatusCode::OK {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let bytes = match to_bytes(body, TAGGED_BYTES_MAX).await {
            Ok(bytes) => bytes,
            Err(error) => return Problem::internal(&error).into_response(),
        };
        let tag = ETag::of_bytes(&bytes);
        if let Ok(value) = HeaderValue::from_str(tag.as_str()) {
            parts.headers.insert(ETAG, value);
        }
        let known = |tags: &Tags| tags.name(&tag, Comparison::Weak);
        if self.method == Method::GET && self.tags.as_ref().is_some_and(known) {
            parts.status = StatusCode::NOT_MODIFIED;
            parts.headers.remove(CONTENT_TYPE);
            parts.headers.remove(CONTENT_LENGTH);
            return Response::from_parts(parts, Body::empty());
        }
        Response::from_parts(parts, Body::from(bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn sent(name: &HeaderName, lines: &[&str]) -> Option<Tags> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_str(line).unwrap());
        }
        Tags::of(&headers, name)
    }

    #[test]
    fn a_thing_is_changed_only_in_a_version_that_was_named_and_always_where_none_was() {
        let (seen, newer) = (json!({"url": "a"}), json!({"url": "b"}));
        let tag = ETag::of_json(&seen).unwrap();
        let weak = format!("W/{}", tag.as_str());
        let listed = format!("\"other\", {}", tag.as_str());
        for (lines, of_seen, of_newer) in [
            (&[][..], true, true),
            (&["*"][..], true, true),
            (&[tag.as_str()][..], true, false),
            (&[&*listed][..], true, false),
            (&["\"other\"", tag.as_str()][..], true, false),
            (&[&*weak][..], false, false),
            (&["\"other\""][..], false, false),
            (&[""][..], false, false),
            (&["not a tag"][..], false, false),
        ] {
            let condition = IfMatch(sent(&IF_MATCH, lines));
            assert_eq!(
                (condition.holds(&seen), condition.holds(&newer)),
                (of_seen, of_newer),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_weak_tag_is_good_for_asking_whether_something_changed() {
        let tag = ETag::of_bytes(b"{}");
        let tags = sent(&IF_NONE_MATCH, &[&format!("W/{}", tag.as_str())]).unwrap();
        assert!(tags.name(&tag, Comparison::Weak) && !tags.name(&tag, Comparison::Strong));
    }

    proptest! {
        #[test]
        fn tags_differ_when_the_bytes_do(one: Vec<u8>, other: Vec<u8>) {
            prop_assert_eq!(ETag::of_bytes(&one) == ETag::of_bytes(&other), one == other);
            let tag = ETag::of_bytes(&one);
            prop_assert!(HeaderValue::from_str(tag.as_str()).is_ok() && !tag.as_str().contains(','));
        }

        #[test]
        fn no_header_upsets_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..5000)) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let mut headers = HeaderMap::new();
                headers.insert(IF_MATCH, value);
                let tags = Tags::of(&headers, &IF_MATCH).unwrap();
                let any = bytes.iter().filter(|b| !b" \t".contains(b)).eq([&b'*']);
                prop_assert_eq!(tags.name(&ETag::of_bytes(b"{}"), Comparison::Strong), any);
            }
        }
    }
}
