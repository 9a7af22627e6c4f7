//! Troubles on order: which requests go wrong, how, and how often.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::names::{AccountId, Email};

/// Rules kept at once.
pub const RULES_MAX: usize = 1_000;
/// The longest delay that can be asked for: longer than any client waits.
pub const DELAY_MS_MAX: u64 = 600_000;

/// The requests that a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Commands to doors and lamps.
    Command,
    /// Lists and single readings.
    Read,
    /// The token endpoint: code exchange and refresh.
    Token,
    /// The pages of the login.
    Login,
    /// All of these.
    Any,
}

impl Target {
    const fn covers(self, kind: Self) -> bool {
        matches!(
            (self, kind),
            (Self::Any, _)
                | (Self::Command, Self::Command)
                | (Self::Read, Self::Read)
                | (Self::Token, Self::Token)
                | (Self::Login, Self::Login)
        )
    }
}

/// How a request goes wrong. The parts combine: a delay, and then at most one of a status, a page, a hang-up and a body that is no answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Answer with this status, 400 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// With a `Retry-After` of so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Answer 403 with the HTML page of a web application firewall.
    #[serde(default, skip_serializing_if = "is_false")]
    pub html_403: bool,
    /// Hang up without an answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub drop_connection: bool,
    /// Answer 200 with JSON that breaks off in the middle.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut_short: bool,
    /// Answer 200 with JSON of 32 MiB.
    #[serde(default, skip_serializing_if = "is_false")]
    pub huge: bool,
    /// Wait this long, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Do first what was asked, and go wrong afterwards: the door will move, the token is spent. Otherwise a request
    /// that gets no normal answer has no effect, and one that is only delayed has it late.
    #[serde(default, alias = "after_effect", skip_serializing_if = "is_false")]
    pub after_motion: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Fault {
    /// An answer with `status` and nothing done.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// The same fault, but after what was asked has been done.
    #[must_use]
    pub const fn after_motion(mut self) -> Self {
        self.after_motion = true;
        self
    }

    /// How long to wait.
    #[must_use]
    pub fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(0))
    }

    /// Whether the request gets something else than its normal answer.
    #[must_use]
    pub const fn replaces_answer(&self) -> bool {
        self.answers() > 0
    }

    /// How many answers it asks for.
    const fn answers(&self) -> u8 {
        self.status.is_some() as u8
            + self.html_403 as u8
            + self.drop_connection as u8
            + self.cut_short as u8
            + self.huge as u8
    }

    /// Whether the parts fit together.
    ///
    /// # Errors
    /// A sentence that says what does not.
    pub fn check(&self) -> Result<(), String> {
        let answers = self.answers();
        if answers > 1 {
            let rule = "a fault has at most one of status, html_403, drop_connection, cut_short and huge";
            return Err(rule.to_owned());
        }
        if answers == 0 && self.delay_ms.is_none() {
            let rule = "a fault needs one of status, html_403, drop_connection, cut_short, huge and delay_ms";
            return Err(rule.to_owned());
        }
        if self.status.is_some_and(|status| !(400..=599).contains(&status)) {
            return Err("status must be from 400 to 599".to_owned());
        }
        if self.retry_after.is_some() && self.status.is_none() {
            return Err("retry_after goes with a status".to_owned());
        }
        if self.delay_ms.is_some_and(|delay| delay > DELAY_MS_MAX) {
            return Err(format!("delay_ms is at most {DELAY_MS_MAX}"));
        }
        Ok(())
    }
}

/// A rule: the next requests of this kind go wrong in this way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Which requests.
    pub on: Target,
    /// How they go wrong.
    pub fault: Fault,
    /// How many of them; without it, until the rule is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Only those that name this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Only those of this user, where the cloud can tell whose they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
}

/// Whose request it is and what about, as far as the cloud knows before it does anything.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// What kind of request.
    pub kind: Target,
    /// The account that it names.
    pub account_id: Option<&'a AccountId>,
    /// The user whose valid token or code it carries.
    pub email: Option<&'a Email>,
}

/// The rules in force, in the order in which they were given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Faults {
    last_id: u64,
    rules: Vec<(u64, FaultRule)>,
}

impl Faults {
    /// Adds a rule and gives its id.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the rule.
    pub fn add(&mut self, rule: FaultRule) -> Result<u64, String> {
        rule.fault.check()?;
        if rule.times == Some(0) {
            return Err("times must be at least 1".to_owned());
        }
        if self.rules.len() >= RULES_MAX {
            return Err(format!("there are {RULES_MAX} rules already"));
        }
        self.last_id += 1;
        self.rules.push((self.last_id, rule));
        Ok(self.last_id)
    }

    /// Takes one rule away. Whether it was there.
    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|(rule, _)| *rule != id);
        self.rules.len() < before
    }

    /// Takes all rules away.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// The rules in force, with their ids and the times that are left.
    #[must_use]
    pub fn list(&self) -> &[(u64, FaultRule)] {
        &self.rules
    }

    /// The fault that befalls this request, which uses up one time of the first rule that fits.
    pub fn strike(&mut self, asking: Asking<'_>) -> Option<Fault> {
        let fits = |(_, rule): &(u64, FaultRule)| {
            rule.on.covers(asking.kind)
                && rule
                    .account_id
                    .as_ref()
                    .is_none_or(|account| asking.account_id == Some(account))
                && rule
                    .email
                    .as_ref()
                    .is_none_or(|email| asking.email == Some(email))
        };
        let index = self.rules.iter().position(fits)?;
        let (id, rule) = &mut self.rules[index];
        let (id, fault) = (*id, rule.fault.clone());
        if let Some(times) = &mut rule.times {
            *times -= 1;
            if *times == 0 {
                self.remove(id);
            }
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Asking<'_> = Asking {
        kind: Target::Read,
        account_id: None,
        email: None,
    };

    #[test]
    fn a_rule_strikes_as_often_as_it_says() {
        let mut faults = Faults::default();
        let rule = r#"{"on":"read","fault":{"status":429,"retry_after":60},"times":2}"#;
        faults.add(serde_json::from_str(rule).unwrap()).unwrap();
        let command = Asking {
            kind: Target::Command,
            ..READ
        };
        assert_eq!(faults.strike(command), None);
        assert_eq!(faults.strike(READ).unwrap().retry_after, Some(60));
        assert!(faults.strike(READ).is_some());
        assert_eq!(faults.strike(READ), None);
    }

    #[test]
    fn a_rule_for_one_account_spares_the_others() {
        let mut faults = Faults::default();
        let mine = AccountId::from("mine");
        let rule = FaultRule {
            on: Target::Any,
            fault: Fault::status(500),
            times: None,
            account_id: Some(mine.clone()),
            email: None,
        };
        faults.add(rule).unwrap();
        assert_eq!(faults.strike(READ), None);
        assert!(
            faults
                .strike(Asking {
                    account_id: Some(&mine),
                    ..READ
                })
                .is_some()
        );
    }

    #[test]
    fn contradictions_and_typing_errors_are_refused() {
        let mut faults = Faults::default();
        let two = Fault {
            html_403: true,
            ..Fault::status(500)
        };
        for fault in [two, Fault::default(), Fault::status(200)] {
            let rule = FaultRule {
                on: Target::Any,
                fault,
                times: None,
                account_id: None,
                email: None,
            };
            assert!(faults.add(rule).is_err());
        }
        let typo = serde_json::from_str::<Fault>(r#"{"stauts":500}"#);
        assert!(typo.unwrap_err().to_string().contains("stauts"));
    }
}
