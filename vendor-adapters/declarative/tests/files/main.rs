//! Files: what is said of a wrong one, and what a right one can never do.
#![cfg(test)]

mod acme;
mod doubts;
mod examples;
mod messages;
mod settings;
mod slips;
mod stand;
mod wrong;
