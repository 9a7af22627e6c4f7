//! What a token endpoint tells beside the tokens.

use std::collections::BTreeMap;
use std::fmt;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{ExtraTokenFields, StandardRevocableToken, StandardTokenResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a token endpoint told beside the tokens, such as for which installation they are. Its `Debug` shows nothing, as any of it may be a
/// secret.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Further {
    #[serde(flatten)]
    fields: BTreeMap<String, Value>,
}

impl Further {
    /// A field that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }
}

impl fmt::Debug for Further {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Further(***)")
    }
}

impl ExtraTokenFields for Further {}

/// A token endpoint's answer.
pub(super) type TokenAnswer = StandardTokenResponse<Further, BasicTokenType>;

/// The `oauth2` crate's client, which reads such answers.
pub(super) type Client<AuthUrl, DeviceUrl, IntrospectionUrl, RevocationUrl, TokenUrl> = oauth2::Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    AuthUrl,
    DeviceUrl,
    IntrospectionUrl,
    RevocationUrl,
    TokenUrl,
>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_besides_is_found_and_never_printed() {
        let told = r#"{"access_token":"at-secret","token_type":"bearer","home":"h-secret","tier":0}"#;
        let answer: TokenAnswer = serde_json::from_str(told).unwrap();
        let further = answer.extra_fields();
        assert_eq!(
            (further.text("home"), further.text("tier")),
            (Some("h-secret"), None)
        );
        assert_eq!(further.text("access_token"), None);
        assert!(!format!("{further:?} {answer:?}").contains("secret"));
    }
}
