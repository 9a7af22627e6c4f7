//! Everything that can go wrong, and everything that people do unasked, by name.
//!
//! Each kind can be switched off, so that a failing run can be made smaller, and is counted, so that a test can see that it
//! happened at all.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $group:ident, $per_mille:literal;)*) => {
        /// A kind of fault or disturbance.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// Its name, as the command line and the summary write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// Where it strikes.
            #[must_use]
            pub const fn group(self) -> Group {
                match self { $(Self::$kind => Group::$group,)* }
            }

            /// How probable it is, each time that it can happen, in a run of ordinary weather.
            pub(crate) const fn probability(self) -> f64 {
                match self { $(Self::$kind => $per_mille / 1000.0,)* }
            }
        }
    };
}

/// Where a kind strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// A process ends or stands still.
    Process,
    /// The record.
    Record,
    /// The line between the platform and an adapter.
    Line,
    /// The vendor's cloud.
    Vendor,
    /// A door or its sensor.
    Door,
    /// The queue of follow-ups.
    Queue,
    /// The clocks.
    Clock,
    /// Between a caller and an API.
    Caller,
    /// People, doing as they please.
    People,
}

kinds! {
    /// A process ends before an input or output.
    DiesBefore = "dies-before", Process, 1.2;
    /// A process ends after an input or output took effect.
    DiesAfter = "dies-after", Process, 1.2;
    /// A process stands still for seconds, and goes on as if nothing had been.
    Stalls = "stalls", Process, 1.0;
    /// The record throttles.
    RecordThrottled = "record-throttled", Record, 4.0;
    /// The account's limit is reached.
    RecordAccountThrottled = "record-account-throttled", Record, 3.0;
    /// Another transaction is at work on the item.
    RecordConflict = "record-conflict", Record, 4.0;
    /// The record answers with an error of its own.
    RecordServerError = "record-server-error", Record, 4.0;
    /// No connection to the record.
    RecordNotConnected = "record-not-connected", Record, 4.0;
    /// No answer in time, and nothing was done.
    RecordTimeoutBefore = "record-timeout-before", Record, 3.0;
    /// No answer in time, though everything was done.
    RecordTimeoutAfter = "record-timeout-after", Record, 4.0;
    /// The record is slow.
    RecordSlow = "record-slow", Record, 6.0;
    /// The adapter is not reached.
    CallNotReached = "call-not-reached", Line, 12.0;
    /// The call is lost before the adapter has it.
    CallLost = "call-lost", Line, 6.0;
    /// The call is carried out, and its answer is lost.
    AnswerLost = "answer-lost", Line, 12.0;
    /// The call takes seconds to arrive.
    CallSlow = "call-slow", Line, 10.0;
    /// The call reaches the adapter twice.
    CallTwice = "call-twice", Line, 8.0;
    /// No connection to the vendor's cloud.
    VendorNotConnected = "vendor-not-connected", Vendor, 10.0;
    /// 429 without a time.
    VendorBusy = "vendor-busy", Vendor, 5.0;
    /// 429 with `Retry-After`.
    VendorBusyUntil = "vendor-busy-until", Vendor, 5.0;
    /// 5xx, and nothing was done.
    VendorFailsBefore = "vendor-fails-before", Vendor, 10.0;
    /// 5xx, though it was done.
    VendorFailsAfter = "vendor-fails-after", Vendor, 10.0;
    /// The cloud hangs up, and nothing was done.
    VendorHangsUpBefore = "vendor-hangs-up-before", Vendor, 6.0;
    /// The cloud hangs up, though it was done.
    VendorHangsUpAfter = "vendor-hangs-up-after", Vendor, 6.0;
    /// The page of a web application firewall.
    VendorHtml = "vendor-html", Vendor, 6.0;
    /// The cloud takes seconds.
    VendorSlow = "vendor-slow", Vendor, 15.0;
    /// Access tokens end before their time.
    TokensExpire = "tokens-expire", Vendor, 60.0;
    /// Refresh tokens end: the link is over.
    LinkRevoked = "link-revoked", Vendor, 8.0;
    /// The login is locked for a while.
    LockedOut = "locked-out", Vendor, 15.0;
    /// The door takes orders and never moves.
    DoorStuck = "door-stuck", Door, 50.0;
    /// The door takes its time before it moves.
    DoorLate = "door-late", Door, 60.0;
    /// Something stands in the door's way.
    DoorObstructed = "door-obstructed", Door, 80.0;
    /// The door stops half-way.
    DoorStops = "door-stops", Door, 60.0;
    /// The cloud shows what it showed before.
    ReportFrozen = "report-frozen", Door, 60.0;
    /// The cloud shows everything late.
    ReportLate = "report-late", Door, 60.0;
    /// The opener is off the net.
    Offline = "offline", Door, 50.0;
    /// The opener is off the net, and the cloud does not notice.
    OfflineUnnoticed = "offline-unnoticed", Door, 50.0;
    /// The sensor shows now this, now that.
    SensorFlaps = "sensor-flaps", Door, 40.0;
    /// A follow-up is lost.
    FollowUpLost = "follow-up-lost", Queue, 40.0;
    /// A follow-up comes twice.
    FollowUpTwice = "follow-up-twice", Queue, 40.0;
    /// A follow-up comes late.
    FollowUpLate = "follow-up-late", Queue, 40.0;
    /// A follow-up comes before its time, and before others.
    FollowUpEarly = "follow-up-early", Queue, 40.0;
    /// Processes' clocks differ.
    ClockSkew = "clock-skew", Clock, 700.0;
    /// The vendor's clock differs by seconds.
    VendorClockSkew = "vendor-clock-skew", Clock, 500.0;
    /// The answer to a caller is lost.
    HangUp = "hang-up", Caller, 15.0;
    /// A caller's request arrives twice.
    RequestTwice = "request-twice", Caller, 25.0;
    /// A caller's request arrives late, behind others.
    RequestLate = "request-late", Caller, 25.0;
    /// Somebody presses the button on the wall.
    WallButton = "wall-button", People, 90.0;
    /// The household turns it all off, and on again later.
    TurnOff = "turn-off", People, 40.0;
    /// The household refuses a delivery.
    Refuse = "refuse", People, 50.0;
    /// The household changes its preferences.
    Prefer = "prefer", People, 50.0;
    /// The household chooses its door again.
    Choose = "choose", People, 20.0;
    /// The household unlinks its opener, and links it again.
    Unlink = "unlink", People, 20.0;
    /// A person sees to a door that needs one, and says so.
    TakeOver = "take-over", People, 400.0;
    /// Another household links the same opener.
    Takeover = "takeover", People, 12.0;
    /// A second driver tries.
    SecondDriver = "second-driver", People, 80.0;
    /// The carrier calls the delivery off.
    Cancel = "cancel", People, 60.0;
    /// The carrier moves the window's ends, at any time before the driver comes.
    Change = "change", People, 120.0;
    /// The driver leaves the parcels at the doorstep.
    Doorstep = "doorstep", People, 80.0;
    /// The driver's app asks to open once more, under another key, though it was told that the door opens.
    OpensAgain = "opens-again", People, 80.0;
    /// The driver goes back in.
    Reissue = "reissue", People, 200.0;
    /// The driver comes at the very edge of the window.
    WindowEdge = "window-edge", People, 200.0;
    /// The driver leaves the door open.
    LeftOpen = "left-open", People, 200.0;
    /// The driver closes by the button on the wall.
    ClosedByHand = "closed-by-hand", People, 100.0;
    /// Another tenant asks for what is not theirs.
    Stranger = "stranger", People, 250.0;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|kind| kind.name() == text);
        found
            .copied()
            .ok_or_else(|| format!("there is no kind of fault called {text}"))
    }
}
