//! What is left of a caller's quotas: the headers `RateLimit-Policy` and `RateLimit`.
//!
//! As draft-ietf-httpapi-ratelimit-headers-11 has them: lists of Structured Fields (RFC 9651), each member the name of a policy with
//! its numbers as parameters. The first tells what is always so, `q` in `w` seconds; the second what is left now, `r` for `t` seconds.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header with what is always so.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The header with what is left now.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What is left of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The policy's name: lower-case letters, digits and `-`.
    pub name: &'static str,
    /// How many calls there may be in a window.
    pub most: u32,
    /// How long a window is, in seconds.
    pub window_s: u32,
    /// How many are left in the present one.
    pub left: u32,
    /// In how many seconds it begins anew.
    pub resets_in_s: u32,
}

/// Tells the caller what is left of these quotas.
pub fn tell(headers: &mut HeaderMap, quotas: &[Quota]) {
    let policy = listed(quotas, |quota| {
        format!("\"{}\";q={};w={}", quota.name, quota.most, quota.window_s)
    });
    let now = listed(quotas, |quota| {
        format!("\"{}\";r={};t={}", quota.name, quota.left, quota.resets_in_s)
    });
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, now)] {
        match HeaderValue::from_str(&value) {
            Ok(value) => {
                headers.insert(name, value);
            }
            // Only a policy with a control character in its name could come here.
            Err(error) => tracing::error!(%error, "a quota cannot be told"),
        }
    }
}

fn listed(quotas: &[Quota], member: impl Fn(&Quota) -> String) -> String {
    quotas.iter().map(member).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_told_as_the_draft_writes_them() {
        let quota = |name, most, left| Quota {
            name,
            most,
            window_s: 60,
            left,
            resets_in_s: 12,
        };
        let mut headers = HeaderMap::new();
        tell(&mut headers, &[quota("calls", 1200, 7), quota("changes", 600, 0)]);
        assert_eq!(
            headers[RATE_LIMIT_POLICY],
            "\"calls\";q=1200;w=60, \"changes\";q=600;w=60"
        );
        assert_eq!(headers[RATE_LIMIT], "\"calls\";r=7;t=12, \"changes\";r=0;t=12");
    }
}
