//! The customer's app, as a client of the customers' API.

use postern_contract::{
    adapter::{Answers, SignIn},
    customer::{
        AnswerForm, BeginLink, ChooseDoor, FinishLink, HouseholdDoor, HouseholdView, LinkStarted, LinkView,
        Preferences, PreferencesView, SignUp, TurnedOff,
    },
    delivery::{DeliveryView, Page},
    event::LogEntry,
    ids::DeliveryId,
    text::SecretText,
};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::{
    browser::{log_in, log_in_at_vendor},
    http::{Answer, Api, PlayError},
};
use crate::{Addresses, SeedPerson};

/// A customer with the app and a browser.
#[derive(Debug, Clone)]
pub struct CustomerClient {
    api: Api,
    linked: Url,
}

impl CustomerClient {
    /// Logs in.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn log_in(addresses: &Addresses, person: &SeedPerson) -> Result<Self, PlayError> {
        Self::with_token(
            addresses,
            log_in(addresses, &person.email, &person.password).await?,
        )
    }

    /// A customer who has a token already.
    ///
    /// # Errors
    /// [`PlayError`].
    pub fn with_token(addresses: &Addresses, token: SecretString) -> Result<Self, PlayError> {
        Ok(Self {
            api: Api::new(&addresses.customer_api, token)?,
            linked: addresses.linked.clone(),
        })
    }

    /// Any call with a body.
    ///
    /// # Errors
    /// [`PlayError::NoAnswer`].
    pub async fn send(&self, method: Method, path: &str, body: &impl Serialize) -> Result<Answer, PlayError> {
        self.api.send(method, path, body).await
    }

    /// Any reading call.
    ///
    /// # Errors
    /// [`PlayError::NoAnswer`].
    pub async fn get(&self, path: &str) -> Result<Answer, PlayError> {
        self.api.get(path).await
    }

    /// The customer's household, where there is one.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn household(&self) -> Result<Option<HouseholdView>, PlayError> {
        let answer = self.get("/v1/household").await?;
        if answer.status == reqwest::StatusCode::NOT_FOUND {
            Ok(None)
        } else {
            answer.done().map(Some)
        }
    }

    /// Registers the household.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn sign_up(&self, household: &SignUp) -> Result<HouseholdView, PlayError> {
        self.send(Method::POST, "/v1/household", household).await?.done()
    }

    /// Links an opener: begins here, logs in on the vendor's page in the browser or fills in its form, and finishes here.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn link(
        &self,
        vendor: &str,
        email: &str,
        password: &SecretString,
    ) -> Result<LinkView, PlayError> {
        let vendor = vendor
            .parse()
            .map_err(|_| PlayError::unexpected("linking", "no vendor has such a name"))?;
        let started: LinkStarted = self
            .send(Method::POST, "/v1/links", &BeginLink { vendor })
            .await?
            .done()?;
        match started.sign_in {
            SignIn::AuthorizeUrl(page) => {
                let page: Url = page
                    .expose()
                    .parse()
                    .map_err(|_| PlayError::unexpected("linking", "the vendor's page has no address"))?;
                let (state, code) = log_in_at_vendor(&page, email, password, &self.linked).await?;
                let finish = FinishLink {
                    state: SecretText::new(state),
                    code: SecretText::new(code.expose_secret()),
                };
                self.send(Method::POST, "/v1/links/finish", &finish).await?.done()
            }
            SignIn::Form(form) => {
                let answers = Answers {
                    email: Some(SecretText::new(email)),
                    password: Some(SecretText::new(password.expose_secret())),
                    one_time_code: None,
                };
                let answered = AnswerForm {
                    state: form.state,
                    answers,
                };
                self.send(Method::POST, "/v1/links/answer", &answered)
                    .await?
                    .done()
            }
        }
    }

    /// The household's links.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn links(&self) -> Result<Vec<LinkView>, PlayError> {
        let page: Page<LinkView> = self.get("/v1/links").await?.done()?;
        Ok(page.items)
    }

    /// The household's doors.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn doors(&self) -> Result<Vec<HouseholdDoor>, PlayError> {
        let page: Page<HouseholdDoor> = self.get("/v1/doors").await?.done()?;
        Ok(page.items)
    }

    /// Chooses the delivery door.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn choose(&self, choice: &ChooseDoor) -> Result<serde_json::Value, PlayError> {
        self.send(Method::PUT, "/v1/delivery-door", choice).await?.done()
    }

    /// Sets pause, hours and carriers.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn prefer(&self, preferences: &Preferences) -> Result<PreferencesView, PlayError> {
        self.send(Method::PUT, "/v1/preferences", preferences)
            .await?
            .done()
    }

    /// Turns in-garage delivery on.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn turn_on(&self) -> Result<PreferencesView, PlayError> {
        self.send(Method::POST, "/v1/enable", &json!({})).await?.done()
    }

    /// Turns it off.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn turn_off(&self) -> Result<TurnedOff, PlayError> {
        self.send(Method::POST, "/v1/disable", &json!({})).await?.done()
    }

    /// One delivery, once its log is longer than `after`.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn delivery_after(&self, delivery: DeliveryId, after: u64) -> Result<DeliveryView, PlayError> {
        self.get(&format!("/v1/deliveries/{delivery}?wait=20&after={after}"))
            .await?
            .done()
    }

    /// A delivery's log, as far as one page goes.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn log(&self, delivery: DeliveryId) -> Result<Vec<LogEntry>, PlayError> {
        let page: Page<LogEntry> = self
            .get(&format!("/v1/deliveries/{delivery}/log?limit=100"))
            .await?
            .done()?;
        Ok(page.items)
    }
}
