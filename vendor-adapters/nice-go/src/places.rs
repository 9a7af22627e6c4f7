//! The document that says where everything is. Nothing of it is written down anywhere else.

use postern_adapter_sdk::{CallContext, DeadlineClient, VendorRequest, vendor_url};
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::NiceGoConfig;

/// The longest name of a region that is believed to be one.
const REGION_MAX: usize = 32;

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Places {
    /// The API of the doors.
    pub api: Url,
    /// The user pool.
    pub pool: Pool,
}

/// The user pool, and who the vendor's app is there.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its address.
    pub url: Url,
    /// Its name, which is its id after the underscore.
    pub name: String,
    /// The app.
    pub client_id: String,
}

#[derive(Deserialize)]
struct Document {
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    #[serde(rename = "GraphQL")]
    graphql: Apis,
    #[serde(rename = "Config")]
    config: PoolNames,
}

#[derive(Deserialize)]
struct Apis {
    device: Addresses,
}

#[derive(Deserialize)]
struct Addresses {
    https: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PoolNames {
    region: String,
    client_id: String,
    user_pool_id: String,
}

/// Reads the document.
///
/// # Errors
/// Always `not_executed`: as every read; `vendor_unavailable` for a document that cannot be used.
pub async fn find(
    http: &DeadlineClient,
    config: &NiceGoConfig,
    call: &CallContext,
) -> Result<Places, AdapterError> {
    let request = VendorRequest::new(Method::GET, config.endpoints_url.clone());
    // It stands before a login or a refresh. An order may be waiting for that, so it is not held back as a mere reading is.
    let deadline = call.deadline().clone().of_an_order();
    let reply = http.read(&request, &deadline).await?;
    if !reply.status.is_success() {
        let error = reply.read_error();
        return Err(match error.kind {
            AdapterErrorKind::RateLimited => error,
            // Nobody has to be known to read it: any other refusal is none of this household.
            _ => AdapterError {
                kind: AdapterErrorKind::VendorUnavailable,
                ..error
            },
        });
    }
    Places::read(reply.json()?, config).ok_or_else(|| {
        AdapterError::not_executed(
            AdapterErrorKind::VendorUnavailable,
            "the vendor's document of addresses cannot be used",
        )
    })
}

impl Places {
    fn read(document: Document, config: &NiceGoConfig) -> Option<Self> {
        let Endpoints {
            graphql,
            config: names,
        } = document.endpoints;
        let (_, name) = names.user_pool_id.split_once('_')?;
        if name.is_empty() || names.client_id.is_empty() {
            return None;
        }
        let url = match &config.pool_url {
            Some(url) => url.clone(),
            None => amazons(&names.region)?,
        };
        Some(Self {
            // Tokens go there, so it must be an address that they may go to.
            api: vendor_url("the document of addresses", &graphql.device.https).ok()?,
            pool: Pool {
                url,
                name: name.to_owned(),
                client_id: names.client_id,
            },
        })
    }
}

/// The address of Amazon Cognito in a region. What is no name of a region could lead elsewhere.
fn amazons(region: &str) -> Option<Url> {
    let plain = (1..=REGION_MAX).contains(&region.len())
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain
        .then(|| Url::parse(&format!("https://cognito-idp.{region}.amazonaws.com/")).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn document() -> Value {
        json!({ "endpoints": {
            "GraphQL": {
                "device": { "https": "https://api.vendor.example/graphql", "wss": "wss://api.vendor.example/graphql" },
                "events": { "https": "https://events.vendor.example/graphql", "wss": "wss://events.vendor.example/graphql" },
            },
            "Config": {
                "Region": "us-east-1", "ClientId": "client", "UserPoolId": "us-east-1_Pool1", "IdentityPoolId": "us-east-1:x",
            },
        } })
    }

    fn read(document: Value) -> Option<Places> {
        let config = NiceGoConfig {
            pool_url: None,
            ..NiceGoConfig::at_one_host(&"https://vendor.example/".parse().unwrap())
        };
        Places::read(serde_json::from_value(document).ok()?, &config)
    }

    #[test]
    fn addresses_and_names_are_taken_from_the_document() {
        let places = read(document()).unwrap();
        assert_eq!(places.api.as_str(), "https://api.vendor.example/graphql");
        assert_eq!(
            places.pool.url.as_str(),
            "https://cognito-idp.us-east-1.amazonaws.com/"
        );
        assert_eq!(
            (places.pool.name.as_str(), places.pool.client_id.as_str()),
            ("Pool1", "client")
        );
    }

    #[test]
    fn what_cannot_be_used_is_not() {
        for (pointer, bad) in [
            (
                "/endpoints/GraphQL/device/https",
                json!("http://api.vendor.example/graphql"),
            ),
            ("/endpoints/GraphQL/device/https", json!("graphql")),
            ("/endpoints/Config/Region", json!("evil.example/")),
            ("/endpoints/Config/Region", json!("")),
            ("/endpoints/Config/UserPoolId", json!("us-east-1")),
            ("/endpoints/Config/UserPoolId", json!("us-east-1_")),
            ("/endpoints/Config/ClientId", json!("")),
            ("/endpoints/Config", json!(null)),
        ] {
            let mut spoiled = document();
            *spoiled.pointer_mut(pointer).unwrap() = bad;
            assert!(read(spoiled).is_none(), "{pointer}");
        }
    }

    proptest! {
        #[test]
        fn no_name_of_a_region_leads_away_from_amazon(region in ".{0,40}") {
            if let Some(url) = amazons(&region) {
                prop_assert!(url.host_str().unwrap().ends_with(".amazonaws.com"));
                prop_assert_eq!((url.path(), url.port(), url.username()), ("/", None, ""));
            }
        }
    }
}
