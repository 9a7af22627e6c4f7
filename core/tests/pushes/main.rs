//! Pushes: what carriers' endpoints are told, and what becomes of those that take nothing.
#![cfg(test)]

mod again;
mod attempts;
mod endpoints;
mod post;
