//! A vendor of openers, as the operator registered it: where its adapter is, and whether it may be called.

use jiff::Timestamp;
use postern_contract::{adapter::ContractVersion, conformance::Tier, proof::FileDigest};
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
    /// What the adapter was switched on for. None when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven: Option<ProvenBuild>,
}

/// The build of an adapter that a conformance report was of, and what the report proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenBuild {
    /// The tier.
    pub tier: Tier,
    /// The function's code.
    pub code: FileDigest,
    /// When it was looked at.
    pub tested_at: Timestamp,
}
