//! What a person at a shell needs: ready-made curl lines, and a plain page where the logins' redirects lead.

use std::fmt::Write;

use axum::{Router, response::Html, routing::get};
use postern_http::Problem;

use crate::{LocalPlatform, issuer::IssuerError};

/// The pages that browsers are sent back to. They only say what to do next: the address bar holds what the app would read.
pub(crate) fn pages() -> Router {
    let page = |title: &str, text: &str| {
        Html(format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{text}</p>"
        ))
    };
    let linked = page(
        "Almost linked",
        "Send the <code>state</code> and <code>code</code> of this page's address to \
         <code>POST /v1/links/finish</code> with your token, within ten minutes.",
    );
    let signed_in = page(
        "Logged in",
        "Exchange the <code>code</code> of this page's address for a token at <code>/oauth2/token</code>.",
    );
    Router::new()
        .route("/linked", get(move || async { linked }))
        .route("/signed-in", get(move || async { signed_in }))
        .fallback(|| async { Problem::new(&postern_http::problem::wire::NOT_FOUND) })
}

/// Shell assignments of every address and of tokens for the seeds: `eval` them, and every curl line of the README works as printed.
///
/// # Errors
/// [`IssuerError`] when no token can be minted.
pub fn ready_made(local: &LocalPlatform) -> Result<String, IssuerError> {
    use secrecy::ExposeSecret;
    let (carrier, person) = (&local.seeds.carriers[0], &local.seeds.people[0]);
    let at = &local.addresses;
    let mut text = String::new();
    let mut set = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "export {name}='{}'", value.trim_end_matches('/'));
    };
    set("ISSUER", at.issuer.as_str());
    set("CARRIER_API", at.carrier_api.as_str());
    set("CUSTOMER_API", at.customer_api.as_str());
    set("VENDOR_CLOUD", at.vendor_cloud.as_str());
    set("CLIENT_ID", carrier.id.as_str());
    set("CLIENT_SECRET", carrier.secret.expose_secret());
    let carrier_token = local.issuer().mint_for_client(carrier.id.as_str(), &[])?;
    set("CARRIER_TOKEN", carrier_token.expose_secret());
    set(
        "CUSTOMER_TOKEN",
        local.issuer().mint_for_person(&person.id)?.expose_secret(),
    );
    Ok(text)
}
