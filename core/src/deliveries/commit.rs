//! Loading a grant, and committing what was decided about it: one transaction, on condition that nobody else was faster.

use postern_contract::{
    delivery::GrantState,
    event::{DeliveryEvent, LogEntry},
    ids::DeliveryId,
};
use postern_keys::{SealContext, Sealed};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{list::relist, operator};
use crate::{
    Error, Platform,
    grant::{Command, Context, Grant, Limits, Refusal, decide, due_at},
    ports::Subject,
    promises::Guard,
    store::{CodeRecord, Standing, StoreError, Write},
};

/// How often a commit is tried again when others were faster. Each try decides anew.
const TRIES_MAX: usize = 12;

/// A grant as it was found.
pub(crate) struct Loaded {
    pub(crate) grant: Grant,
    pub(crate) version: u64,
    pub(crate) code: Option<CodeRecord>,
}

/// Finds a grant by one query.
pub(crate) async fn load(platform: &Platform, delivery: DeliveryId) -> Result<Option<Loaded>, Error> {
    let found = platform.store.load_grant::<Grant>(delivery).await?;
    Ok(found.map(|item| Loaded {
        grant: item.grant.doc,
        version: item.grant.version,
        code: item.code,
    }))
}

/// What is to be committed: the grant after the events, and the writes that make it so.
pub(crate) struct Commit {
    pub(crate) grant: Grant,
    pub(crate) writes: Vec<Write>,
}

/// Prepares the commit of `events`. The grant's own write comes first.
pub(crate) async fn prepare(
    platform: &Platform,
    loaded: &Loaded,
    events: Vec<DeliveryEvent>,
) -> Result<Commit, Error> {
    let now = platform.now();
    let (grant, entries) = loaded.grant.clone().record(events, now, &platform.limits);
    let version = found_version(platform, loaded).await?;
    let mut writes = vec![grant_write(platform, &grant, Some(version))?];
    for entry in &entries {
        writes.push(log_write(&grant, entry)?);
    }
    for write in follow(platform, &loaded.grant, &grant, &entries).await? {
        writes.push(write);
    }
    Ok(Commit { grant, writes })
}

/// The version that the record must still have for a commit to go through: the one that was decided about.
async fn found_version(platform: &Platform, loaded: &Loaded) -> Result<u64, Error> {
    if platform.limits.stands(Guard::NobodyWasFaster) {
        return Ok(loaded.version);
    }
    let newest = load(platform, loaded.grant.delivery).await?;
    Ok(newest.map_or(loaded.version, |newest| newest.version))
}

/// The write of a grant, found by its carrier, and due when its agenda says.
pub(crate) fn grant_write(
    platform: &Platform,
    grant: &Grant,
    expected: Option<u64>,
) -> Result<Write, StoreError> {
    let due = due_at(grant, platform.now(), &platform.limits);
    Write::put_grant(
        grant.delivery,
        &grant.carrier,
        grant.household,
        due,
        grant,
        expected,
    )
}

/// The write of an entry of a grant's log. With it goes where the grant stands after all of the commit, for its carrier to be told.
pub(crate) fn log_write(after: &Grant, entry: &LogEntry) -> Result<Write, StoreError> {
    let standing = Standing {
        state: after.state,
        attention: after.attention,
    };
    Write::log_entry(after.household, &after.carrier, standing, entry)
}

/// What else changes with a grant: a code minted or redeemed, and the end of a delivery under way.
async fn follow(
    platform: &Platform,
    before: &Grant,
    after: &Grant,
    entries: &[LogEntry],
) -> Result<Vec<Write>, Error> {
    let mut writes = Vec::new();
    let delivery = after.delivery;
    let redeemed = entries
        .iter()
        .any(|entry| matches!(entry.event, DeliveryEvent::OpenRequested { .. }));
    if redeemed && platform.limits.stands(Guard::CodeRedeemedOnce) {
        writes.push(Write::redeem_code(delivery, before.codes_minted, platform.now()));
    }
    if after.code_ready && after.codes_minted > before.codes_minted {
        writes.push(Write::put_code(delivery, &mint(platform, after).await?));
    }
    // The code of a window that is no longer the delivery's.
    if before.code_ready && after.state == GrantState::Scheduled {
        writes.push(Write::forget_code(delivery));
    }
    if after.state.is_end() && !before.state.is_end() {
        writes.extend(Write::list_past(after.household, delivery));
    }
    writes.extend(relist(Some(before), after));
    Ok(writes)
}

/// Mints a one-time code: 256 random bits, sealed under the delivery. Nobody sees it but the adapter of its door.
async fn mint(platform: &Platform, grant: &Grant) -> Result<CodeRecord, Error> {
    let code = SecretString::from(hex::encode(platform.chance.bytes()));
    let context = SealContext::for_delivery(&grant.delivery.to_string());
    let sealed = platform
        .sealer
        .seal(code.expose_secret().as_bytes(), &context)
        .await?;
    Ok(code_record(grant.codes_minted, &code, sealed, &platform.limits))
}

/// A code as it rests: sealed, and by its hash.
#[must_use]
pub fn code_record(number: u32, code: &SecretString, sealed: Sealed, limits: &Limits) -> CodeRecord {
    let clear = code.expose_secret();
    CodeRecord {
        number,
        sealed,
        hash: if limits.stands(Guard::CodeSealedAtRest) {
            hex::encode(Sha256::digest(clear.as_bytes()))
        } else {
            clear.to_owned()
        },
        redeemed_at: None,
    }
}

/// After a commit: has the guardian look when the grant's agenda says. Failing that, its sweep finds what is due.
pub(crate) async fn follow_up(platform: &Platform, grant: &Grant) {
    let Some(at) = due_at(grant, platform.now(), &platform.limits) else {
        return;
    };
    let subject = Subject::Delivery {
        delivery: grant.delivery,
    };
    if let Err(error) = platform.follow_ups.look_at(subject, at).await {
        tracing::warn!(delivery = %grant.delivery, %error, "no follow-up was left; the sweep will find it");
    }
}

/// Has `command` decided on the grant as it is, and commits what happened; again when others were faster. The household's policy
/// is taken as the grant remembers it, so this is for commands that no consent is needed for.
pub(crate) async fn advance(
    platform: &Platform,
    delivery: DeliveryId,
    command: impl Fn() -> Command,
) -> Result<Loaded, Error> {
    for _ in 0..TRIES_MAX {
        let loaded = load(platform, delivery).await?.ok_or(Error::NotFound)?;
        let events = decide_now(platform, &loaded.grant, command())?;
        if events.is_empty() {
            return Ok(loaded);
        }
        let commit = prepare(platform, &loaded, events).await?;
        match platform.store.transact(commit.writes).await {
            Ok(()) => {
                operator::tell(&loaded.grant, &commit.grant);
                follow_up(platform, &commit.grant).await;
                return Ok(Loaded {
                    grant: commit.grant,
                    version: loaded.version + 1,
                    code: None,
                });
            }
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// Decides by the policy that the grant remembers.
pub(crate) fn decide_now(
    platform: &Platform,
    grant: &Grant,
    command: Command,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    let context = Context {
        now: platform.now(),
        policy: &grant.policy,
        limits: &platform.limits,
    };
    decide(grant, command, &context)
}
