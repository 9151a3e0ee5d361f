//! `cobuy inspect`: what is inside a model file.

use crate::Failure;
use crate::output::{Form, stdout, write_json};
use clap::Args;
use cobuy::engine::{Inspection, Stored};
use cobuy::text::{counted, grouped};
use std::io::{self, Write};
use std::path::PathBuf;

/// Checks a model file and says what is inside.
#[derive(Args)]
#[command(after_help = "Example:\n  cobuy inspect shop.cobuy --format json")]
pub struct Inspect {
    /// The file.
    file: PathBuf,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

impl Inspect {
    pub fn run(self) -> Result<(), Failure> {
        let inside = cobuy::inspect(&self.file)?;
        stdout(|to| match self.format {
            Form::Json => write_json(to, &inside),
            Form::Table => write(&inside, to),
        })
    }
}

fn write(inside: &Inspection, to: &mut dyn Write) -> io::Result<()> {
    let stored = match inside.stored {
        Stored::Shop => "a shop, with item ids and who bought what (private)",
        Stored::AlsoBought => "lists of neighbours, without ids",
    };
    writeln!(to, "holds       {stored}")?;
    writeln!(to, "id          {}", inside.id)?;
    writeln!(
        to,
        "file        {} bytes, format {}, written by cobuy {}; all checks passed",
        grouped(inside.bytes),
        inside.format,
        inside.written_by
    )?;
    if let Some(about) = &inside.about {
        writeln!(
            to,
            "fitted on   {} rows: {} orders ({} fulfilled), {} customers, {} items",
            grouped(about.rows),
            grouped(about.orders),
            grouped(about.fulfilled_orders),
            grouped(about.customers),
            grouped(about.items)
        )?;
        if let (Some((first, last)), Some(as_of)) = (about.span, about.as_of) {
            writeln!(to, "time        {first} to {last}, as of {as_of}")?;
        }
    }
    writeln!(
        to,
        "also bought {} neighbours of {} items, near by {}, at most {} each, resting on at least {}",
        grouped(inside.neighbours_in_all),
        grouped(inside.items_with_neighbours),
        inside.measure,
        inside.neighbours,
        counted(
            u64::from(inside.min_customers),
            inside.basis.name(),
            inside.basis.plural()
        )
    )?;
    writeln!(
        to,
        "counting    {} {} that bought anything",
        grouped(u64::from(inside.buyers)),
        inside.basis.plural()
    )?;
    for (name, bytes) in &inside.sections {
        writeln!(to, "section     {name}: {} bytes", grouped(*bytes))?;
    }
    Ok(())
}
