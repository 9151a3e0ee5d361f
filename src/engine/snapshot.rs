//! Engines and models in files.

use super::{About, Engine};
use crate::error::{Error, Result};
use crate::file::{Elements, Kind, Loaded, ModelId, Refused, atomic, load, meta, write};
use crate::history::Labels;
use crate::matrix::build::pattern;
use crate::matrix::{Basis, Purchases, row_of};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::lists::Lists;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

/// What a model file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// The lists of an [`AlsoBought`] alone: indices only.
    AlsoBought,
    /// An [`Engine`]: the shop's private file, with item ids and who bought what.
    Shop,
}

/// The settings and counts at the head of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Meta {
    stored: Stored,
    written_by: String,
    params: AlsoBoughtParams,
    basis: Basis,
    items: u64,
    buyers: u32,
    about: Option<About>,
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
    /// How near two items are.
    pub measure: String,
    /// Neighbours kept an item, at most.
    pub neighbours: u64,
    /// Fewest customers (or orders) in common.
    pub min_customers: u32,
    /// What buys: customers or orders.
    pub basis: Basis,
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

/// The part of a file and what is wrong with it.
type Damage = (String, String);
type Checked<T> = std::result::Result<T, Damage>;
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
            (Kind::Meta, Elements::U8(&meta)),
            (Kind::ItemIdText, Elements::U8(text.as_bytes())),
            (Kind::ItemIdEnds, Elements::U64(&ends)),
            (Kind::PurchaseStarts, Elements::U64(&starts)),
            (Kind::PurchaseItems, Elements::U32(by_row.indices())),
        ];
        sections.extend(list_sections(&self.also_bought));
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
        let mut sections = vec![(Kind::Meta, Elements::U8(&meta))];
        sections.extend(list_sections(self));
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
        measure: model.measure().to_string(),
        neighbours: model.params.neighbours as u64,
        min_customers: model.params.min_customers,
        basis: model.basis,
        items: model.items() as u64,
        buyers: model.buyers,
        items_with_neighbours: starts.windows(2).filter(|pair| pair[0] < pair[1]).count() as u64,
        neighbours_in_all: model.lists.total() as u64,
        about,
        sections: sizes,
    })
}

fn meta_of(model: &AlsoBought, about: Option<&About>) -> Result<Vec<u8>> {
    let meta = Meta {
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
    meta::encode(&meta)
        .map_err(|problem| io_error("write", Path::new("settings"), io::Error::other(problem)))
}

fn list_sections(model: &AlsoBought) -> Sections<'_> {
    let lists = &model.lists;
    vec![
        (Kind::ItemTotals, Elements::U32(&model.totals)),
        (Kind::ListStarts, Elements::U64(&lists.starts)),
        (Kind::ListItems, Elements::U32(&lists.items)),
        (Kind::ListScores, Elements::F32(&lists.scores)),
        (Kind::ListBoth, Elements::U32(&lists.both)),
    ]
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

fn open<T>(path: &Path, make: impl FnOnce(&Meta, &mut Loaded) -> Checked<T>) -> Result<T> {
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
    make: impl FnOnce(&Meta, &mut Loaded) -> Checked<T>,
) -> Result<T> {
    let make_all = || {
        let bytes = loaded.take_u8(Kind::Meta)?;
        let meta: Meta = meta::decode(&bytes).map_err(|problem| damage(Kind::Meta, problem))?;
        let made = make(&meta, &mut loaded)?;
        loaded.finish()?;
        Ok(made)
    };
    make_all().map_err(|damage| model_file(path, damage))
}

fn bare(meta: &Meta, loaded: &mut Loaded) -> Checked<AlsoBought> {
    match meta.stored {
        Stored::AlsoBought => also_bought(meta, loaded),
        Stored::Shop => Err(damage(Kind::Meta, "it is a shop's file; open it as a shop")),
    }
}

fn shop(meta: &Meta, loaded: &mut Loaded) -> Checked<Engine> {
    let (Stored::Shop, Some(about)) = (meta.stored, &meta.about) else {
        return Err(damage(
            Kind::Meta,
            "it is a bare model; open it as an AlsoBought model",
        ));
    };
    let text = loaded.take_u8(Kind::ItemIdText)?;
    let ends = loaded.take_u64(Kind::ItemIdEnds)?;
    let items =
        Labels::from_parts(text, &ends).map_err(|problem| damage(Kind::ItemIdText, problem))?;
    let starts: Vec<usize> = loaded
        .take_u64(Kind::PurchaseStarts)?
        .into_iter()
        .map(|start| usize::try_from(start).unwrap_or(usize::MAX))
        .collect();
    let bought = loaded.take_u32(Kind::PurchaseItems)?;
    let rows = starts.len().saturating_sub(1);
    let refuse = |problem: Error| damage(Kind::PurchaseItems, problem.to_string());
    if starts.first() != Some(&0) || rows > crate::ids::MAX_IDS {
        return Err(damage(
            Kind::PurchaseStarts,
            "they do not lead through the purchases",
        ));
    }
    let by_row = pattern(rows, items.len(), starts, bought).map_err(refuse)?;
    let purchases = Purchases::from_pattern(meta.basis, by_row).map_err(refuse)?;
    let also_bought = also_bought(meta, loaded)?;
    let totals = |item: usize| row_of(purchases.by_item(), item).len() as u32;
    let fit = purchases.items() == also_bought.items()
        && purchases.buyers() == also_bought.buyers
        && (0..purchases.items()).all(|item| totals(item) == also_bought.totals[item]);
    if !fit {
        return Err(damage(
            Kind::ItemTotals,
            "they are not those of the purchases",
        ));
    }
    Ok(Engine {
        items,
        purchases,
        also_bought,
        about: about.clone(),
    })
}

fn also_bought(meta: &Meta, loaded: &mut Loaded) -> Checked<AlsoBought> {
    if meta.params.check().is_err() {
        return Err(damage(Kind::Meta, "a setting cannot be"));
    }
    let totals = loaded.take_u32(Kind::ItemTotals)?;
    let lists = Lists {
        starts: loaded.take_u64(Kind::ListStarts)?,
        items: loaded.take_u32(Kind::ListItems)?,
        scores: loaded.take_f32(Kind::ListScores)?,
        both: loaded.take_u32(Kind::ListBoth)?,
    };
    if totals.len() as u64 != meta.items || totals.len() > crate::ids::MAX_IDS {
        return Err(damage(Kind::ItemTotals, "there is not one an item"));
    }
    if totals.iter().any(|&total| total > meta.buyers) {
        return Err(damage(
            Kind::ItemTotals,
            "one is more than there are buyers",
        ));
    }
    check_lists(&lists, &totals, &meta.params)?;
    Ok(AlsoBought {
        params: meta.params.clone(),
        basis: meta.basis,
        buyers: meta.buyers,
        totals,
        lists,
    })
}

/// Refuses lists that no fit makes: a query relies on all of this.
fn check_lists(lists: &Lists, totals: &[u32], params: &AlsoBoughtParams) -> Checked<()> {
    let total = lists.items.len();
    let starts = &lists.starts;
    if lists.scores.len() != total || lists.both.len() != total {
        return Err(damage(Kind::ListItems, "its columns differ in length"));
    }
    let fit = starts.len() == totals.len() + 1
        && starts.first() == Some(&0)
        && starts.last() == Some(&(total as u64))
        && starts.is_sorted();
    if !fit {
        return Err(damage(
            Kind::ListStarts,
            "they do not lead through the lists",
        ));
    }
    // By item: one more than the last list it was seen in.
    let mut seen = vec![0u32; totals.len()];
    for (source, &source_total) in (0..).zip(totals) {
        let list = lists.of(source);
        if list.items.len() > params.neighbours {
            return Err(damage(Kind::ListStarts, "a list is longer than was kept"));
        }
        let mut previous: Option<(f32, u32)> = None;
        for ((&item, &score), &both) in list.items.iter().zip(list.scores).zip(list.both) {
            let target_total = totals.get(item as usize).copied().unwrap_or(0);
            let twice = match seen.get_mut(item as usize) {
                Some(last) => std::mem::replace(last, source + 1) == source + 1,
                None => true,
            };
            if twice || item == source || both == 0 || both > source_total.min(target_total) {
                return Err(damage(Kind::ListItems, "a neighbour cannot be one"));
            }
            let falls = previous
                .is_none_or(|(last, index)| last > score || (last == score && index < item));
            if !(score.is_finite() && score > 0.0 && falls) {
                return Err(damage(Kind::ListScores, "a list is not in order"));
            }
            previous = Some((score, item));
        }
    }
    Ok(())
}

fn damage(kind: Kind, problem: impl Into<String>) -> Damage {
    (format!("section `{}`", kind.name()), problem.into())
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
