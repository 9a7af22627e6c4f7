//! The simulated clouds as a program of their own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Parser;
use postern_vendor_clouds::{CloudError, Config, DEMO_EMAIL, DoorTimings, RunningCloud, Seed, Vendor};
use secrecy::SecretString;

/// Runs a vendor's simulated cloud with a homeowner, a home and doors in it, until Ctrl-C.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Whose cloud: myq, aladdin-connect, nice-go, smartthings, tailwind or ismartgate
    #[arg(long, default_value = "myq")]
    vendor: Vendor,
    /// The port to listen on, on this computer only; 0 takes a free one
    #[arg(long, default_value_t = 7070)]
    port: u16,
    /// The number from which ids, serial numbers and tokens follow
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many times as fast as real doors the doors are
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// The homeowner's password
    #[arg(long, env = "VENDOR_CLOUDS_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// An http(s) redirect address that the login accepts; can be given several times
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// A file to keep the world in, so that it goes on after a restart
    #[arg(long)]
    snapshot: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let arguments = Arguments::parse();
    let timings = DoorTimings::default()
        .at_speed(arguments.speed)
        .ok_or("--speed must be a positive number")?;
    let mut config = Config {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port)),
        seed: Seed(arguments.seed),
        timings,
        redirect_uris: arguments.redirect_uris,
        snapshot: arguments.snapshot,
        ..arguments.vendor.demo()
    };
    let own_password = arguments.password.map(SecretString::from);
    if let Some(password) = &own_password {
        config = config.with_password(password);
    }
    let cloud = arguments.vendor.start(config).await?;
    println!(
        "{}",
        introduction(arguments.vendor, &cloud, own_password.is_some())?
    );
    tokio::signal::ctrl_c().await?;
    cloud.shutdown().await;
    Ok(())
}

/// What there is, and how to play with it.
fn introduction(vendor: Vendor, cloud: &RunningCloud, own_password: bool) -> Result<String, CloudError> {
    let base = cloud.base_url();
    let door = cloud.control().door_named("Main door")?;
    let password = if own_password {
        "the one you gave"
    } else {
        vendor.demo_password()
    };
    let (what, login) = match vendor {
        Vendor::Tailwind => ("", format!("key        {password}")),
        Vendor::Ismartgate => ("", format!("user       {DEMO_EMAIL}, password: {password}")),
        _ => (" cloud", format!("login      {DEMO_EMAIL}, password: {password}")),
    };
    Ok(format!(
        "Simulated {}{what}: {base}\n\
         \n\
         {login}\n\
         {}\n\
         Everything that can be made to go wrong: curl {base}/_control\n\
         \n\
         # what there is, and what really moved\n\
         curl {base}/_control/world\n\
         curl '{base}/_control/motions?serial={door}'\n\
         # somebody presses the button on the wall\n\
         curl -X POST {base}/_control/doors/{door}/wall-button\n\
         # the next close meets an obstruction; the door drops off the net\n\
         curl -X PATCH {base}/_control/doors/{door} -d '{{\"obstruct_next_closes\":1}}'\n\
         curl -X PATCH {base}/_control/doors/{door} -d '{{\"online\":false}}'\n\
         # the next command is answered 500 after it took effect\n\
         curl {base}/_control/faults -d '{{\"on\":\"command\",\"fault\":{{\"status\":500,\"after_motion\":true}},\"times\":1}}'\n\
         # all access tokens expire now\n\
         curl -X POST {base}/_control/tokens/expire",
        vendor.name(),
        addresses(vendor, base),
    ))
}

/// Where the vendor's own clients would go.
fn addresses(vendor: Vendor, base: &str) -> String {
    match vendor {
        Vendor::Myq => format!(
            "authorize  {base}/connect/authorize\n\
             token      {base}/connect/token\n\
             accounts   {base}/api/v6.0/accounts\n\
             devices    {base}/api/v6.0/Accounts/{{account_id}}/Devices\n\
             commands   {base}/api/v6.0/Accounts/{{account_id}}/door_openers/{{serial}}/{{open|close}}\n"
        ),
        Vendor::AladdinConnect => format!(
            "authorize  {base}/login\n\
             token      {base}/v1/oauth2/token\n\
             devices    {base}/v1/devices\n\
             one door   {base}/v1/devices/{{device}}/doors/{{index}}\n\
             commands   {base}/v1/devices/{{device}}/doors/{{index}}/command\n"
        ),
        Vendor::NiceGo => format!(
            "endpoints  {base}/endpoints\n\
             user pool  {base}/\n\
             GraphQL    {base}/device/graphql\n"
        ),
        Vendor::SmartThings => format!(
            "authorize  {base}/oauth/authorize\n\
             token      {base}/oauth/token\n\
             devices    {base}/devices\n\
             status     {base}/devices/{{device}}/status\n\
             commands   {base}/devices/{{device}}/commands\n"
        ),
        Vendor::Tailwind => format!(
            "status     curl -H 'TOKEN: KEY' {base}/json -d '{{\"data\":{{\"type\":\"get\",\"name\":\"dev_st\"}}}}'\n"
        ),
        Vendor::Ismartgate => format!("API        {base}/api.php\n"),
    }
}
