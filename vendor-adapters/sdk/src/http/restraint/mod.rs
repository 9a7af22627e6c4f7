//! Leaving a vendor alone that asks for it or is down, and keeping room for orders meanwhile.
//!
//! What is remembered lies in this process alone. Several copies of an adapter each find out for themselves, by a call or a few, and a
//! copy that forgets merely asks once more: what is remembered only ever holds a call back and never has one sent, so nothing hangs on
//! it. For the same reason no count of calls is kept here, which several copies could only get wrong.
//!
//! Held back are readings alone, and not one that an order waits for. An order, a close above all, is not refused because of what was
//! answered to something else, and neither is a refresh, which may be on behalf of one. A success ends every restraint that it speaks
//! against.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use postern_contract::ids::LinkId;
use reqwest::StatusCode;

use super::{Reply, SendError, SendFailure, VendorRequest};

/// When readings are held back, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct RestraintPolicy {
    /// How many requests in a row may fail before a host is taken to be down.
    pub failures_max: u32,
    /// How long a host that is down is first left alone. It doubles each time that a reading sent to see fails too.
    pub down_pause: Duration,
    /// The longest that it is.
    pub down_pause_max: Duration,
    /// How long an account is left alone of which the vendor said "too much", and not for how long. It doubles each time.
    pub busy_pause: Duration,
    /// The longest that an account is left alone, whatever the vendor asks.
    pub busy_pause_max: Duration,
    /// The longest that it is when a door of it is to be looked at: who watches an open garage cannot wait for a quarter of an hour.
    pub door_pause_max: Duration,
}

impl Default for RestraintPolicy {
    fn default() -> Self {
        Self {
            failures_max: 5,
            down_pause: Duration::from_secs(1),
            down_pause_max: Duration::from_secs(30),
            busy_pause: Duration::from_secs(5),
            busy_pause_max: Duration::from_secs(900),
            door_pause_max: Duration::from_secs(30),
        }
    }
}

/// A silence of less is a caller's hurry, and says nothing of the vendor.
const SILENCE_MIN: Duration = Duration::from_secs(3);

/// For how long others wait for the reading that was sent to see, which may never come back.
const SEEING: Duration = Duration::from_secs(10);

/// How many accounts are remembered.
const ACCOUNTS_MAX: usize = 1000;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Reading,
    /// A door, which may stand open and be watched.
    Door,
    /// A refresh, an order. What limits these says nothing of readings.
    Other,
}

/// What is remembered of a vendor.
pub(super) struct Restraint {
    policy: RestraintPolicy,
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    hosts: HashMap<String, Down>,
    accounts: HashMap<Account, Busy>,
}

/// A host whose last answers were none.
#[derive(Clone, Copy, Default)]
struct Down {
    failures: u32,
    until: Option<Timestamp>,
}

/// The account of a link at a host; of a call without a link, everybody's.
type Account = (String, Option<LinkId>);

/// An account of which the vendor said "too much".
#[derive(Clone, Copy)]
struct Busy {
    strikes: u32,
    since: Timestamp,
    until: Timestamp,
}

impl Restraint {
    pub(super) fn new(policy: RestraintPolicy) -> Self {
        Self {
            policy,
            remembered: Mutex::default(),
        }
    }

    /// Lets a reading through that no order waits for, or says for how long it is held back.
    pub(super) fn admit(
        &self,
        asked: Asked,
        request: &VendorRequest,
        link: Option<LinkId>,
        now: Timestamp,
    ) -> Result<(), SendError> {
        let mut remembered = self.remembered();
        if let Some(busy) = remembered.accounts.get(&(host(request), link)) {
            let until = match asked {
                Asked::Door => busy.until.min(
                    busy.since
                        .saturating_add(self.policy.door_pause_max)
                        .unwrap_or(now),
                ),
                Asked::Reading | Asked::Other => busy.until,
            };
            let seconds = seconds_until(until, now, self.policy.busy_pause_max);
            if seconds > 0 {
                return Err(SendError::held_back(SendFailure::LeftAlone { seconds }));
            }
        }
        let Some(down) = remembered.hosts.get_mut(&host(request)) else {
            return Ok(());
        };
        let Some(until) = down.until else {
            return Ok(());
        };
        let seconds = seconds_until(until, now, self.policy.down_pause_max.max(SEEING));
        if seconds > 0 {
            return Err(SendError::held_back(SendFailure::TakenForDown { seconds }));
        }
        // This one is sent to see; until it is back, or given up, the others wait.
        down.until = Some(now.saturating_add(SEEING).unwrap_or(now));
        Ok(())
    }

    /// Remembers what came of a request that took this long.
    pub(super) fn learn(
        &self,
        asked: Asked,
        request: &VendorRequest,
        link: Option<LinkId>,
        result: &Result<Reply, SendError>,
        waited: Duration,
        now: Timestamp,
    ) {
        let mut remembered = self.remembered();
        match judge(result, waited) {
            Judged::Nothing => {}
            Judged::Failed => self.failed(remembered.hosts.entry(host(request)).or_default(), now),
            Judged::Answered => drop(remembered.hosts.remove(&host(request))),
        }
        if asked == Asked::Other {
            return;
        }
        let account = (host(request), link);
        let Ok(reply) = result else { return };
        match (reply.status.as_u16(), reply.retry_after_seconds) {
            (429, asked) | (503, asked @ Some(_)) => {
                let strikes = remembered.accounts.get(&account).map_or(0, |busy| busy.strikes);
                let pause = match asked {
                    Some(seconds) => Duration::from_secs(seconds.into()),
                    None => doubled(self.policy.busy_pause, strikes),
                };
                let until = now.saturating_add(pause.min(self.policy.busy_pause_max));
                remembered.make_room(now);
                let busy = Busy {
                    strikes: strikes.saturating_add(1),
                    since: now,
                    until: until.unwrap_or(now),
                };
                remembered.accounts.insert(account, busy);
            }
            (..500, _) => drop(remembered.accounts.remove(&account)),
            _ => {}
        }
    }

    fn failed(&self, down: &mut Down, now: Timestamp) {
        down.failures = down.failures.saturating_add(1);
        if let Some(times) = down.failures.checked_sub(self.policy.failures_max) {
            let pause = doubled(self.policy.down_pause, times).min(self.policy.down_pause_max);
            down.until = now.saturating_add(pause).ok();
        }
    }

    /// Whoever panicked while holding it left something that is merely less than it could be.
    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Restraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let remembered = self.remembered();
        let (hosts, accounts) = (remembered.hosts.len(), remembered.accounts.len());
        write!(f, "Restraint({hosts} hosts, {accounts} accounts)")
    }
}

impl Remembered {
    fn make_room(&mut self, now: Timestamp) {
        if self.accounts.len() < ACCOUNTS_MAX {
            return;
        }
        self.accounts.retain(|_, busy| busy.until > now);
        if self.accounts.len() >= ACCOUNTS_MAX {
            // Nothing is lost but that each of them is asked once more.
            self.accounts.clear();
        }
    }
}

/// What a result says of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Answered,
    Failed,
    Nothing,
}

fn judge(result: &Result<Reply, SendError>, waited: Duration) -> Judged {
    match result {
        // A 500 may be about one account alone.
        Ok(reply) if reply.status == StatusCode::INTERNAL_SERVER_ERROR => Judged::Nothing,
        Ok(reply) if reply.status.is_server_error() => Judged::Failed,
        Ok(_) => Judged::Answered,
        Err(error) => match error.failure {
            SendFailure::NotConnected | SendFailure::Interrupted => Judged::Failed,
            SendFailure::NoAnswerInTime if waited >= SILENCE_MIN => Judged::Failed,
            SendFailure::NoAnswerInTime
            | SendFailure::TooLate
            | SendFailure::AnswerTooLong
            | SendFailure::NotSendable
            | SendFailure::LeftAlone { .. }
            | SendFailure::TakenForDown { .. } => Judged::Nothing,
        },
    }
}

fn host(request: &VendorRequest) -> String {
    let url = &request.url;
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

fn doubled(pause: Duration, times: u32) -> Duration {
    pause.saturating_mul(1 << times.min(20))
}

/// Whole seconds, rounded up; 0 if it is past, or so far ahead that somebody must have set the clock back since.
fn seconds_until(until: Timestamp, now: Timestamp, most: Duration) -> u32 {
    let left = until.duration_since(now);
    match Duration::try_from(left) {
        Ok(left) if left <= most => {
            let rounded = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            u32::try_from(rounded).unwrap_or(u32::MAX)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
