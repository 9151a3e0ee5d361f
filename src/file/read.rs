//! Reading a model file: everything is checked before anything is handed out.

use super::damage::{Checked, damage};
use super::kind::Kind;
use super::layout::{
    ENTRY, Element, HASHED, HEADER, IDENTITY, MAGIC, MAJOR, MOST_SECTIONS, OPTIONAL, aligned,
};
use std::io::{self, Read};
use xxhash_rust::xxh3::Xxh3;

/// Why a file was not loaded.
pub(crate) enum Refused {
    /// It could not be read.
    Io(io::Error),
    /// The part and what is wrong with it.
    Damaged(String, String),
    /// So many bytes could not be had.
    OutOfMemory(u64),
}

impl From<io::Error> for Refused {
    fn from(problem: io::Error) -> Self {
        match problem.kind() {
            // The length was checked, so the file shrank while it was read.
            io::ErrorKind::UnexpectedEof => damaged("file", "it ends too early"),
            _ => Refused::Io(problem),
        }
    }
}

fn damaged(part: impl Into<String>, problem: impl Into<String>) -> Refused {
    Refused::Damaged(part.into(), problem.into())
}

/// The sections of a file, taken one by one.
pub(crate) struct Loaded {
    sections: Vec<(Kind, Data)>,
    /// BLAKE3 of the file's content.
    pub identity: [u8; 32],
    /// Major and minor version.
    pub version: (u16, u16),
    /// Name and bytes of each section.
    pub sizes: Vec<(&'static str, u64)>,
}

enum Data {
    U8(Vec<u8>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    F32(Vec<f32>),
}

macro_rules! take {
    ($name:ident, $variant:ident, $element:ty) => {
        /// The section of that kind; refused where the file has none.
        pub(crate) fn $name(&mut self, kind: Kind) -> Checked<Vec<$element>> {
            let at = self.sections.iter().position(|(found, _)| *found == kind);
            match at.map(|at| self.sections.swap_remove(at).1) {
                Some(Data::$variant(values)) => Ok(values),
                _ => Err(damage(kind, "the file does not have it")),
            }
        }
    };
}

impl Loaded {
    /// Whether the file has a section that nobody took yet.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.sections.iter().any(|(found, _)| *found == kind)
    }

    take!(take_u8, U8, u8);
    take!(take_u32, U32, u32);
    take!(take_u64, U64, u64);
    take!(take_f32, F32, f32);

    /// Refuses sections that nobody took: a file of one kind with parts of another.
    pub(crate) fn finish(&self) -> Checked<()> {
        match self.sections.first() {
            None => Ok(()),
            Some((kind, _)) => Err(damage(*kind, "it does not belong in a model of this kind")),
        }
    }
}

/// One line of the table, checked.
struct Entry {
    /// `None` for an optional section of a kind that this version does not know.
    kind: Option<Kind>,
    code: u32,
    offset: u64,
    length: u64,
    hash: u64,
}

impl Entry {
    fn name(&self) -> String {
        match self.kind {
            Some(kind) => format!("section `{}`", kind.name()),
            None => format!("section of kind {}", self.code),
        }
    }
}

/// Loads a file of `length` bytes.
pub(crate) fn load(from: &mut impl Read, length: u64) -> Result<Loaded, Refused> {
    if length < (HEADER + IDENTITY) as u64 {
        return Err(damaged(
            "file",
            format!("it has {length} bytes, fewer than any model"),
        ));
    }
    let mut header = [0u8; HEADER];
    from.read_exact(&mut header)?;
    let (count, version) = check_header(&header, length)?;
    let mut table = vec![0u8; count * ENTRY];
    from.read_exact(&mut table)?;
    let mut hash = Xxh3::new();
    hash.update(&header[..HASHED]);
    hash.update(&table);
    if hash.digest() != u64_at(&header, HASHED) {
        return Err(damaged("header", "its checksum does not fit"));
    }
    let entries = check_table(&table, length)?;

    let mut whole = blake3::Hasher::new();
    whole.update(&header);
    whole.update(&table);
    let mut at = (HEADER + table.len()) as u64;
    let mut sections = Vec::with_capacity(entries.len());
    for entry in &entries {
        let mut gap = [0u8; super::layout::ALIGN as usize];
        let gap = &mut gap[..(entry.offset - at) as usize];
        from.read_exact(gap)?;
        if gap.iter().any(|&byte| byte != 0) {
            return Err(damaged(entry.name(), "the bytes before it are not zero"));
        }
        whole.update(gap);
        at = entry.offset + entry.length;
        match entry.kind {
            Some(kind) => sections.push((kind, read_section(from, kind, entry, &mut whole)?)),
            None => pass_section(from, entry, &mut whole)?,
        }
    }
    let mut identity = [0u8; IDENTITY];
    from.read_exact(&mut identity)?;
    if from.read(&mut [0])? != 0 {
        return Err(damaged("file", "it goes on behind its end"));
    }
    if *whole.finalize().as_bytes() != identity {
        return Err(damaged("identity", "it does not fit the file's content"));
    }
    Ok(Loaded {
        sections,
        identity,
        version,
        sizes: entries
            .iter()
            .map(|entry| (entry.kind.map_or("unknown", Kind::name), entry.length))
            .collect(),
    })
}

/// The number of sections and the version.
fn check_header(header: &[u8; HEADER], length: u64) -> Result<(usize, (u16, u16)), Refused> {
    if header[..8] != MAGIC {
        return Err(damaged("header", "it does not start as a cobuy model does"));
    }
    let (major, minor) = (u16_at(header, 8), u16_at(header, 10));
    if major != MAJOR {
        return Err(damaged(
            "header",
            format!(
                "the file has format {major}.{minor}, and this version reads {MAJOR}.x: {}",
                if major > MAJOR {
                    "a newer cobuy wrote it"
                } else {
                    "fit the shop anew"
                }
            ),
        ));
    }
    let count = u32_at(header, 12) as usize;
    if count == 0 || count > MOST_SECTIONS {
        return Err(damaged("header", format!("{count} sections cannot be")));
    }
    let told = u64_at(header, 16);
    if told != length {
        return Err(damaged(
            "header",
            format!("the file has {length} bytes, but should have {told}"),
        ));
    }
    if header[24..HASHED].iter().any(|&byte| byte != 0) {
        return Err(damaged("header", "its unused bytes are not zero"));
    }
    if length < (HEADER + count * ENTRY + IDENTITY) as u64 {
        return Err(damaged("header", "the table does not fit into the file"));
    }
    Ok((count, (major, minor)))
}

/// The table's entries, where they fill the file without a hole or an overlap.
fn check_table(table: &[u8], length: u64) -> Result<Vec<Entry>, Refused> {
    let mut entries: Vec<Entry> = Vec::with_capacity(table.len() / ENTRY);
    let mut end = Some((HEADER + table.len()) as u64);
    for (row, bytes) in table.chunks_exact(ENTRY).enumerate() {
        let refuse = |problem: &str| Err(damaged(format!("table, row {}", row + 1), problem));
        let (code, flags) = (u32_at(bytes, 0), u16_at(bytes, 6));
        let kind = Kind::from_code(code);
        if kind.is_none() && flags != OPTIONAL {
            return refuse("a section of unknown kind; a newer cobuy may have written it");
        }
        if entries.iter().any(|entry| entry.code == code) {
            return refuse("a section stands in it twice");
        }
        let (offset, bytes_long) = (u64_at(bytes, 8), u64_at(bytes, 16));
        let fits = |kind: Kind| {
            let element = kind.element();
            u16_at(bytes, 4) == element.code()
                && flags == 0
                && u64_at(bytes, 32).checked_mul(element.bytes()) == Some(bytes_long)
        };
        if !kind.is_none_or(fits) || u64_at(bytes, 40) != 0 {
            return refuse("type and length do not fit together");
        }
        if end.and_then(aligned) != Some(offset) {
            return refuse("the section does not follow the one before");
        }
        end = offset.checked_add(bytes_long);
        entries.push(Entry {
            code,
            kind,
            offset,
            length: bytes_long,
            hash: u64_at(bytes, 24),
        });
    }
    match end.and_then(|end| end.checked_add(IDENTITY as u64)) {
        Some(end) if end == length => Ok(entries),
        _ => Err(damaged("table", "the sections do not fill the file")),
    }
}

/// Reads an unknown section past, checking it all the same.
fn pass_section(
    from: &mut impl Read,
    entry: &Entry,
    whole: &mut blake3::Hasher,
) -> Result<(), Refused> {
    let mut hash = Xxh3::new();
    let mut left = entry.length;
    let mut piece = [0u8; 4096];
    while left > 0 {
        let length = left.min(piece.len() as u64) as usize;
        from.read_exact(&mut piece[..length])?;
        hash.update(&piece[..length]);
        whole.update(&piece[..length]);
        left -= length as u64;
    }
    match hash.digest() == entry.hash {
        true => Ok(()),
        false => Err(damaged(entry.name(), "its checksum does not fit")),
    }
}

fn read_section(
    from: &mut impl Read,
    kind: Kind,
    entry: &Entry,
    whole: &mut blake3::Hasher,
) -> Result<Data, Refused> {
    let count = (entry.length / kind.element().bytes()) as usize;
    let mut sum = Xxh3::new();
    let mut hash = |bytes: &[u8]| {
        sum.update(bytes);
        whole.update(bytes);
    };
    let data = match kind.element() {
        Element::U8 => Data::U8(read_elements(from, count, &mut hash)?),
        Element::U32 => Data::U32(read_elements(from, count, &mut hash)?),
        Element::U64 => Data::U64(read_elements(from, count, &mut hash)?),
        Element::F32 => Data::F32(read_elements(from, count, &mut hash)?),
    };
    if sum.digest() != entry.hash {
        return Err(damaged(entry.name(), "its checksum does not fit"));
    }
    Ok(data)
}

/// Reads `count` elements, which the table has shown to be in the file, and hands their bytes to `hash`, in
/// order.
fn read_elements<T: bytemuck::Pod>(
    from: &mut impl Read,
    count: usize,
    hash: &mut (impl FnMut(&[u8]) + Send),
) -> Result<Vec<T>, Refused> {
    /// Of so many bytes, reading and hashing are worth a thread each.
    const LARGE: usize = 1 << 22;
    const PIECE: usize = 1 << 18;
    let mut values: Vec<T> = Vec::new();
    values
        .try_reserve_exact(count)
        .map_err(|_| Refused::OutOfMemory((count * size_of::<T>()) as u64))?;
    values.resize(count, T::zeroed());
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut values);
    if bytes.len() < LARGE {
        from.read_exact(bytes)?;
        hash(bytes);
        return Ok(values);
    }
    let pieces = bytes.chunks_mut(PIECE);
    let hashed = std::thread::scope(|scope| {
        let (read, was_read) = std::sync::mpsc::channel::<&[u8]>();
        let hash = &mut *hash;
        let thread = std::thread::Builder::new()
            .name("cobuy-hash".to_owned())
            .spawn_scoped(scope, move || was_read.iter().for_each(hash));
        for piece in pieces {
            from.read_exact(piece)?;
            // Nobody listens where no thread was to be had.
            let _ = read.send(piece);
        }
        Ok::<bool, Refused>(thread.is_ok())
    })?;
    if !hashed {
        hash(bytemuck::cast_slice(&values));
    }
    Ok(values)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
