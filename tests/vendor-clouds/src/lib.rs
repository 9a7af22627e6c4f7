//! Simulators of the opener vendors' clouds, over real HTTP.
//!
//! Each is one vendor's face (login pages, tokens, lists, commands, in that vendor's shapes) on what is the same behind all of them: one
//! virtual door model, people and homes, a journal of what really happened, and troubles on order, over HTTP under `/_control` or
//! through [`Control`].
//!
//! - [`MyqCloud`] is the residential myQ cloud as its third-party clients see it. It is judged by pymyq and python-myq, which run
//!   against it unchanged (`tests/pymyq.rs`).
//! - [`AladdinConnectCloud`] is the partner API of Aladdin Connect, judged by the vendor's own genie-partner-sdk
//!   (`tests/genie_partner_sdk.rs`).
//! - [`SmartThingsCloud`] is the cloud of SmartThings, judged by its own core SDK and SmartApp SDK, and by pysmartthings
//!   (`tests/smartthings_clients.rs`).
//! - [`NiceGoCloud`] is the cloud behind the app of Nice G.O., judged by nice-go (`tests/nice_go_client.rs`).
//! - [`TailwindController`] is no cloud but a controller in the home, Tailwind's iQ3, judged by gotailwind
//!   (`tests/gotailwind_client.rs`).
//! - [`IsmartgateController`] is another, ismartgate's, and the older Gogogate2 too, judged by ismartgate
//!   (`tests/ismartgate_client.rs`).
//!
//! ```no_run
//! # async fn example() -> Result<(), postern_vendor_clouds::CloudError> {
//! use postern_vendor_clouds::{Config, DoorTimings, MyqCloud};
//!
//! let cloud = MyqCloud::start(Config { timings: DoorTimings::fast(), ..Config::demo() }).await?;
//! println!("log in at {}", cloud.base_url());
//! let door = cloud.control().door_named("Main door")?;
//! cloud.control().set_online(&door, false)?;
//! # Ok(())
//! # }
//! ```

mod aladdin_connect;
pub mod apps;
pub mod clock;
pub mod config;
pub mod control;
pub mod door;
mod error;
mod face;
pub mod faults;
pub mod identity;
mod ismartgate;
pub mod journal;
mod myq;
mod names;
mod nice_go;
pub mod seed;
mod server;
mod shared;
mod smartthings;
mod snapshot;
mod tailwind;
mod vendor;
pub mod world;

pub use apps::PushTrouble;
pub use clock::{Clock, ManualClock};
pub use config::{Config, DEMO_EMAIL, DEMO_PASSWORD, Settings};
pub use control::Control;
pub use door::{Direction, Disposition, DoorTimings};
pub use error::CloudError;
pub use faults::{Fault, FaultRule, Target};
pub use ismartgate::Model;
pub use journal::JournalEntry;
pub use names::{AccountId, Email, Serial};
pub use seed::Seed;
pub use server::{
    AladdinConnectCloud, InProcessCloud, IsmartgateController, MyqCloud, NiceGoCloud, RunningCloud,
    SmartThingsCloud, TailwindController,
};
pub use vendor::{Tells, UnknownVendor, Vendor};
