//! Explores configurations of the model, further than the tests do: `postern-model [config|all] [--without Guard,..] [--more N]
//! [--depth N]`. Prints what was found, and the story of each promise that broke.

use std::process::ExitCode;

use clap::Parser;
use postern_core::promises::Guard;
use postern_model::{
    check::{Found, explore},
    configs::{self, Config},
};

/// The model checker over the rules that ship.
#[derive(Debug, Parser)]
struct Asked {
    /// Which configuration; `all` for all of them.
    #[arg(default_value = "all")]
    config: String,
    /// Guards to take away, by name.
    #[arg(long, value_delimiter = ',', value_parser = guard)]
    without: Vec<Guard>,
    /// How much more of everything may happen on a path, and how many ticks longer it is.
    #[arg(long, default_value_t = 0)]
    more: u8,
    /// How many steps a path may have.
    #[arg(long)]
    depth: Option<usize>,
}

fn guard(name: &str) -> Result<Guard, String> {
    let known = Guard::ALL.iter().find(|guard| guard.name() == name);
    known.copied().ok_or_else(|| format!("no guard is called {name}"))
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let wanted = |config: &&Config| asked.config == "all" || asked.config == config.name;
    let mut configs = configs::ALL.iter().filter(wanted).peekable();
    if configs.peek().is_none() {
        eprintln!("no configuration is called {}", asked.config);
        return ExitCode::from(2);
    }
    let mut all_held = true;
    for config in configs {
        let config = config.with_more(asked.more);
        let found = explore(&config, &asked.without, asked.depth);
        all_held &= found.broken.is_empty();
        print(&config, &found);
    }
    if all_held {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print(config: &Config, found: &Found) {
    println!(
        "{:<14} {:>9} states, depth {:>2}, {:>6} grants, {:.1} s",
        config.name,
        found.states,
        found.depth,
        found.grants,
        found.took.as_secs_f64()
    );
    for place in &found.missed {
        println!("  never came to: {place}");
    }
    for (promise, length, story) in &found.broken {
        println!("  {} broke in {length} steps:\n{story}", promise.name());
    }
}
