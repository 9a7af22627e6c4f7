//! Counting each call against its carrier's quotas, telling what is left, and refusing what is too much.
//!
//! | call | counted | one too many |
//! |---|---|---|
//! | one that changes nothing | while it is being answered | is refused |
//! | `…/open` | beside its first read of the record, within the flow | is refused before anything is decided |
//! | `…/close` | while it is being answered | goes on: a door left open is worse than a noisy carrier |
//! | any other | before it begins | is refused |
//!
//! A request without a good token is refused by its handler and counts for nobody; the gateway's own limit holds it.

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use postern_core::{
    Error,
    rates::{Admission, Verdict},
};
use postern_http::{Bearer, Problem, Quota, problem::wire::UNAUTHORIZED, quota};

use crate::{Carriers, caller::named, problems::problem};

/// When a call is counted, and whether it may be refused for it.
enum Manner {
    Before,
    Beside,
    Within,
    BesideAndNeverRefused,
}

/// The admission of a call that counts itself. A call without one names no carrier, and is refused for that.
pub(crate) struct Counted(pub(crate) Admission);

impl<S: Send + Sync> FromRequestParts<S> for Counted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let admission = parts.extensions.get::<Admission>().cloned();
        admission.map(Self).ok_or_else(|| Problem::new(&UNAUTHORIZED))
    }
}

/// Counts a call on its way in, and tells on its way out what is left.
pub(crate) async fn count(State(state): State<Carriers>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let bearer = Bearer::from_request_parts(&mut parts, &state).await;
    let Ok(carrier) = bearer.and_then(|bearer| named(&bearer.claims)) else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let admission = Admission::of(&state.platform, carrier, !parts.method.is_safe());
    parts.extensions.insert(admission.clone());
    let manner = manner(&parts.method, parts.extensions.get::<MatchedPath>());
    let answer = next.run(Request::from_parts(parts, body));
    let mut response = match manner {
        Manner::Before => match admission.demand().await {
            Ok(()) => answer.await,
            Err(error) => refused(error),
        },
        Manner::Beside => unless_too_many(&admission, answer).await,
        // One too many has done nothing, whatever it was refused for before it was counted.
        Manner::Within => {
            let answer = answer.await;
            admission.demand().await.map_or_else(refused, |()| answer)
        }
        Manner::BesideAndNeverRefused => tokio::join!(admission.verdict(), answer).1,
    };
    if let Some(verdict) = admission.verdict().await {
        quota::tell(response.headers_mut(), &told(&verdict));
    }
    response
}

fn manner(method: &Method, path: Option<&MatchedPath>) -> Manner {
    if method.is_safe() {
        return Manner::Beside;
    }
    match path.map(MatchedPath::as_str) {
        Some("/v1/deliveries/{id}/open") => Manner::Within,
        Some("/v1/deliveries/{id}/close") => Manner::BesideAndNeverRefused,
        _ => Manner::Before,
    }
}

/// The answer, or the refusal as soon as it is known: what changes nothing can be left half done.
async fn unless_too_many(admission: &Admission, answer: impl Future<Output = Response>) -> Response {
    let refusal = async {
        match admission.demand().await {
            Ok(()) => std::future::pending().await,
            Err(error) => refused(error),
        }
    };
    tokio::select! {
        biased;
        refusal = refusal => refusal,
        // An answer that was faster than the count waits for its verdict.
        response = answer => admission.demand().await.map_or_else(refused, |()| response),
    }
}

fn refused(error: Error) -> Response {
    problem(error).into_response()
}

fn told(verdict: &Verdict) -> [Quota; 2] {
    [verdict.calls, verdict.changes].map(|left| Quota {
        name: left.name,
        most: left.most,
        window_s: left.window_s,
        left: left.left,
        resets_in_s: left.resets_in_s,
    })
}
