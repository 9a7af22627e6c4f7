//! Taking rights back: what a household's word means for the grants under way, and that it is done whatever crashes.
//!
//! The word is put on record together with what it means for the consent or the claim, in one transaction: from then on no code can be
//! redeemed against it. What follows (each grant revoked, the opens on their way waited out, a link given back) takes many steps, so
//! an [`Ending`](crate::household::Ending) lies beside the word until all of them are done, and the guardian finishes what is left.

mod finishing;
mod link;
mod waiting;

pub(crate) use self::{
    finishing::{Begun, END_THE_GRANTS, FORGET_THE_WORD, Finishing, GIVE_LINKS_BACK, WAIT, finish_all},
    waiting::until_no_open_can_leave,
};
