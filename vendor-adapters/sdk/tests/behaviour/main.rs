//! The SDK against fake vendors and with a fake adapter.
#![cfg(test)]

mod dispatching;
mod oauth;
mod sending;
mod support;
