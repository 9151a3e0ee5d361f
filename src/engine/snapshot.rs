//! Engines and models in files.

use super::head::{Head, Model3, Times1};
use super::restore::{bare, shop};
use super::{About, Engine};
use crate::error::{Error, Result};
use crate::file::{
    Checked, Damage, Elements, Kind, Loaded, ModelId, Refused, atomic, damage, load, write,
};
use crate::history::{CustomerTable, ItemTable};
use crate::matrix::{Basis, Timeline, row_of};
use crate::models::also_bought::AlsoBought;
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

/// What a model file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// The lists of an [`AlsoBought`] alone: indices only.
    AlsoBought,
    /// An [`Engine`]: the shop's private file, with item ids and who bought what.
    Shop,
}

impl Stored {
    /// All kinds of model files.
    pub const ALL: [Stored; 2] = [Stored::AlsoBought, Stored::Shop];

    /// The kind's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Stored::AlsoBought => "also_bought",
            Stored::Shop => "shop",
        }
    }
}

/// What is inside a model file. Made by [`inspect`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// What the file holds.
    pub stored: Stored,
    /// BLAKE3 of its content, in hexadecimal: equal data and settings, equal id.
    pub id: ModelId,
    /// The format's version.
    pub format: String,
    /// The version of cobuy that wrote it.
    pub written_by: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How near two items are: the measure, or else the model, with its numbers.
    pub measure: String,
    /// Neighbours kept an item, at most.
    pub neighbours: u64,
    /// Fewest customers (or orders) in common.
    pub min_customers: u32,
    /// What buys: customers or orders.
    pub basis: Basis,
    /// After how many days a purchase weighs half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_life: Option<f64>,
    /// Within how many days after an item its neighbours were bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_days: Option<f64>,
    /// Items.
    pub items: u64,
    /// Customers (or orders) that bought anything.
    pub buyers: u32,
    /// Items that have at least one neighbour.
    pub items_with_neighbours: u64,
    /// Neighbours in all lists together.
    pub neighbours_in_all: u64,
    /// What a shop's file was fitted on.
    pub about: Option<About>,
    /// Name and bytes of each section.
    pub sections: Vec<(&'static str, u64)>,
}

type Sections<'a> = Vec<(Kind, Elements<'a>)>;

impl Engine {
    /// Saves the shop's private file: on any failure the file that was there stays. Returns its id.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<ModelId> {
        self.with_sections(|sections| save(path.as_ref(), sections))
    }

    /// Opens a shop's file, after checking all of it.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::ModelFile`] for a file that is damaged, foreign, newer, or a bare
    /// model.
    pub fn open(path: impl AsRef<Path>) -> Result<Engine> {
        open(path.as_ref(), shop)
    }

    fn with_sections<T>(&self, then: impl FnOnce(&Sections<'_>) -> Result<T>) -> Result<T> {
        let meta = meta_of(&self.also_bought, Some(&self.about))?;
        let (text, ends) = self.items.parts();
        let by_row = self.purchases.by_row();
        let mut starts = vec![0u64];
        let lengths = (0..by_row.rows()).map(|row| row_of(by_row, row).len() as u64);
        starts.extend(lengths.scan(0, |end, length| {
            *end += length;
            Some(*end)
        }));
        let mut sections = vec![
            (Kind::Meta, Elements::u8(&meta)),
            (Kind::ItemIdText, Elements::u8(text.as_bytes())),
            (Kind::ItemIdEnds, Elements::u64(&ends)),
            (Kind::PurchaseStarts, Elements::u64(&starts)),
            (Kind::PurchaseItems, Elements::u32(by_row.indices())),
        ];
        let settings = Written::of(&self.also_bought)?;
        sections.extend(list_sections(&self.also_bought, &settings));
        // What an engine of a 1.0 file lacks, it goes on lacking.
        let Some(shelf) = &self.shelf else {
            return then(&sections);
        };
        let shop = shelf.encode(self.variants.is_some()).map_err(too_large)?;
        let (people, people_ends) = self.people.parts();
        let (bought, at) = self.bought.all();
        let bought_starts: Vec<u64> = self.bought.starts().iter().map(|&at| at as u64).collect();
        let row_times = self
            .timeline
            .as_ref()
            .filter(|rows| rows.basis() == Basis::Order);
        let row_times = row_times.map(|rows| {
            let time = |row| rows.of(row).1.first().copied().unwrap_or(Timeline::NO_TIME);
            (0..rows.rows()).map(time).collect::<Vec<i64>>()
        });
        let text_ends = shelf.text_ends();
        sections.extend([
            (Kind::Shop, Elements::u8(&shop)),
            (Kind::CustomerIdText, Elements::u8(people.as_bytes())),
            (Kind::CustomerIdEnds, Elements::u64(&people_ends)),
            (Kind::BoughtStarts, Elements::u64(&bought_starts)),
            (Kind::BoughtItems, Elements::u32(bought)),
            (Kind::BoughtTimes, Elements::i64s([at])),
        ]);
        if let Some(times) = &row_times {
            sections.push((Kind::RowTimes, Elements::i64s([&times[..]])));
        }
        let item_rows = self.goods.as_ref().map(ItemTable::rows);
        if let Some(rows) = &item_rows {
            sections.push((Kind::ItemRows, Elements::u32(rows)));
        }
        let customers = self.customers_told.as_ref();
        let customer_rows = customers.map(CustomerTable::rows);
        if let Some(rows) = &customer_rows {
            sections.push((Kind::CustomerRows, Elements::u32(rows)));
        }
        sections.extend(shelf.sections(&text_ends));
        then(&sections)
    }
}

impl AlsoBought {
    /// Saves the lists alone, without ids and purchases. Returns the file's id.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<ModelId> {
        self.with_sections(|sections| save(path.as_ref(), sections))
    }

    /// Opens lists that were saved alone, after checking all of them.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::ModelFile`] for a file that is damaged, foreign, newer, or a shop.
    pub fn open(path: impl AsRef<Path>) -> Result<AlsoBought> {
        open(path.as_ref(), bare)
    }

    /// The bytes that [`AlsoBought::save`] would write.
    ///
    /// # Errors
    /// [`Error::Io`] where they would be too many.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.with_sections(|sections| {
            let mut bytes = Vec::new();
            write(sections, &mut bytes)
                .map_err(|source| io_error("write", BYTES.as_ref(), source))?;
            Ok(bytes)
        })
    }

    /// From the bytes of [`AlsoBought::to_bytes`], after checking all of them.
    ///
    /// # Errors
    /// As [`AlsoBought::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<AlsoBought> {
        let path = Path::new(BYTES);
        read(path, &mut { bytes }, bytes.len() as u64)
            .and_then(|loaded| checked(path, loaded, bare))
    }

    fn with_sections<T>(&self, then: impl FnOnce(&Sections<'_>) -> Result<T>) -> Result<T> {
        let meta = meta_of(self, None)?;
        let settings = Written::of(self)?;
        let mut sections = vec![(Kind::Meta, Elements::u8(&meta))];
        sections.extend(list_sections(self, &settings));
        then(&sections)
    }
}

/// What messages call a model that is no file.
const BYTES: &str = "the bytes";

/// Says what is inside a model file, after checking all of it.
///
/// # Errors
/// [`Error::Io`]; [`Error::ModelFile`] for a file that is damaged, foreign or newer.
pub fn inspect(path: impl AsRef<Path>) -> Result<Inspection> {
    let path = path.as_ref();
    let loaded = open_sections(path)?;
    let (version, sizes, identity) = (loaded.version, loaded.sizes.clone(), loaded.identity);
    let (model, meta) = checked(path, loaded, |meta, loaded| {
        let model = match meta.stored {
            Stored::AlsoBought => bare(meta, loaded)?,
            Stored::Shop => shop(meta, loaded)?.also_bought,
        };
        let written_by = meta.written_by.clone();
        Ok((model, (meta.stored, written_by, meta.about.clone())))
    })?;
    let (stored, written_by, about) = meta;
    let starts = &model.lists.starts;
    Ok(Inspection {
        stored,
        id: hex(&identity),
        format: format!("{}.{}", version.0, version.1),
        written_by,
        bytes: std::fs::metadata(path).map_or(0, |about| about.len()),
        measure: model.params.in_words(),
        neighbours: model.params.neighbours as u64,
        min_customers: model.params.min_customers,
        basis: model.basis,
        half_life: model.params.half_life,
        within_days: model.params.within_days,
        items: model.items() as u64,
        buyers: model.buyers,
        items_with_neighbours: starts.windows(2).filter(|pair| pair[0] < pair[1]).count() as u64,
        neighbours_in_all: model.lists.total() as u64,
        about,
        sections: sizes,
    })
}

fn meta_of(model: &AlsoBought, about: Option<&About>) -> Result<Vec<u8>> {
    let head = Head {
        stored: if about.is_some() {
            Stored::Shop
        } else {
            Stored::AlsoBought
        },
        written_by: env!("CARGO_PKG_VERSION").to_owned(),
        params: model.params.clone(),
        basis: model.basis,
        items: model.items() as u64,
        buyers: model.buyers,
        about: about.cloned(),
    };
    head.encode().map_err(too_large)
}

fn too_large(problem: String) -> Error {
    io_error("write", Path::new("settings"), io::Error::other(problem))
}

/// Settings that not every model has, as written.
struct Written {
    /// What times the lists depend on.
    times: Option<Vec<u8>>,
    /// The model, and the numbers that it or its measure has.
    model: Option<Vec<u8>>,
}

impl Written {
    fn of(model: &AlsoBought) -> Result<Self> {
        let times = Times1::of(model).map(|times| times.encode());
        let numbers = Model3::of(&model.params).map(|model| model.encode());
        Ok(Written {
            times: times.transpose().map_err(too_large)?,
            model: numbers.transpose().map_err(too_large)?,
        })
    }
}

fn list_sections<'a>(model: &'a AlsoBought, settings: &'a Written) -> Sections<'a> {
    let lists = &model.lists;
    let mut sections = vec![
        (Kind::ItemTotals, Elements::u32(&model.totals)),
        (Kind::ListStarts, Elements::u64(&lists.starts)),
        (Kind::ListItems, Elements::u32(&lists.items)),
        (Kind::ListScores, Elements::f32(&lists.scores)),
        (Kind::ListBoth, Elements::u32(&lists.both)),
    ];
    if let Some(times) = &settings.times {
        sections.push((Kind::Times, Elements::u8(times)));
    }
    if let Some(model) = &settings.model {
        sections.push((Kind::Model, Elements::u8(model)));
    }
    if model.params.within_days.is_some() {
        sections.push((Kind::SourceTotals, Elements::u32(&model.source_totals)));
    }
    sections
}

fn save(path: &Path, sections: &Sections<'_>) -> Result<ModelId> {
    let identity = atomic::save(
        path,
        atomic::Content::Model,
        |to| {
            let identity = write(sections, to)?;
            to.flush()?;
            Ok(identity)
        },
        |written, identity| match open_sections(written)?.identity == *identity {
            true => Ok(()),
            false => Err(io_error(
                "write",
                path,
                io::Error::other("what was written reads differently"),
            )),
        },
    )?;
    Ok(hex(&identity))
}

fn open<T>(path: &Path, make: impl FnOnce(&Head, &mut Loaded) -> Checked<T>) -> Result<T> {
    checked(path, open_sections(path)?, make)
}

fn open_sections(path: &Path) -> Result<Loaded> {
    let fail = |source| io_error("read", path, source);
    // Asked before the file is opened: opening a pipe would wait for its writer.
    let about = std::fs::metadata(path).map_err(fail)?;
    if about.is_dir() {
        return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if !about.is_file() {
        return Err(fail(io::Error::other("it is no plain file")));
    }
    let file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    read(path, &mut BufReader::with_capacity(1 << 16, file), length)
}

fn read(path: &Path, from: &mut impl Read, length: u64) -> Result<Loaded> {
    load(from, length).map_err(|refused| match refused {
        Refused::Io(source) => io_error("read", path, source),
        Refused::Damaged(part, problem) => model_file(path, (part, problem)),
        Refused::OutOfMemory(bytes) => Error::OutOfMemory {
            what: "a model file",
            bytes,
        },
    })
}

/// Makes something of a file's sections, all of which must be used.
fn checked<T>(
    path: &Path,
    mut loaded: Loaded,
    make: impl FnOnce(&Head, &mut Loaded) -> Checked<T>,
) -> Result<T> {
    let make_all = || {
        let bytes = loaded.take_u8(Kind::Meta)?;
        let meta = Head::decode(&bytes).map_err(|problem| damage(Kind::Meta, problem))?;
        let made = make(&meta, &mut loaded)?;
        loaded.finish()?;
        Ok(made)
    };
    make_all().map_err(|damage| model_file(path, damage))
}

fn model_file(path: &Path, (part, problem): Damage) -> Error {
    Error::ModelFile {
        path: path.display().to_string(),
        part,
        problem,
    }
}

fn io_error(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io {
        doing,
        path: path.display().to_string(),
        source,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
