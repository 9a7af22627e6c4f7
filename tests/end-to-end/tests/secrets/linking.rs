//! Linking the opener, by its vendor's page or its form; a login's secrets are looked up while they live.

use postern_contract::adapter::SignIn;
use postern_contract::{
    customer::{FormToFill, LinkStarted},
    ids::LinkId,
    text::SecretText,
};
use postern_keys::SealContext;
use postern_local::play::log_in_at_vendor;
use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{Play, unsealed};

/// A password with a slip of the finger in it, which is as good as the password to whoever finds it.
const MISTYPED: &str = "correct-horse-battery-stapel";

impl Play {
    /// Links the opener.
    pub(crate) async fn link(&mut self) -> LinkId {
        let body = Some(json!({"vendor": self.local.vendor().id()}));
        // This is the one answer that holds a login's state, for the browser or the app to carry: it is not noted.
        let quiet = std::mem::take(&mut self.apis.answers);
        let started = self.apis.call(Method::POST, "/v1/links", body).await;
        self.apis.answers = quiet;
        let started: LinkStarted = serde_json::from_value(started).unwrap();
        match &started.sign_in {
            SignIn::AuthorizeUrl(page) => self.by_page(started.link, page).await,
            SignIn::Form(form) => self.by_form(started.link, form).await,
        }
        started.link
    }

    /// What the adapter keeps of a login that has begun.
    async fn session(&self, link: LinkId, state: &str, purpose: &str) -> Value {
        let state = SecretText::new(state);
        let pending = self.local.platform.store.pending_login(&state).await;
        let context = SealContext::new([
            ("vendor", self.local.vendor().id().to_owned()),
            ("link", link.to_string()),
            ("purpose", purpose.to_owned()),
        ]);
        let sealed = pending.unwrap().unwrap().session.as_str().to_owned();
        let session = unsealed(&self.local, sealed.try_into().unwrap(), context).await;
        serde_json::from_str(&session).unwrap()
    }

    async fn by_page(&mut self, link: LinkId, page: &SecretText) {
        let page: Url = page.expose().parse().unwrap();
        let (_, state) = page.query_pairs().find(|(name, _)| name == "state").unwrap();
        let session = self.session(link, &state, "linking").await;
        let verifier = session["verifier"].as_str().unwrap();
        assert!(!page.as_str().contains(verifier));
        self.secrets.keep("the PKCE verifier", verifier);
        self.secrets.keep("the login's state", &state);
        self.rest().await;
        let password = SecretString::from(DEMO_PASSWORD);
        let (state, code) = log_in_at_vendor(&page, DEMO_EMAIL, &password, &self.local.addresses.linked)
            .await
            .unwrap();
        self.secrets.keep("the authorization code", code.expose_secret());
        let finish = json!({"state": state, "code": code.expose_secret()});
        self.apis
            .call(Method::POST, "/v1/links/finish", Some(finish.clone()))
            .await;
        // What has been used, and what never was, is refused without being repeated.
        let (status, again) = self
            .apis
            .any(Method::POST, "/v1/links/finish", Some(finish.clone()))
            .await;
        assert_eq!((status, &again["code"]), (409, &json!("login_not_known")));
        let mut wrong = finish;
        wrong["surprise"] = wrong["code"].clone();
        let (status, _) = self.apis.any(Method::POST, "/v1/links/finish", Some(wrong)).await;
        assert_eq!(status, 400);
    }

    async fn by_form(&mut self, link: LinkId, form: &FormToFill) {
        let state = form.state.expose();
        assert_eq!(self.session(link, state, "linking by form").await, Value::Null);
        self.secrets.keep("the login's state", state);
        self.secrets.keep("a mistyped password", MISTYPED);
        self.secrets.keep("the address of the account", DEMO_EMAIL);
        let filled_in =
            |password: &str| json!({"state": state, "answers": {"email": DEMO_EMAIL, "password": password}});
        self.rest().await;
        let path = "/v1/links/answer";
        // What is refused (for its form, or by the vendor) is refused without being repeated, and can be tried again.
        let mut twice = filled_in(DEMO_PASSWORD);
        twice["surprise"] = json!(DEMO_PASSWORD);
        let mut in_a_list = filled_in(MISTYPED);
        in_a_list["answers"] = json!([DEMO_EMAIL, MISTYPED]);
        let mut too_much = filled_in(MISTYPED);
        too_much["answers"]["one_time_code"] = json!(MISTYPED);
        for (body, status) in [
            (twice, 400),
            (in_a_list, 400),
            (too_much, 400),
            (filled_in(&MISTYPED.repeat(20)), 400),
            (filled_in(MISTYPED), 409),
            (filled_in(DEMO_PASSWORD), 201),
            (filled_in(DEMO_PASSWORD), 409),
        ] {
            let (answered, _) = self.apis.any(Method::POST, path, Some(body)).await;
            assert_eq!(answered, status);
            self.rest().await;
        }
    }
}
