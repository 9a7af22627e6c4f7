//! Aladdin Connect as a file: the tests of its adapter in code, every one and word for word, against the same simulated cloud.
#![cfg(test)]

mod harness;

#[path = "../../../aladdin-connect/tests/against_the_cloud/bench.rs"]
mod bench;
#[path = "../../../aladdin-connect/tests/against_the_cloud/linking.rs"]
mod linking;
#[path = "../../../aladdin-connect/tests/against_the_cloud/listing.rs"]
mod listing;
#[path = "../../../aladdin-connect/tests/against_the_cloud/orders.rs"]
mod orders;
#[path = "../../../aladdin-connect/tests/against_the_cloud/partner.rs"]
mod partner;
#[path = "../../../aladdin-connect/tests/against_the_cloud/secrecy.rs"]
mod secrecy;
#[path = "../../../aladdin-connect/tests/against_the_cloud/troubles.rs"]
mod troubles;
