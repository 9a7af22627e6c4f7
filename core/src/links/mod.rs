//! The flows of a link: a household's tie to one vendor account, the doors it reaches, and its credentials.

mod begin;
mod call;
mod choose;
mod doors;
mod finish;
mod list;
mod refresh;
mod refused;
mod rename;
mod sync;
mod unlink;
mod way;

pub use self::{
    begin::begin,
    choose::{CHOOSING, Choosing, choose_door},
    doors::{door, doors, read_door},
    finish::{LINKING, Linking, Login, finish},
    list::list,
    refresh::{refresh, refresh_when_due},
    rename::rename_door,
    sync::{sync_all_doors, sync_doors},
    unlink::{UNLINKING, Unlinking, unlink},
};
pub(crate) use self::{call::call_with, way::way_to};
