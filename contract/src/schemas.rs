//! What this crate publishes: a JSON Schema for each message.

use schemars::{JsonSchema, Schema, schema_for};

use crate::adapter::{AdapterReply, AdapterRequest};

/// A published schema, by the name of its file.
#[derive(Debug)]
pub struct Published {
    /// The file's stem under `contract/schemas`.
    pub name: &'static str,
    /// The schema.
    pub schema: Schema,
}

fn published<T: JsonSchema>(name: &'static str) -> Published {
    Published {
        name,
        schema: schema_for!(T),
    }
}

/// Every schema that this crate publishes.
#[must_use]
pub fn all() -> Vec<Published> {
    vec![
        published::<AdapterRequest>("adapter-request"),
        published::<AdapterReply>("adapter-reply"),
    ]
}
