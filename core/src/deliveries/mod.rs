//! The flows of a delivery: each loads the grant, has it decided, commits what happened, and only then lets an effect leave.
//!
//! A command to a door is two commits with the effect between them: the intent is on record before the adapter is called, the
//! outcome after. Whatever is cut off in between is found by the guardian.

mod answer;
mod ask;
mod book;
mod close;
mod commit;
mod eligibility;
mod list;
mod look;
mod open;
mod operator;
mod read;
mod redeem;
mod reissue;
mod revoke;
mod send;
mod site;
mod take_over;

pub use self::{
    answer::Idempotent,
    ask::{arrive, cancel, change, change_if, complete, dispatch, leave_at_doorstep},
    book::{UNDER_WAY_MAX, book},
    close::{CLOSING, Closing, close},
    commit::code_record,
    eligibility::{ask_eligibilities, ask_eligibility},
    list::{Wanted, list},
    open::{OPENING, Opening, open},
    read::{evidence, get, get_of_household, log, wait_until},
    reissue::{REISSUING, Reissuing, reissue},
    take_over::take_over,
};
pub(crate) use self::{
    commit::{Loaded, advance, load},
    look::look_at_door,
    revoke::revoke,
    send::{Ordered, Sent, send_close, settle},
    site::{granted, load_site},
};
