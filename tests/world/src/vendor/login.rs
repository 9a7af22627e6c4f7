//! Logging in with the vendor: on its page, or by its form.

use jiff::Timestamp;
use postern_contract::{
    adapter::{
        AdapterError, AdapterErrorKind, FormFields, LinkBeginInput, LinkBegun, LinkCompleteInput, LinkForm,
        LinkGranted, SignIn, SignedIn,
    },
    text::{SealedBlob, SecretText},
};

use super::{Inner, no};

/// The password of every account.
pub const PASSWORD: &str = "pass-word-of-every-account";

impl Inner {
    pub(super) fn begin_login(&mut self, input: LinkBeginInput) -> LinkBegun {
        let sign_in = if self.asks_by_form {
            SignIn::Form(LinkForm {
                fields: FormFields::email_and_password(),
            })
        } else {
            let url = format!("https://vendor.example/login?state={}", input.state.expose());
            SignIn::AuthorizeUrl(SecretText::new(url))
        };
        self.last_state = Some(input.state);
        LinkBegun {
            sign_in,
            session: SealedBlob::new("session"),
        }
    }

    pub(super) fn finish_login(
        &mut self,
        input: LinkCompleteInput,
        now: Timestamp,
    ) -> Result<LinkGranted, AdapterError> {
        let name = match (input.signed_in, self.asks_by_form) {
            (SignedIn::Code(code), false) => code,
            (SignedIn::Answers(answers), true) => answers
                .email
                .filter(|_| answers.password.is_some_and(|given| given.expose() == PASSWORD))
                .ok_or_else(|| no(AdapterErrorKind::Rejected, "another password"))?,
            _ => return Err(no(AdapterErrorKind::InvalidRequest, "not this way")),
        };
        let account = self
            .accounts
            .get_mut(name.expose())
            .ok_or_else(|| no(AdapterErrorKind::Rejected, "no such account"))?;
        account.revoked = false;
        Ok(account.grant(name.expose(), now))
    }
}
