//! The record as it rests, read past everything that guards it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{
    config::{BehaviorVersion, Credentials, Region},
    types::AttributeValue,
};
use postern_local::LocalPlatform;

/// Every item of the record, by its key, each written in one way. A test may scan; nothing else does.
pub async fn items(local: &LocalPlatform) -> BTreeMap<String, String> {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ca-central-1"))
        .endpoint_url(local.record_url())
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let mut pages = client
        .scan()
        .table_name("postern")
        .consistent_read(true)
        .into_paginator()
        .send();
    let mut items = BTreeMap::new();
    while let Some(page) = pages.next().await {
        for item in page.unwrap().items() {
            let name = |attribute: &str| item[attribute].as_s().unwrap().clone();
            items.insert(
                format!("{} {}", name("PK"), name("SK")),
                written(&AttributeValue::M(item.clone())),
            );
        }
    }
    items
}

/// A value in one way, whatever order its map happens to have.
fn written(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(members) => {
            let sorted: BTreeMap<_, _> = members
                .iter()
                .map(|(name, value)| (name, written(value)))
                .collect();
            format!("{sorted:?}")
        }
        AttributeValue::L(values) => format!("{:?}", values.iter().map(written).collect::<Vec<_>>()),
        scalar => format!("{scalar:?}"),
    }
}
