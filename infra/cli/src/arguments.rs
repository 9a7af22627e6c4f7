//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::tz::TimeZone;
use postern_contract::{
    carrier::Allowance,
    conformance::Tier,
    ids::{CarrierId, DeliveryId, VendorId},
};

/// The operator's command: vendors, carriers, deliveries and the health of one deployment.
#[derive(Debug, Parser)]
#[command(
    name = "postern",
    version,
    after_help = "Exit codes:\n  0  done, and everything is well\n  1  not healthy (doctor), not genuine (evidence verify), or not of the tier asked for (vendor test)\n  \
                  2  the command line was not understood\n  3  the deployment cannot be reached, or refused\n  \
                  4  something is not as asked: no such delivery, a name that is taken, a file that cannot be read"
)]
pub struct Arguments {
    /// The deployment's name, which is its stack's, such as postern-us-dev.
    #[arg(long, global = true, env = "POSTERN_DEPLOYMENT", value_name = "NAME", value_parser = deployment)]
    pub deployment: Option<String>,
    /// The region that it is in; otherwise the one that `aws` was set up for.
    #[arg(long, global = true, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,
    /// One JSON object on standard output instead of sentences.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The makers of openers, and whether their adapters are called.
    #[command(subcommand)]
    Vendor(VendorCommand),
    /// The carriers, and the clients by which they call.
    #[command(subcommand)]
    Carrier(CarrierCommand),
    /// What happened in a delivery.
    #[command(subcommand)]
    Delivery(DeliveryCommand),
    /// The log of a delivery as evidence.
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Is this deployment healthy, and what is to be done?
    Doctor,
    /// Completions for a shell, on standard output.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// Vendors.
#[derive(Debug, Subcommand)]
pub enum VendorCommand {
    /// Asks a vendor's adapter who it is, and registers it, switched off.
    Register {
        /// The vendor, such as myq.
        id: VendorId,
        /// The name customers see.
        #[arg(long)]
        name: String,
        /// The adapter's function: its name or ARN. Otherwise DEPLOYMENT-adapter-ID.
        #[arg(long, value_name = "FUNCTION", value_parser = function)]
        adapter: Option<String>,
    },
    /// Begins an adapter in a checkout of Postern: a crate that compiles, keeps the first rules, and lists the rest. Needs no deployment.
    New {
        /// The vendor, such as acme.
        id: VendorId,
        /// The checkout.
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        checkout: PathBuf,
    },
    /// Holds an adapter to the rules of the conformance kit, and says which tier it reaches. Needs no deployment.
    ///
    /// An adapter is a program behind `--`, run as Lambda runs it; a deployed function; or whatever answers at an address.
    Test(Box<AdapterUnderTest>),
    /// Switches a vendor on, by the report of the very build that is deployed, after its adapter has answered.
    Promote {
        /// The vendor.
        id: VendorId,
        /// The report.json that `vendor test --function` wrote. A vendor that was on before needs none while the same build is deployed.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Switches a vendor off. Within a minute its adapter is called no more, not even to close a door.
    Suspend {
        /// The vendor.
        id: VendorId,
    },
    /// Seals a secret setting of a vendor's adapter, such as the client secret that the vendor gave us, under the adapter's own key.
    ///
    /// What is printed may lie in a template's parameter or a function's environment: the adapter alone can open it.
    Seal {
        /// The vendor.
        id: VendorId,
        /// The setting, such as MYQ_CLIENT_SECRET.
        #[arg(value_name = "SETTING", value_parser = setting)]
        setting: String,
        /// The file that holds the secret; otherwise it is read from standard input. One line break at its end is left out.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// The adapter's key, its ARN; otherwise alias/DEPLOYMENT-adapter-ID.
        #[arg(long, value_name = "KEY", value_parser = key)]
        key: Option<String>,
    },
    /// Every vendor.
    List,
}

/// An adapter, and how it is put before the kit.
#[derive(Debug, Args)]
pub struct AdapterUnderTest {
    /// The cloud behind it: a vendor that the kit simulates, such as myq, or the address of a simulated cloud that runs already.
    #[arg(long, value_name = "VENDOR|ADDRESS")]
    pub cloud: String,
    /// The port of the cloud that the kit starts for a function or an address; otherwise a free one.
    #[arg(long, value_name = "PORT", conflicts_with = "program")]
    pub cloud_port: Option<u16>,
    /// The adapter's function: its name or ARN.
    #[arg(long, value_name = "FUNCTION", value_parser = function, conflicts_with_all = ["url", "program"])]
    pub function: Option<String>,
    /// Lets the kit change the function's description, which starts its copies anew.
    #[arg(long, requires = "function")]
    pub renew: bool,
    /// The address that the adapter answers at.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "program")]
    pub url: Option<String>,
    /// A setting of the program; `{cloud}` in it stands for the cloud's address.
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = named_setting, requires = "program")]
    pub settings: Vec<NamedSetting>,
    /// A secret setting of the program, by the file that holds it. The program gets it sealed, as NAME_SEALED.
    #[arg(long = "secret", value_name = "NAME=FILE", value_parser = named_setting, requires = "program")]
    pub secrets: Vec<NamedSetting>,
    /// The vendor under whose name secrets are sealed, where --cloud does not name it.
    #[arg(long, value_name = "VENDOR", requires = "program")]
    pub vendor: Option<String>,
    /// A folder for report.json and report.html.
    #[arg(long, value_name = "FOLDER")]
    pub report: Option<PathBuf>,
    /// Ends with 1 unless this tier is reached; otherwise unless any is.
    #[arg(long, value_name = "TIER", value_parser = tier)]
    pub at_least: Option<Tier>,
    /// Looks at this rule alone; may be given several times.
    #[arg(long, value_name = "RULE")]
    pub only: Vec<String>,
    /// The adapter's program and its arguments.
    #[arg(last = true, value_name = "PROGRAM")]
    pub program: Vec<String>,
}

/// A setting by its name.
#[derive(Debug, Clone)]
pub struct NamedSetting {
    /// The name.
    pub name: String,
    /// The value, or where it is.
    pub value: String,
}

/// Carriers.
#[derive(Debug, Subcommand)]
pub enum CarrierCommand {
    /// Makes a client for a carrier, writes its record, and lets it call. After a failure, the same command goes on where it stopped.
    Add {
        /// The name customers see: letters, digits, spaces and + = , . @ -
        #[arg(long, value_parser = carrier_name)]
        name: String,
        /// Where to put the secret.
        #[command(flatten)]
        secret: SecretPlace,
    },
    /// Gives a carrier a second secret; with --finish, takes the older of the two away.
    ///
    /// Cognito keeps at most two secrets of a client, and both work until --finish. It needs a version of `aws` that knows `cognito-idp
    /// add-user-pool-client-secret`. Rotate; hand the new secret over; wait until the carrier uses it; rotate --finish.
    Rotate {
        /// The carrier.
        id: CarrierId,
        /// Take the older secret away.
        #[arg(long, conflicts_with = "secret_file")]
        finish: bool,
        /// Where to put the secret.
        #[command(flatten)]
        secret: SecretPlace,
    },
    /// Lets a carrier book and open no more. It can still close, complete and look.
    Suspend {
        /// The carrier.
        id: CarrierId,
    },
    /// Lets a suspended carrier book and open again.
    Resume {
        /// The carrier.
        id: CarrierId,
    },
    /// Sets how much a carrier may ask for. What is left out stays as it is.
    Allow {
        /// The carrier.
        id: CarrierId,
        /// How much.
        #[command(flatten)]
        allowance: AllowanceChange,
    },
    /// Every carrier.
    List,
}

/// How much a carrier may ask for, where it is to change.
#[derive(Debug, Clone, Copy, Args)]
#[group(required = true, multiple = true)]
pub struct AllowanceChange {
    /// Calls of any kind in a minute; 1200 for a new carrier.
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..=i64::from(Allowance::CALLS_PER_MINUTE_MAX)))]
    pub calls_per_minute: Option<u32>,
    /// Of them, those that change something; 600 for a new carrier.
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..=i64::from(Allowance::CALLS_PER_MINUTE_MAX)))]
    pub changes_per_minute: Option<u32>,
    /// How often one door may be opened in an hour; 12 for a new carrier.
    #[arg(long, value_name = "OPENS", value_parser = clap::value_parser!(u32).range(1..=i64::from(Allowance::OPENS_PER_DOOR_HOUR_MAX)))]
    pub opens_per_door_hour: Option<u32>,
}

/// Where a secret goes.
#[derive(Debug, Clone, Args)]
pub struct SecretPlace {
    /// Write the secret into this new file, for its owner's eyes, instead of printing it.
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

/// Deliveries.
#[derive(Debug, Subcommand)]
pub enum DeliveryCommand {
    /// Tells in plain words what happened, what comes next, and what needs a person.
    Explain {
        /// The delivery.
        id: DeliveryId,
        /// The time zone of the times, such as America/Toronto; otherwise UTC.
        #[arg(long, value_name = "ZONE", value_parser = time_zone)]
        time_zone: Option<TimeZone>,
    },
}

/// Evidence.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Checks the evidence of a delivery, or its log: that it is whole; and with --keys, that the platform signed it. Needs no deployment.
    Verify {
        /// What GET /v1/deliveries/{id}/evidence answers; or what GET /v1/deliveries/{id}/log answers, all pages of it: one file each, in order.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// With the pages of a log: what GET /v1/deliveries/{id} answers. It holds the signature.
        #[arg(long, value_name = "FILE", requires = "keys")]
        delivery: Option<PathBuf>,
        /// What GET /v1/signing-keys answers.
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },
}

fn only(text: &str, fits: impl Fn(char) -> bool, rule: &str) -> Result<String, String> {
    let fine = !text.is_empty() && text.len() <= 128 && text.chars().all(fits) && !text.starts_with('-');
    if fine {
        Ok(text.to_owned())
    } else {
        Err(rule.to_owned())
    }
}

fn deployment(text: &str) -> Result<String, String> {
    only(
        text,
        |c| c.is_ascii_alphanumeric() || c == '-',
        "the name of a stack, such as postern-us-dev",
    )
}

fn region(text: &str) -> Result<String, String> {
    only(
        text,
        |c| c.is_ascii_alphanumeric() || c == '-',
        "a region, such as us-east-1",
    )
}

fn function(text: &str) -> Result<String, String> {
    only(
        text,
        |c| c.is_ascii_alphanumeric() || "-_:$".contains(c),
        "a function's name or ARN",
    )
}

fn setting(text: &str) -> Result<String, String> {
    let rule = "a setting's name, such as MYQ_CLIENT_SECRET, without _SEALED at its end";
    if text.ends_with("_SEALED") {
        return Err(rule.to_owned());
    }
    only(
        text,
        |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_',
        rule,
    )
}

fn named_setting(text: &str) -> Result<NamedSetting, String> {
    let rule = "NAME=VALUE, with a name such as MYQ_CLIENT_ID";
    let (name, value) = text.split_once('=').ok_or(rule)?;
    Ok(NamedSetting {
        name: setting(name).map_err(|_| rule)?,
        value: value.to_owned(),
    })
}

fn tier(text: &str) -> Result<Tier, String> {
    let named = Tier::ALL.into_iter().find(|tier| tier.to_string() == text);
    named.ok_or_else(|| "bronze, silver, gold or platinum".to_owned())
}

fn key(text: &str) -> Result<String, String> {
    only(
        text,
        |c| c.is_ascii_alphanumeric() || "-_:/".contains(c),
        "a key's ARN, id or alias",
    )
}

fn carrier_name(text: &str) -> Result<String, String> {
    let rule = "1 to 128 ASCII letters, digits, spaces and + = , . @ -, with no space or hyphen at the start and no space at the end";
    if text.trim() != text {
        return Err(rule.to_owned());
    }
    only(text, |c| c.is_ascii_alphanumeric() || " +=,.@-".contains(c), rule)
}

fn time_zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| "a time zone of the IANA database, such as America/Toronto".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn nothing_that_the_tool_would_read_from_a_file_or_the_net_gets_through() {
        for text in ["file:///etc/passwd", "https://example.com", "-v", "a b/c"] {
            assert!(deployment(text).is_err() && carrier_name(text).is_err() && region(text).is_err());
        }
        assert!(function("file:///etc/passwd").is_err());
        assert!(
            function("arn:aws:lambda:us-east-1:123456789012:function:postern-us-dev-adapter-myq:$LATEST")
                .is_ok()
        );
    }

    proptest! {
        #[test]
        fn no_command_line_makes_the_reader_panic(words in prop::collection::vec("[a-z-]{0,10}", 0..6)) {
            let _ = Arguments::try_parse_from(std::iter::once("postern".to_owned()).chain(words));
        }
    }
}
