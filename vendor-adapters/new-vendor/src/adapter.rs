//! The contract's operations, on this vendor's API.

use async_trait::async_trait;
use postern_adapter_sdk::{
    CallContext, ClientOptions, DeadlineClient, OAuth, OAuthAdapter, SetUpError, TakesOrders, Target,
    TokenSet,
};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, ContractVersion, Description, Disposition, DoorsListed,
};
use postern_contract::door::DoorReading;
use postern_contract::text::DoorRef;

use crate::NewVendorConfig;
use crate::config::VENDOR;

/// The adapter for New Vendor.
#[derive(Clone, Debug)]
pub struct NewVendorAdapter {
    oauth: OAuth,
    description: Description,
}

impl NewVendorAdapter {
    /// The adapter for the addresses of `config`.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn new(config: &NewVendorConfig) -> Result<Self, SetUpError> {
        let http = DeadlineClient::new(ClientOptions::default())?;
        let description = Description {
            vendor: VENDOR.parse()?,
            name: "New Vendor".parse()?,
            contract: ContractVersion::CURRENT,
            optional_operations: Vec::new(),
            // To be measured: how long a state was seen to stay as it was while the door had moved, and how often it may be asked for.
            reading_lag_seconds: 60,
            poll_interval_ms: 5000,
        };
        Ok(Self {
            oauth: OAuth::new(config.oauth(), http),
            description,
        })
    }
}

/// What is still to do is refused, so that nothing is believed of it.
fn to_do(what: &str) -> AdapterError {
    AdapterError::not_executed(
        AdapterErrorKind::Unsupported,
        format!("this adapter cannot {what} yet"),
    )
}

#[async_trait]
impl TakesOrders for NewVendorAdapter {
    /// A door as the vendor's cloud shows it.
    type Door = ();

    async fn look(
        &self,
        _: &CallContext,
        _: &TokenSet,
        _: &DoorRef,
    ) -> Result<((), DoorReading), AdapterError> {
        Err(to_do("read a door"))
    }

    fn check_permitted(&self, (): &(), _: Target) -> Result<(), AdapterError> {
        Err(to_do("tell what a door permits"))
    }

    async fn send(
        &self,
        _: &CallContext,
        _: &TokenSet,
        (): &(),
        _: Target,
    ) -> Result<Disposition, AdapterError> {
        Err(to_do("order a door"))
    }
}

#[async_trait]
impl OAuthAdapter for NewVendorAdapter {
    fn description(&self) -> &Description {
        &self.description
    }

    fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    async fn list(&self, _: &CallContext, _: &TokenSet) -> Result<DoorsListed, AdapterError> {
        Err(to_do("list doors"))
    }
}
