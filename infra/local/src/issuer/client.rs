//! Who calls the token endpoint: a carrier by its secret, or the app, which has none.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::params::Params;
use super::token::OAuthError;
use super::{Client, Issuer};

pub(super) enum Caller<'a> {
    Carrier(&'a Client),
    App,
}

/// HTTP Basic or the body, never both (RFC 6749, 2.3).
pub(super) fn authenticate<'a>(
    issuer: &'a Issuer,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Caller<'a>, OAuthError> {
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    let in_body = (params.get("client_id"), params.get("client_secret"));
    match (authorizations.next(), authorizations.next(), in_body) {
        (Some(basic), None, (id_again, None)) => {
            let (id, secret) = basic
                .to_str()
                .ok()
                .and_then(credentials)
                .ok_or(OAuthError::InvalidClient)?;
            if id_again.is_some_and(|again| again != id) {
                return Err(OAuthError::InvalidRequest("two different clients are named"));
            }
            carrier(issuer, &id, &secret)
        }
        (Some(_), ..) => Err(OAuthError::InvalidRequest(
            "use one way to authenticate the client",
        )),
        (None, _, (Some(id), Some(secret))) => carrier(issuer, id, secret),
        (None, _, (Some(id), None)) if id == issuer.0.config.app.id => Ok(Caller::App),
        (None, ..) => Err(OAuthError::InvalidClient),
    }
}

fn carrier<'a>(issuer: &'a Issuer, id: &str, secret: &str) -> Result<Caller<'a>, OAuthError> {
    // An unknown client takes as long as a known one with a wrong secret.
    let nobody = secrecy::SecretString::default();
    let client = issuer.client(id);
    let same = issuer.same(client.map_or(&nobody, |client| &client.secret), secret);
    client
        .filter(|_| same)
        .map(Caller::Carrier)
        .ok_or(OAuthError::InvalidClient)
}

/// The id and secret of `Basic …`, each form-encoded before it was joined (RFC 6749, 2.3.1). Curl and others
/// leave that step out, which matters only for a `%` or `+`; the platform's own ids and secrets have
/// neither.
fn credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = joined.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    let pair = format!("v={}", text.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes())
        .map(|(_, value)| value.into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn encoded_credentials_come_back(id in "\\PC{1,20}", secret in "\\PC{1,20}") {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let header = format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(&id), encode(&secret))));
            prop_assert_eq!(credentials(&header), Some((id, secret)));
        }

        #[test]
        fn plain_credentials_come_back(id in "[A-Za-z0-9_-]{1,20}", secret in "[A-Za-z0-9_&=:-]{1,20}") {
            let header = format!("basic {}", STANDARD.encode(format!("{id}:{secret}")));
            prop_assert_eq!(credentials(&header), Some((id, secret)));
        }

        #[test]
        fn no_header_upsets_it(header in "\\PC{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            drop(credentials(&header));
            drop(credentials(&format!("Basic {}", STANDARD.encode(bytes))));
        }
    }
}
