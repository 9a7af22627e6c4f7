//! The carrier's system, as a client of the carriers' API.

use postern_contract::{
    carrier::{
        AskEligibility, BookDelivery, Cancel, CloseDoor, Complete, Dispatch, Eligibility, OpenDoor, Reissue,
    },
    delivery::{DeliveryView, Page},
    event::LogEntry,
    feed::{FeedCursor, FeedPage},
    ids::DeliveryId,
};
use postern_keys::{JwkSet, PublicKey};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::http::{Answer, Api, PlayError, answer, client, text};
use crate::{Addresses, SeedCarrier};

/// A carrier's system.
#[derive(Debug, Clone)]
pub struct CarrierClient {
    api: Api,
}

impl CarrierClient {
    /// Gets a token by client credentials.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn connect(addresses: &Addresses, carrier: &SeedCarrier) -> Result<Self, PlayError> {
        let address = format!("{}oauth2/token", addresses.issuer);
        let request = client()?
            .post(address)
            .basic_auth(&carrier.id, Some(carrier.secret.expose_secret()))
            .form(&[("grant_type", "client_credentials")]);
        let tokens: serde_json::Value = answer("getting a carrier's token".to_owned(), request)
            .await?
            .done()?;
        let token = tokens["access_token"].as_str().map(SecretString::from);
        let token =
            token.ok_or_else(|| PlayError::unexpected("getting a carrier's token", "there is none"))?;
        Self::with_token(addresses, token)
    }

    /// A system that has a token already.
    ///
    /// # Errors
    /// [`PlayError`].
    pub fn with_token(addresses: &Addresses, token: SecretString) -> Result<Self, PlayError> {
        Ok(Self {
            api: Api::new(&addresses.carrier_api, token)?,
        })
    }

    /// Any unsafe call, under an idempotency key.
    ///
    /// # Errors
    /// [`PlayError::NoAnswer`].
    pub async fn post(&self, path: &str, key: &str, body: &impl Serialize) -> Result<Answer, PlayError> {
        let request = self
            .api
            .request(Method::POST, path)
            .header("idempotency-key", key)
            .json(body);
        answer(format!("POST {path}"), request).await
    }

    /// Any reading call.
    ///
    /// # Errors
    /// [`PlayError::NoAnswer`].
    pub async fn get(&self, path: &str) -> Result<Answer, PlayError> {
        self.api.get(path).await
    }

    /// What is in the carrier's feed after this place; as long as there is nothing, the line is held for so many seconds.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn events(&self, after: Option<FeedCursor>, wait_s: u8) -> Result<FeedPage, PlayError> {
        let after = String::from(after.unwrap_or_default());
        let path = format!("/v1/events?limit=100&after={after}&wait={wait_s}");
        self.get(&path).await?.done()
    }

    /// Asks whether a delivery can be had.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn eligibility(&self, question: &AskEligibility) -> Result<Eligibility, PlayError> {
        self.api
            .send(Method::POST, "/v1/eligibility", question)
            .await?
            .done()
    }

    /// Books a delivery.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn book(&self, key: &str, booking: &BookDelivery) -> Result<DeliveryView, PlayError> {
        self.post("/v1/deliveries", key, booking).await?.done()
    }

    /// Changes what was booked, with any answer.
    ///
    /// # Errors
    /// [`PlayError::NoAnswer`].
    pub async fn change(
        &self,
        delivery: DeliveryId,
        key: &str,
        body: &impl Serialize,
    ) -> Result<Answer, PlayError> {
        let path = format!("/v1/deliveries/{delivery}");
        let request = self.api.request(Method::PATCH, &path);
        answer(
            format!("PATCH {path}"),
            request.header("idempotency-key", key).json(body),
        )
        .await
    }

    /// Says that the parcels are out for delivery.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn dispatch(
        &self,
        delivery: DeliveryId,
        key: &str,
        body: &Dispatch,
    ) -> Result<DeliveryView, PlayError> {
        self.verb(delivery, "dispatch", key, body).await?.done()
    }

    /// Opens the door and holds the line until it has moved.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn open(
        &self,
        delivery: DeliveryId,
        key: &str,
        body: &OpenDoor,
    ) -> Result<DeliveryView, PlayError> {
        self.verb(delivery, "open?wait=25", key, body).await?.done()
    }

    /// Closes the door and holds the line until it is seen closed.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn close(
        &self,
        delivery: DeliveryId,
        key: &str,
        body: &CloseDoor,
    ) -> Result<DeliveryView, PlayError> {
        self.verb(delivery, "close?wait=25", key, body).await?.done()
    }

    /// Says that the parcels are inside.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn complete(
        &self,
        delivery: DeliveryId,
        key: &str,
        body: &Complete,
    ) -> Result<DeliveryView, PlayError> {
        self.verb(delivery, "complete?wait=25", key, body).await?.done()
    }

    /// Lets the driver back in.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn reissue(
        &self,
        delivery: DeliveryId,
        key: &str,
        body: &Reissue,
    ) -> Result<DeliveryView, PlayError> {
        self.verb(delivery, "reissue", key, body).await?.done()
    }

    /// Calls it off.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn cancel(
        &self,
        delivery: DeliveryId,
        key: &str,
        body: &Cancel,
    ) -> Result<DeliveryView, PlayError> {
        self.verb(delivery, "cancel", key, body).await?.done()
    }

    /// One verb of a delivery, with any answer.
    ///
    /// # Errors
    /// [`PlayError::NoAnswer`].
    pub async fn verb(
        &self,
        delivery: DeliveryId,
        verb: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<Answer, PlayError> {
        self.post(&format!("/v1/deliveries/{delivery}/{verb}"), key, body)
            .await
    }

    /// One delivery, as it is now.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn delivery(&self, delivery: DeliveryId) -> Result<DeliveryView, PlayError> {
        self.get(&format!("/v1/deliveries/{delivery}")).await?.done()
    }

    /// The key under which logs are signed.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn signing_key(&self) -> Result<PublicKey, PlayError> {
        const WHAT: &str = "asking for the signing key";
        let keys = self.signing_keys().await?.of_logs();
        keys.first()
            .copied()
            .ok_or_else(|| PlayError::unexpected(WHAT, "there is none"))
    }

    /// Every key that the platform signs by.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn signing_keys(&self) -> Result<JwkSet, PlayError> {
        self.get("/v1/signing-keys").await?.done()
    }

    /// The signed evidence of a delivery, as it came.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn evidence(&self, delivery: DeliveryId) -> Result<String, PlayError> {
        let path = format!("/v1/deliveries/{delivery}/evidence");
        let request = self.api.request(Method::GET, &path);
        text(format!("GET {path}"), request).await
    }

    /// A delivery's whole log.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn log(&self, delivery: DeliveryId) -> Result<Vec<LogEntry>, PlayError> {
        let mut entries = Vec::new();
        let mut path = format!("/v1/deliveries/{delivery}/log");
        loop {
            let page: Page<LogEntry> = self.get(&path).await?.done()?;
            entries.extend(page.items);
            match page.next_cursor {
                Some(cursor) => path = format!("/v1/deliveries/{delivery}/log?cursor={cursor}"),
                None => return Ok(entries),
            }
        }
    }
}
