//! The SDK against fake vendors and with a fake adapter.
#![cfg(test)]

mod dispatching;
mod fake;
mod oauth;
mod sending;
mod signing_in;
mod support;
