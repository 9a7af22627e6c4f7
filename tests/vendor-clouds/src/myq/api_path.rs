//! What a path under `/api` asks for.

use axum::http::Method;

use crate::config::Versions;
use crate::door::Direction;
use crate::face::orders::DoorOrder;
use crate::names::{AccountId, Serial};

/// A request that needs an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ApiCall {
    /// The accounts that the user sees.
    Accounts,
    /// Everything in one account.
    Devices { account_id: AccountId },
    /// One device.
    Device { account_id: AccountId, serial: Serial },
    /// A command to a door.
    Door {
        account_id: AccountId,
        serial: Serial,
        command: Direction,
    },
    /// A command to a lamp.
    Lamp {
        account_id: AccountId,
        serial: Serial,
        on: bool,
    },
}

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathRefusal {
    /// It does with another version.
    UnsupportedVersion { version: String },
    /// It never does.
    NoSuchPath,
    /// It does with another method.
    WrongMethod { allow: &'static str },
}

impl ApiCall {
    /// Reads the segments after `/api/`, decoded. The word `accounts` and the names of collections are taken in any
    /// case, as the real cloud takes them.
    pub(super) fn parse(
        method: &Method,
        segments: &[String],
        versions: &Versions,
    ) -> Result<Self, PathRefusal> {
        let [version, accounts, rest @ ..] = segments else {
            return Err(PathRefusal::NoSuchPath);
        };
        if !accounts.eq_ignore_ascii_case("accounts") {
            return Err(PathRefusal::NoSuchPath);
        }
        let (call, spoken, allow) = match rest {
            [] => (Self::Accounts, &versions.accounts, Method::GET),
            [account, devices] if devices.eq_ignore_ascii_case("devices") => {
                let account_id = AccountId::from(account.as_str());
                (Self::Devices { account_id }, &versions.devices, Method::GET)
            }
            [account, devices, serial] if devices.eq_ignore_ascii_case("devices") => {
                let account_id = AccountId::from(account.as_str());
                let serial = Serial::from(serial.as_str());
                (
                    Self::Device { account_id, serial },
                    &versions.devices,
                    Method::GET,
                )
            }
            [account, collection, serial, verb] => {
                let account_id = AccountId::from(account.as_str());
                let serial = Serial::from(serial.as_str());
                let call = Self::command(account_id, collection, serial, verb);
                (
                    call.ok_or(PathRefusal::NoSuchPath)?,
                    &versions.commands,
                    Method::PUT,
                )
            }
            _ => return Err(PathRefusal::NoSuchPath),
        };
        let spoken = version
            .strip_prefix('v')
            .is_some_and(|number| spoken.iter().any(|v| v == number));
        if !spoken {
            return Err(PathRefusal::UnsupportedVersion {
                version: version.clone(),
            });
        }
        if *method != allow {
            return Err(PathRefusal::WrongMethod {
                allow: if allow == Method::PUT { "PUT" } else { "GET" },
            });
        }
        Ok(call)
    }

    fn command(account_id: AccountId, collection: &str, serial: Serial, verb: &str) -> Option<Self> {
        match (collection.to_ascii_lowercase().as_str(), verb) {
            ("door_openers", "open") => Some(Self::Door {
                account_id,
                serial,
                command: Direction::Open,
            }),
            ("door_openers", "close") => Some(Self::Door {
                account_id,
                serial,
                command: Direction::Close,
            }),
            ("lamps", "on") => Some(Self::Lamp {
                account_id,
                serial,
                on: true,
            }),
            ("lamps", "off") => Some(Self::Lamp {
                account_id,
                serial,
                on: false,
            }),
            _ => None,
        }
    }

    /// Whether it would make something move or shine.
    pub(super) const fn is_command(&self) -> bool {
        matches!(self, Self::Door { .. } | Self::Lamp { .. })
    }

    /// The command to a door, if it is one.
    pub(super) fn order(&self) -> Option<DoorOrder> {
        match self {
            Self::Door {
                account_id,
                serial,
                command,
            } => Some(DoorOrder {
                account_id: Some(account_id.clone()),
                serial: serial.clone(),
                command: *command,
            }),
            Self::Accounts | Self::Devices { .. } | Self::Device { .. } | Self::Lamp { .. } => None,
        }
    }

    /// The account that it names.
    pub(super) const fn account_id(&self) -> Option<&AccountId> {
        match self {
            Self::Accounts => None,
            Self::Devices { account_id }
            | Self::Device { account_id, .. }
            | Self::Door { account_id, .. }
            | Self::Lamp { account_id, .. } => Some(account_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(method: &Method, path: &str) -> Result<ApiCall, PathRefusal> {
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        ApiCall::parse(method, &segments, &Versions::default())
    }

    #[test]
    fn accounts_is_read_in_any_case_and_commands_only_put() {
        assert_eq!(parse(&Method::GET, "v6.0/accounts"), Ok(ApiCall::Accounts));
        let devices = ApiCall::Devices {
            account_id: AccountId::from("A"),
        };
        for path in [
            "v5.2/Accounts/A/Devices",
            "v6.0/accounts/A/devices",
            "v6.2/Accounts/A/Devices",
        ] {
            assert_eq!(parse(&Method::GET, path), Ok(devices.clone()));
        }
        let open = "v5.2/Accounts/A/door_openers/CG08/open";
        assert!(parse(&Method::PUT, open).unwrap().is_command());
        assert_eq!(
            parse(&Method::POST, open),
            Err(PathRefusal::WrongMethod { allow: "PUT" })
        );
    }

    #[test]
    fn another_version_is_refused_as_such() {
        let refusal = PathRefusal::UnsupportedVersion {
            version: "v4.0".to_owned(),
        };
        assert_eq!(parse(&Method::GET, "v4.0/accounts"), Err(refusal));
        assert_eq!(
            parse(&Method::PUT, "v6.0/accounts/A/door_openers/S/toggle"),
            Err(PathRefusal::NoSuchPath)
        );
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(path in "(v[0-9.]{0,4}|[a-z/]{0,8})/[A-Za-z/_]{0,40}") {
            let read = parse(&Method::PUT, &path);
            prop_assert!(read.is_err() || path.contains("door_openers") || path.contains("lamps"));
        }
    }
}
