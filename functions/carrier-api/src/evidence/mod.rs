//! `GET /v1/deliveries/{id}/evidence`: the evidence of a delivery, signed, for whoever has to settle what happened.
//!
//! The answer is a signed message in JWS's compact form, which every JOSE library takes as it is; or, for a caller that would rather
//! have `text/html`, a page for a person, which is not signed itself and says how the signed one is checked.

mod accept;
mod page;
mod reasons;
mod words;

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue,
        header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use postern_contract::{
    evidence::{BUNDLE_TYPE, EvidenceBundle},
    ids::DeliveryId,
};
use postern_core::{Error, deliveries};
use postern_http::{Authorized, Language, NoQuery, PathId, Problem};
use postern_keys::jws;

use crate::{
    Carriers,
    caller::{EvidenceRead, carrier},
    messages,
    problems::problem,
};

/// The page runs nothing and fetches nothing.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// Get the evidence of a delivery, signed.
///
/// A JWS in its compact form (RFC 7515), signed with ES256 under one of the published keys; its payload is an `EvidenceBundle`. With
/// `Accept: text/html`, a page for a person, which is not signed itself.
#[utoipa::path(
    get,
    path = "/v1/deliveries/{id}/evidence",
    operation_id = "getEvidence",
    tag = "evidence",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery.")),
    responses((status = 200, description = "The evidence.", content((String = "application/jose"), (String = "text/html")))),
    security(("carrier" = ["evidence:read"]))
)]
pub(crate) async fn evidence(
    token: Authorized<EvidenceRead>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    language: Language,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let bundle = deliveries::evidence(&state.platform, &carrier(&token)?, delivery)
        .await
        .map_err(problem)?;
    let mut response = if accept::a_page_is_wanted(&headers) {
        let kid = state.bundles.public_key().await.map_err(key_problem)?.kid();
        page_response(&bundle, &kid, language)
    } else {
        let message = signed(&state, &bundle).await?;
        ([(CONTENT_TYPE, "application/jose")], message).into_response()
    };
    let by = HeaderValue::from_static("accept, accept-language");
    response.headers_mut().insert(VARY, by);
    Ok(response)
}

async fn signed(state: &Carriers, bundle: &EvidenceBundle) -> Result<String, Problem> {
    // In the canonical form, so that two bundles that say the same are the same bytes.
    let payload = serde_json_canonicalizer::to_vec(bundle)
        .map_err(|_| problem(Error::Corrupt("a bundle that is no JSON")))?;
    jws::sign(&*state.bundles, BUNDLE_TYPE, &payload)
        .await
        .map_err(key_problem)
}

fn page_response(bundle: &EvidenceBundle, kid: &str, language: Language) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_LANGUAGE, language.tag()),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    (headers, page::page(bundle, kid, language).into_string()).into_response()
}

fn key_problem(error: postern_keys::KeyError) -> Problem {
    problem(Error::from(error))
}
