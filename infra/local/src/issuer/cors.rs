//! Browsers: the customers' page may be served from another port than the issuer, and must still be able to
//! ask it for a token. Its origin is allowed when a registered redirect address is on it. The requests are
//! "simple" ones (Fetch, "CORS-safelisted"), so there is no preflight to answer.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ORIGIN, VARY};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use super::Issuer;

pub(super) async fn cors(State(issuer): State<Issuer>, request: Request, next: Next) -> Response {
    let origin = request
        .headers()
        .get(ORIGIN)
        .filter(|origin| issuer.serves(origin))
        .cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

impl Issuer {
    fn serves(&self, origin: &HeaderValue) -> bool {
        let registered = self
            .0
            .config
            .app
            .redirect_uris
            .iter()
            .filter_map(|uri| Url::parse(uri).ok());
        registered
            .map(|url| url.origin().ascii_serialization())
            .any(|known| origin.as_bytes() == known.as_bytes())
    }
}
