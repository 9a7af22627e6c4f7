//! What a token must say, and what is kept of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::{Audience, Clients, Refused};

/// Clocks differ by this much, in seconds, at most.
const LEEWAY_S: i64 = 60;
/// The longest `sub`, `client_id` or `jti`, in bytes.
const NAME_BYTES_MAX: usize = 255;

/// What a verified token says of its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: the person, or for a carrier's own token its client.
    pub subject: String,
    /// `client_id`: the client that the token was issued to. Always there in Cognito's tokens and the local
    /// issuer's.
    pub client_id: Option<String>,
    /// What the bearer may do, without the resource server's prefix.
    pub scopes: BTreeSet<String>,
    /// `exp`: from then on the token is refused (with a minute's leeway).
    pub expires_at: Timestamp,
    /// `iat`: when it was issued.
    pub issued_at: Option<Timestamp>,
    /// `jti`: the token's own id.
    pub token_id: Option<String>,
}

impl Claims {
    /// Whether the token carries a scope.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}

pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a Audience,
    pub(super) scope_prefix: &'a str,
}

/// Checks every claim of a token whose signature was good.
pub(super) fn check(claims: &Value, expected: &Expected<'_>, now: Timestamp) -> Result<Claims, Refused> {
    let text = |name: &'static str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() && text.len() <= NAME_BYTES_MAX => {
            Ok(Some(text.clone()))
        }
        Some(_) => Err(Refused::Invalid("a claim is not a text of a sane length")),
    };
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(Refused::Invalid("another issuer"));
    }
    let client_id = text("client_id")?;
    audience(claims, client_id.as_deref(), expected.audience)?;
    let expires_at = time(claims, "exp")?.ok_or(Refused::Invalid("no expiry"))?;
    if now.as_second() >= expires_at.as_second().saturating_add(LEEWAY_S) {
        return Err(Refused::Expired);
    }
    let soonest = |at: Timestamp| at.as_second().saturating_sub(LEEWAY_S) > now.as_second();
    let issued_at = time(claims, "iat")?;
    if time(claims, "nbf")?.is_some_and(soonest) || issued_at.is_some_and(soonest) {
        return Err(Refused::Invalid("not valid yet"));
    }
    Ok(Claims {
        subject: text("sub")?.ok_or(Refused::Invalid("no subject"))?,
        client_id,
        scopes: scopes(claims, expected.scope_prefix)?,
        expires_at,
        issued_at,
        token_id: text("jti")?,
    })
}

fn audience(claims: &Value, client_id: Option<&str>, audience: &Audience) -> Result<(), Refused> {
    let ours = match audience {
        Audience::Claim(name) => match claims.get("aud") {
            Some(Value::String(only)) => only == name,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(name)),
            _ => false,
        },
        Audience::Cognito(clients) => {
            let access = claims.get("token_use").and_then(Value::as_str) == Some("access");
            let client = match clients {
                Clients::AnyOfThePool => client_id.is_some(),
                Clients::Only(known) => client_id.is_some_and(|id| known.contains(id)),
            };
            access && client
        }
    };
    if ours {
        Ok(())
    } else {
        Err(Refused::Invalid("another audience"))
    }
}

/// A NumericDate (RFC 7519, 2): seconds, which may have a fraction.
fn time(claims: &Value, name: &str) -> Result<Option<Timestamp>, Refused> {
    let wrong = Refused::Invalid("a time is not a number of seconds");
    let seconds = match claims.get(name) {
        None => return Ok(None),
        Some(value) => match (value.as_i64(), value.as_f64()) {
            (Some(whole), _) => whole,
            // Beyond these bounds jiff has no time for it; within them the cast keeps every whole second.
            (None, Some(fraction)) if fraction.abs() < 1e12 => fraction.floor() as i64,
            _ => return Err(wrong),
        },
    };
    Timestamp::from_second(seconds).map(Some).map_err(|_| wrong)
}

fn scopes(claims: &Value, prefix: &str) -> Result<BTreeSet<String>, Refused> {
    match claims.get("scope") {
        None => Ok(BTreeSet::new()),
        Some(Value::String(list)) => Ok(list
            .split(' ')
            .filter(|scope| !scope.is_empty())
            .map(|scope| scope.strip_prefix(prefix).unwrap_or(scope).to_owned())
            .collect()),
        Some(_) => Err(Refused::Invalid("the scope is not a text")),
    }
}
