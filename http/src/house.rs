//! What is around every call of both APIs, so that they behave alike.
//!
//! From the outside in: the request's id, its log span, the caller's language, security headers, the tags
//! of answers and the writing of problems; then the catching of panics; then the limit on bodies and the token verifier; then
//! the API's router. Of a request, the log gets its method, its route's pattern, its status and its
//! duration: no header, no query and no body, where names and tokens are.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use crate::body::BODY_BYTES_MAX;
use crate::etag::Known;
use crate::problem::wire::{INTERNAL, METHOD_NOT_ALLOWED, NOT_FOUND};
use crate::request_id::X_REQUEST_ID;
use crate::{Clock, Entropy, Language, Problem, RequestId, Verifier};

/// What the house needs from outside.
#[derive(Clone)]
pub struct HouseConfig {
    /// Checks the tokens that [`Authorized`](crate::Authorized) asks for.
    pub verifier: Arc<Verifier>,
    /// The time, for request ids.
    pub now: Clock,
    /// Chance, for request ids.
    pub entropy: Entropy,
}

impl fmt::Debug for HouseConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HouseConfig")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

/// Puts the house around a router whose routes are all there: what is added later is outside.
///
/// An unknown address is answered `not_found`, a known one with another method `method_not_allowed`, and a
/// panic `internal`, each as a problem.
pub fn house<S: Clone + Send + Sync + 'static>(router: Router<S>, config: HouseConfig) -> Router<S> {
    router
        .fallback(|| async { Problem::new(&NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::new(&METHOD_NOT_ALLOWED) })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(Extension(Arc::clone(&config.verifier)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(config, front))
}

fn panicked(_payload: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has written the message and the place already; the payload may hold what a log must not.
    tracing::error!("a handler panicked");
    Problem::new(&INTERNAL).into_response()
}

async fn front(State(config): State<HouseConfig>, mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request, &config.now, &config.entropy);
    let language = Language::from_headers(request.headers());
    let known = Known::of(request.method(), request.headers());
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(language);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        request_id = id.as_str(),
        method = request.method().as_str(),
        route,
        status = tracing::field::Empty,
        duration_ms = tracing::field::Empty,
    );
    async {
        let start = Instant::now();
        let answer = known.tagged(next.run(request).await).await;
        let mut response = written(answer, language, &id);
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, id.header());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        let status = response.status().as_u16();
        let duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::Span::current()
            .record("status", status)
            .record("duration_ms", duration_ms);
        tracing::info!("answered");
        response
    }
    .instrument(span)
    .await
}

/// A problem, written again with the caller's language and the request's id; any other response as it is.
fn written(mut response: Response, language: Language, id: &RequestId) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let mut answer = problem.render(language, Some(id.as_str()));
    // What was added on the way out, such as the Allow of a 405, stays.
    let own = answer.headers().clone();
    for (name, value) in response.headers() {
        if ![CONTENT_LENGTH, CONTENT_TYPE].contains(name) && !own.contains_key(name) {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

#[cfg(test)]
mod tests;
