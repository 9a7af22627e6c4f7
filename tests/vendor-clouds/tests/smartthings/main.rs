//! The face of SmartThings: what its clients cannot show.
#![cfg(test)]

mod api;
mod events;
mod login;
mod secrecy;
mod sign_in;
mod visit;
