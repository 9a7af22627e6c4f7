//! What may be asked of the record, as plain values over the pools.

use crate::pool::Pick;

/// Which version a write demands, seen from what is there when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// That there is none.
    Absent,
    /// The one that is there; none when none is.
    Current,
    /// The one before.
    Stale,
    /// The one to come.
    Ahead,
    /// This one, whatever is there when it is asked.
    Exactly(Option<u64>),
}

/// One write of a transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Grant {
        of: Pick,
        carrier: Pick,
        whose: Pick,
        due: Option<Pick>,
        expect: Expect,
    },
    Entry {
        of: Pick,
        sequence: u64,
        whose: Pick,
        when: Pick,
    },
    Code {
        of: Pick,
        number: Pick,
        redeemed: bool,
    },
    Redeem {
        of: Pick,
        number: Pick,
        when: Pick,
    },
    ForgetCode {
        of: Pick,
    },
    Active {
        whose: Pick,
        of: Pick,
    },
    /// Two writes in one.
    Past {
        whose: Pick,
        of: Pick,
    },
    Household {
        whose: Pick,
    },
    Person {
        name: Pick,
        whose: Pick,
    },
    Address {
        name: Pick,
        whose: Pick,
    },
    Consent {
        whose: Pick,
        enabled: bool,
        expect: Expect,
    },
    CheckConsent {
        whose: Pick,
        expect: Expect,
    },
    Activity {
        whose: Pick,
        which: Pick,
        when: Pick,
    },
    NewLink {
        whose: Pick,
        which: Pick,
        broken: bool,
        refresh: Pick,
    },
    UpdateLink {
        whose: Pick,
        which: Pick,
        broken: bool,
        refresh: Pick,
        expect: Expect,
    },
    RefreshedLink {
        whose: Pick,
        which: Pick,
        broken: bool,
        refresh: Pick,
        expect: Expect,
        holder: Pick,
    },
    ReleaseLease {
        whose: Pick,
        which: Pick,
        holder: Pick,
        look_again: Option<Pick>,
    },
    DeleteLink {
        whose: Pick,
        which: Pick,
        expect: Expect,
    },
    BeginLogin {
        name: Pick,
        whose: Pick,
        expires: Pick,
    },
    UseUpState {
        name: Pick,
        whose: Pick,
    },
    Door {
        whose: Pick,
        which: Pick,
        through: Pick,
        expect: Expect,
    },
    DropDoor {
        whose: Pick,
        which: Pick,
    },
    DoorIsThere {
        whose: Pick,
        which: Pick,
    },
    Claim {
        name: Pick,
        to: (Pick, Pick),
        before: Option<(Pick, Pick)>,
    },
    ReleaseClaim {
        name: Pick,
        from: (Pick, Pick),
    },
    CheckClaim {
        name: Pick,
        whose: Pick,
    },
    Running {
        tenant: Pick,
        key: Pick,
        of: Pick,
        until: Pick,
        now: Pick,
    },
    Answered {
        tenant: Pick,
        key: Pick,
        now: Pick,
    },
    Finished {
        tenant: Pick,
        key: Pick,
        now: Pick,
    },
    Carrier {
        which: Pick,
        active: bool,
    },
    Vendor {
        active: bool,
    },
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// These writes, all or none.
    Transact(Vec<Step>),
    /// So many deliveries of the crowd come under way at once.
    Crowd { whose: Pick, many: u64 },
    TakeLease {
        whose: Pick,
        which: Pick,
        holder: Pick,
        until: Pick,
        now: Pick,
    },
    /// The record removes what has expired: by the machine's clock, all that may expire at all.
    Sweep,
}
