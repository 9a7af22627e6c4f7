//! A vendor of openers, as the operator registered it: where its adapter is, and whether it may be called.

use jiff::Timestamp;
use postern_contract::adapter::ContractVersion;
use serde::{Deserialize, Serialize};

/// A registered vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorRecord {
    /// The name customers see.
    pub name: String,
    /// The adapter's Lambda function: its ARN, which may name a version or an alias, or its name in our own account.
    pub adapter: String,
    /// Whether the adapter is called at all. Switched off, it is not even told to close a door: the guardian then tells a person.
    pub active: bool,
    /// The version of the contract that the adapter was registered with.
    pub contract: ContractVersion,
    /// Since when.
    pub registered_at: Timestamp,
}
