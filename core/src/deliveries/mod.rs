//! The flows of a delivery: each loads the grant, has it decided, commits what happened, and only then lets an effect leave.
//!
//! A command to a door is two commits with the effect between them: the intent is on record before the adapter is called, the
//! outcome after. Whatever is cut off in between is found by the guardian.

mod answer;
mod ask;
mod book;
mod close;
mod commit;
mod open;
mod operator;
mod read;
mod revoke;
mod send;
mod site;
mod take_over;

pub use self::{
    answer::Idempotent,
    ask::{cancel, complete, dispatch, reissue},
    book::{ask_eligibility, book},
    close::close,
    commit::code_record,
    open::open,
    read::{get, get_of_household, list, log, wait_until},
    take_over::take_over,
};
pub(crate) use self::{
    commit::{Loaded, advance, load},
    revoke::revoke,
    send::send_close,
    site::{granted, load_site},
};
