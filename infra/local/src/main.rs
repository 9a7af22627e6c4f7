//! `cargo run`: starts the local platform, plays one delivery through its public addresses, and stays up.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use postern_adapter_declarative::VendorFile;
use postern_local::{DataPlace, LocalConfig, LocalError, LocalPlatform, play, ready_made};
use postern_vendor_clouds::Vendor;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// The whole of Postern in one process: an issuer, both APIs, the guardian, and a vendor's simulated cloud with a
/// garage door.
#[derive(Debug, Parser)]
#[command(name = "postern-local", version)]
struct Options {
    /// Play one delivery, prove it, and end: 0 when everything was as promised.
    #[arg(long)]
    once: bool,
    /// Keep nothing: everything is gone at the end. This is what --once does unless --data names a folder.
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// Where the data lies. A later start on the same folder picks up where this one was.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Whose openers it has: myq, aladdin-connect, nice-go or smartthings.
    #[arg(long, value_name = "VENDOR", default_value = "myq")]
    vendor: Vendor,
    /// A file by which the adapter of its vendor is run, in place of the one in code: that of Aladdin Connect, changed perhaps.
    #[arg(long, value_name = "FILE", conflicts_with = "vendor")]
    vendor_file: Option<PathBuf>,
    /// The first of four ports in a row; otherwise any that are free.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..=65532))]
    port: Option<u16>,
    /// How many times faster than a real door the simulated one moves.
    #[arg(long, value_name = "TIMES", default_value_t = 10.0, value_parser = speed)]
    speed: f64,
    /// Start without playing a delivery.
    #[arg(long, conflicts_with = "once")]
    quiet: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.1..=100.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.1 to 100".to_owned()),
    }
}

/// How long the servers get to answer what is under way.
const STOP_WITHIN: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,dynoxide=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let data = match options.data {
        Some(folder) => DataPlace::Folder(folder),
        None if options.memory || options.once => DataPlace::Memory,
        None => DataPlace::Folder(PathBuf::from(".postern")),
    };
    let vendor_file = options.vendor_file.as_deref().map(vendor_file).transpose()?;
    let config = LocalConfig {
        first_port: options.port,
        vendor: match &vendor_file {
            Some(file) => cloud_for(file)?,
            None => options.vendor,
        },
        vendor_file,
        door_speed: options.speed,
        ..LocalConfig::at(data.clone())
    };
    let local = LocalPlatform::start(config).await?;
    println!("Postern, all of it in this process.\n");
    println!("{}", table(&local));
    if !options.quiet {
        println!("One delivery, through these addresses alone:\n");
        let story = play::play(&local, true).await?;
        println!(
            "\n  {} is delivered. Its log of {} entries is whole and signed.\n  It took {:.1} s; head {}\n",
            story.delivery,
            story.proof.entries,
            story.took.as_secs_f64(),
            story.proof.head
        );
    }
    if !options.once {
        stay(&local, &data).await?;
    }
    if tokio::time::timeout(STOP_WITHIN, local.stop()).await.is_err() {
        println!("Somebody was still waiting for an answer.");
    }
    Ok(())
}

fn vendor_file(path: &Path) -> Result<VendorFile, Box<dyn std::error::Error>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name} can't be read: {error}"))?;
    Ok(VendorFile::read(name.to_string(), &text)?)
}

/// The vendor whose simulated cloud a file's adapter speaks with.
fn cloud_for(file: &VendorFile) -> Result<Vendor, LocalError> {
    let vendor = file.vendor().as_str();
    vendor.parse().map_err(|_| LocalError::NoCloud(vendor.to_owned()))
}

/// Tells how to go on by hand, and waits for Ctrl-C.
async fn stay(local: &LocalPlatform, data: &DataPlace) -> Result<(), Box<dyn std::error::Error>> {
    // Heard from here on: whoever waits for the file may send one at once.
    let mut pressed = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let lines = ready_made(local)?;
    match data {
        DataPlace::Folder(folder) => {
            let file = folder.join("env");
            // Whole or not at all: whoever waits for the file may read it at once.
            let half = folder.join("env.part");
            write_private(&half, &lines)?;
            std::fs::rename(&half, &file)?;
            println!(
                "Go on by hand (the README has the whole walk):\n\n  . {}",
                file.display()
            );
        }
        DataPlace::Memory => println!("Go on by hand (the README has the whole walk):\n\n{lines}"),
    }
    println!(
        "  curl -s -u $CLIENT_ID:$CLIENT_SECRET -d grant_type=client_credentials $ISSUER/oauth2/token\n  \
         curl -s -H \"Authorization: Bearer $CARRIER_TOKEN\" $CARRIER_API/v1/deliveries\n  \
         curl -s -H \"Authorization: Bearer $CUSTOMER_TOKEN\" $CUSTOMER_API/v1/doors\n  \
         curl -s $VENDOR_CLOUD/_control\n\nCtrl-C stops."
    );
    tokio::select! {
        _ = pressed.recv() => {}
        _ = terminated.recv() => {}
    }
    println!("\nStopping.");
    Ok(())
}

fn table(local: &LocalPlatform) -> String {
    let at = &local.addresses;
    let cloud = format!("simulated {} cloud", local.vendor().name());
    let rows = [
        ("carriers' API", at.carrier_api.as_str()),
        ("customers' API", at.customer_api.as_str()),
        ("issuer (OAuth2)", at.issuer.as_str()),
        (cloud.as_str(), at.vendor_cloud.as_str()),
    ];
    rows.iter()
        .map(|(what, address)| format!("  {what:<33}{address}\n"))
        .collect()
}

/// Writes a file that holds a token: for its owner's eyes.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}
