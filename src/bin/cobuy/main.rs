//! The `cobuy` command: arguments in, one function of the library a subcommand, tables out.

mod cmd;
mod held_out;
mod model;
mod output;
mod progress;
mod rules;
mod tables;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// What sells with what, from a shop's own orders.
#[derive(Parser)]
#[command(name = "cobuy", version, long_about = None, max_term_width = 100)]
#[command(after_help = "\
Examples:
  cobuy doctor orders.csv
  cobuy fit orders.csv -o shop.cobuy
  cobuy also-bought shop.cobuy 85123A -n 10
  cobuy recommend shop.cobuy 17850
  cobuy export shop.cobuy --all -o also_bought.csv
  cobuy inspect shop.cobuy
  cobuy eval orders.csv --horizon 30d --origins 3
  cobuy tune orders.csv --trials 40
  cobuy rule check 'in_stock and price <= 20'

Exit codes: 0 done; 1 the data, a file or a setting is at fault; 2 the command line is;
3 there is no such item, customer or order.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Doctor(Box<cmd::doctor::Doctor>),
    Fit(Box<cmd::fit::Fit>),
    AlsoBought(cmd::also_bought::AlsoBought),
    Recommend(cmd::recommend::Recommend),
    Popular(cmd::popular::Popular),
    Explain(cmd::explain::Explain),
    Append(Box<cmd::change::Append>),
    Retract(cmd::change::Retract),
    Forget(cmd::change::Forget),
    Export(cmd::export::Export),
    Inspect(cmd::inspect::Inspect),
    Eval(Box<cmd::eval::Eval>),
    Tune(Box<cmd::tune::Tune>),
    Rule(cmd::rule::Rule),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Doctor(doctor) => doctor.run(),
        Command::Fit(fit) => fit.run(),
        Command::AlsoBought(also_bought) => also_bought.run(),
        Command::Recommend(recommend) => recommend.run(),
        Command::Popular(popular) => popular.run(),
        Command::Explain(explain) => explain.run(),
        Command::Append(append) => append.run(),
        Command::Retract(retract) => retract.run(),
        Command::Forget(forget) => forget.run(),
        Command::Export(export) => export.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Eval(eval) => eval.run(),
        Command::Tune(tune) => tune.run(),
        Command::Rule(rule) => rule.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has read enough.
        Err(Failure::Output(problem)) if problem.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let message = format!("error: {failure}\n");
            match &failure {
                // It shows the rule as it is written, which may look as a setting does.
                Failure::Cobuy(cobuy::Error::Rule(problem)) if problem.place.is_some() => {
                    say(&message)
                }
                _ => note(&message),
            }
            if let Failure::Cobuy(cobuy::Error::Row { .. } | cobuy::Error::Conflict(_)) = failure {
                note("hint: `--on-error skip` leaves out what cannot be read, and lists it\n");
            }
            ExitCode::from(failure.code())
        }
    }
}

/// Says something to whoever watches, with settings as the flags of this command.
fn note(message: &str) {
    say(&as_flags(message));
}

/// Says something to whoever watches. Whoever does not listen is no reason to fail.
fn say(message: &str) {
    // What comes from a file may hold what moves a terminal's cursor.
    let plain = message.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}");
    let _ = std::io::stderr().write_all(plain.as_bytes());
}

/// Why a command did not do what was asked.
enum Failure {
    Cobuy(cobuy::Error),
    Output(std::io::Error),
    Usage(String),
    /// Something is odd, and was asked to be a fault; the report says what.
    Strict,
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Failure::Cobuy(
                cobuy::Error::UnknownItem { .. }
                | cobuy::Error::UnknownCustomer { .. }
                | cobuy::Error::UnknownOrder { .. },
            ) => 3,
            Failure::Cobuy(_) | Failure::Output(_) | Failure::Strict => 1,
            Failure::Usage(_) => 2,
        }
    }
}

impl From<cobuy::Error> for Failure {
    fn from(problem: cobuy::Error) -> Self {
        Failure::Cobuy(problem)
    }
}

impl From<std::io::Error> for Failure {
    fn from(problem: std::io::Error) -> Self {
        Failure::Output(problem)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Cobuy(problem) => write!(f, "{problem}"),
            Failure::Output(problem) => write!(f, "cannot write the output: {problem}"),
            Failure::Usage(problem) => f.write_str(problem),
            Failure::Strict => f.write_str("the data have warnings or problems (--strict)"),
        }
    }
}

/// A message of the library with its settings as the flags of this command.
fn as_flags(message: &str) -> String {
    let flags = [
        ("(columns: ", "(--column "),
        ("(types: ", "(--type "),
        ("(time_format = ", "(--time-format "),
        ("(name time_format = ", "(name --time-format "),
        ("(encoding = ", "(--encoding "),
        ("(rounding = ", "(--rounding "),
        ("(missing = ", "(--missing "),
        (", or missing = ", ", or --missing "),
        ("(clock_change = ", "(--clock-change "),
        ("(c_returns = ", "(--c-returns "),
        ("(decimal_comma)", "(--decimal-comma)"),
        ("(customer = ...)", "(--customer ...)"),
        ("(context = ...)", "(--context ...)"),
        ("(half_life = ", "(--half-life "),
        ("(`keep_owned` counts", "(`--keep-owned` counts"),
        ("fewer `origins`", "fewer `--origins`"),
        (
            "upsert replaces known ones",
            "--replace replaces known ones",
        ),
        (
            "in `fulfilled` or `unfulfilled`",
            "by `--fulfilled` or `--unfulfilled`",
        ),
    ];
    flags
        .iter()
        .fold(message.to_owned(), |text, (setting, flag)| {
            text.replace(setting, flag)
        })
}
