//! `postern vendor test`: holds an adapter to the rules of the conformance kit, and says which tier it reaches.

use std::{fs, path::Path, sync::Arc};

use postern_conformance::{
    Address, Bench, Examination, KitError, Lane, Reach, Rig, Rule, Setting, examine, html, rules, text,
};
use postern_contract::conformance::ConformanceReport;
use postern_vendor_clouds::{Config, DoorTimings, RunningCloud, Vendor};
use serde_json::json;
use url::Url;

use super::function::{Function, code_of};
use crate::{
    Answer, Error, Exit,
    answer::waiting,
    arguments::{AdapterUnderTest, NamedSetting},
    aws::Aws,
    deployment,
};

/// What has to go on until the report is there.
enum Held {
    Bench { _bench: Bench },
    Cloud { _cloud: RunningCloud },
    Nothing,
}

/// Looks at every rule, and writes the report where it was asked for.
pub(crate) async fn test(aws: &Aws, asked: AdapterUnderTest) -> Result<Answer, Error> {
    if let Some(unknown) = asked
        .only
        .iter()
        .find(|name| rules().iter().all(|rule| rule.id != **name))
    {
        return Err(Error::not_as_asked(
            format!("there is no rule {unknown}"),
            "docs/vendors/rules lists them.",
        ));
    }
    let (mut examination, _held) = ready(aws, &asked).await?;
    examination.only = asked.only.clone();
    let bar = waiting("asking the adapter who it is");
    let progress = |rule: &Rule, all: usize| {
        if bar.length().is_none() {
            bar.set_length(all as u64);
        }
        bar.inc(1);
        bar.set_message(format!("{}/{all} {}", bar.position(), rule.id));
    };
    let examined = examine(examination, &progress).await;
    bar.finish_and_clear();
    let report = examined.map_err(|error| unready(&error))?;
    if let Some(folder) = &asked.report {
        write(folder, &report)?;
    }
    let enough = match asked.at_least {
        Some(least) => report.tier >= Some(least),
        None => report.tier.is_some(),
    };
    let mut answer = Answer::well(text(&report), json!({ "report": report }));
    if !enough {
        answer.exit = Exit::Unwell;
    }
    Ok(answer)
}

/// The adapter, and the cloud before it.
async fn ready(aws: &Aws, asked: &AdapterUnderTest) -> Result<(Examination, Held), Error> {
    let settings = settings(&asked.settings, &asked.secrets)?;
    let simulated = asked.cloud.parse::<Vendor>();
    if let Some((program, arguments)) = asked.program.split_first() {
        let (program, arguments) = (program.into(), arguments.to_vec());
        let bench = match simulated {
            Ok(cloud) => {
                let vendor = asked.vendor.as_deref().unwrap_or_else(|| cloud.id());
                Bench::borrowed(cloud, vendor, program, arguments, &settings).await
            }
            Err(_) => {
                let vendor = asked.vendor.as_deref().unwrap_or_default();
                Bench::at(address(&asked.cloud)?, vendor, program, arguments, &settings).await
            }
        };
        let bench = bench.map_err(|error| unready(&error))?;
        return Ok((bench.examination(), Held::Bench { _bench: bench }));
    }
    let (rig, held) = match simulated {
        Ok(vendor) => {
            let listen = asked.cloud_port.unwrap_or(0);
            let cloud = vendor.start(Config {
                listen: (std::net::Ipv4Addr::LOCALHOST, listen).into(),
                timings: DoorTimings::fast(),
                ..vendor.demo()
            });
            let cloud = cloud.await.map_err(|error| unready(&KitError::from(error)))?;
            let rig = Rig::at(address(cloud.base_url())?).await;
            (rig, Held::Cloud { _cloud: cloud })
        }
        Err(_) => (Rig::at(address(&asked.cloud)?).await, Held::Nothing),
    };
    let rig = rig.map_err(|error| unready(&error))?;
    let reach: Arc<dyn Reach> = match (&asked.function, &asked.url) {
        (Some(name), _) => {
            let code = code_of(aws, name).await?;
            let client = aws_sdk_lambda::Client::new(&deployment::sdk(aws).await?);
            Arc::new(Function::new(client, name.clone(), code, asked.renew))
        }
        (None, Some(url)) => {
            let made = Address::new(address(url)?);
            Arc::new(made.map_err(|error| {
                Error::not_as_asked(error.to_string(), "Check this machine's certificates.")
            })?)
        }
        (None, None) => {
            return Err(Error::not_as_asked(
                "there is no adapter to look at",
                "Name its function with --function, its address with --url, or its program behind `--`.",
            ));
        }
    };
    let examination = Examination {
        lanes: vec![Lane { reach, rig }],
        only: Vec::new(),
    };
    Ok((examination, held))
}

fn address(text: &str) -> Result<Url, Error> {
    let parsed = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    parsed.ok_or_else(|| {
        let known: Vec<&str> = Vendor::ALL.iter().map(|vendor| vendor.id()).collect();
        Error::not_as_asked(
            format!("{text} is neither an address nor a cloud that the kit can simulate"),
            format!(
                "Name one of {}, or an address that begins with http.",
                known.join(", ")
            ),
        )
    })
}

/// The program's settings; secrets come from files, as other users of the machine can see a command line.
fn settings(clear: &[NamedSetting], secret: &[NamedSetting]) -> Result<Vec<Setting>, Error> {
    let mut settings: Vec<Setting> = clear
        .iter()
        .map(|setting| Setting::Clear(setting.name.clone(), setting.value.clone()))
        .collect();
    for NamedSetting { name, value: file } in secret {
        let read = fs::read_to_string(file).map_err(|error| {
            Error::not_as_asked(
                format!("{file} cannot be read: {error}"),
                format!("Name the file that holds the secret {name}."),
            )
        })?;
        let bare = read.strip_suffix('\n').unwrap_or(&read);
        settings.push(Setting::Secret(name.clone(), bare.to_owned()));
    }
    Ok(settings)
}

fn unready(error: &KitError) -> Error {
    let todo = match error {
        KitError::Unreachable(_) => {
            "See that it starts by itself: its settings are given with --setting and --secret, and `{cloud}` in them stands for the cloud's address."
        }
        _ => "docs/vendors/conformance.md shows how an adapter is put before the kit.",
    };
    Error::not_as_asked(error.to_string(), todo)
}

fn write(folder: &Path, report: &ConformanceReport) -> Result<(), Error> {
    let unwritable = |error: std::io::Error| {
        Error::not_as_asked(
            format!("the report cannot be written into {}: {error}", folder.display()),
            "Name a folder that can be written.",
        )
    };
    fs::create_dir_all(folder).map_err(unwritable)?;
    let json =
        serde_json::to_string_pretty(report).map_err(|error| Error::not_as_asked(error.to_string(), ""))?;
    fs::write(folder.join("report.json"), json + "\n").map_err(unwritable)?;
    fs::write(folder.join("report.html"), html(report)).map_err(unwritable)
}
