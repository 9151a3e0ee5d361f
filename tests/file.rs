//! Model files that are damaged, foreign or hostile: they are refused, or they answer; nothing
//! panics, and opening one never asks for more memory than the file itself is long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(unsafe_code)] // an allocator is unsafe by its trait; this one only counts

mod random;

use cobuy::engine::Stored;
use cobuy::{
    AlsoBought, Basis, Engine, Error, Filter, History, Instant, Kept, Measure, OrderLine, Result,
    Settings, TableName, Tables, TextRows, Watch, inspect,
};
use random::Random;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// The system's allocator, which notes the largest allocation that a thread asks for.
struct Noting;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn note(bytes: usize) {
    // A thread that is ending has no cell left, and nobody to tell.
    let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(bytes)));
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Noting = Noting;

/// What `work` returns, and the largest allocation it asked for on this thread.
fn noting<T>(work: impl FnOnce() -> T) -> (T, usize) {
    LARGEST.set(0);
    let done = work();
    (done, LARGEST.get())
}

#[test]
fn an_allocation_is_noted_even_where_it_is_not_to_be_had() {
    let (vector, largest) = noting(|| vec![0u8; 1 << 20]);
    assert_eq!(largest, vector.len());
    let (refused, largest) = noting(|| Vec::<u8>::new().try_reserve_exact(1 << 60));
    assert!(refused.is_err());
    assert_eq!(largest, 1 << 60);
}

/// A small shop in which every section of a file has something.
fn shop() -> Engine {
    let baskets = [
        ("1", "ann", "tea cup"),
        ("2", "bo", "tea cup été"),
        ("3", "cy", "tea pot"),
        ("4", "ann", "été"),
        ("5", "di", "cup pot 10"),
        ("6", "ed", "pot tea cup"),
    ];
    let lines = baskets.iter().flat_map(|&(order, customer, items)| {
        let line = move |item| OrderLine::new(order, customer, item).ordered_at(Instant(1));
        items.split(' ').map(line)
    });
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let params = AlsoBought::params().measure(Measure::Lift).neighbours(3);
    Engine::builder(&history).also_bought(params).fit().unwrap()
}

/// The rows of a text without quotes.
fn rows(text: &'static str) -> TextRows<'static> {
    let mut lines = text.lines();
    let names = lines.next().unwrap().split(',');
    TextRows::new(names, lines.map(|line| line.split(',').map(Some)))
}

/// A shop that tells all its tables, learnt from orders that fade with time, variants as one.
fn rich_shop() -> Engine {
    let orders = "order_id,customer_id,item_id,price,ordered_at,status,note\n\
                  1,ann,tea,2.5,2024-01-01,paid,a\n1,ann,cup,4,2024-01-01,paid,\n\
                  2,bo,tea,2.5,2024-02-01,paid,b\n2,bo,mug,5,2024-02-01,paid,\n\
                  3,,pot,9,2024-03-01,paid,\n3,,tea,2.5,2024-03-01,paid,\n4,cy,pot,9,,new,\n";
    let items = "item_id,name,category,group,price,stock,colour\n\
                 tea,Green tea,drinks/hot,,2.5,10,green\ncup,Cup,kitchen,c,4,3,\n\
                 mug,Mug,kitchen,c,5,0,red\nspoon,Spoon,kitchen,,1,7,\n";
    let customers = "customer_id,age\nann,30\nzed,40\n";
    let events =
        "customer_id,kind,at,item_id,query\nann,view,2024-04-01,pot,\nbo,search,2024-04-02,,mugs\n";
    let spend = "channel,from,to,amount\nweb,2024-01-01,2024-01-31,100\n";
    let settings = Settings {
        ignore: vec!["spoon".to_owned()],
        groups: [("pots".to_owned(), vec!["pot".to_owned()])].into(),
        ..Settings::default()
    };
    let mut tables = Tables::new(settings);
    for (table, text) in [
        (TableName::Orders, orders),
        (TableName::Items, items),
        (TableName::Customers, customers),
        (TableName::Events, events),
        (TableName::Spend, spend),
    ] {
        tables = tables.read(table, rows(text)).unwrap();
    }
    let history = tables.history().unwrap();
    let params = AlsoBought::params().half_life(30.0).neighbours(3);
    let builder = Engine::builder(&history).also_bought(params);
    builder.basis(Basis::Order).by_group(true).fit().unwrap()
}

/// A shop whose lists say what was bought within days after an item.
fn after_shop() -> Engine {
    let bought = [
        ("1", "ann", "tea", 1),
        ("2", "ann", "cup", 3),
        ("3", "bo", "tea", 2),
        ("4", "bo", "cup", 90),
    ];
    let day = |day: i64| Instant(day * 86_400_000_000);
    let lines =
        bought.map(|(order, who, item, at)| OrderLine::new(order, who, item).ordered_at(day(at)));
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let params = AlsoBought::params()
        .measure(Measure::Lift)
        .within_days(7.0)
        .neighbours(3);
    Engine::builder(&history).also_bought(params).fit().unwrap()
}

/// What a file held.
enum Model {
    Shop(Box<Engine>),
    Bare(Box<AlsoBought>),
}

impl Model {
    /// Asks all there is to ask: nothing may panic.
    fn answer_everything(&self) {
        let model = match self {
            Model::Shop(engine) => {
                ask_shop(engine);
                engine.model()
            }
            Model::Bare(model) => model,
        };
        let all: Vec<u32> = (0..model.items() as u32).collect();
        for n in [1, 3, usize::MAX] {
            let filter = Filter::all()
                .exclude(&all[..all.len().min(1)], all.len())
                .unwrap();
            model.similar_rows(&all, n, &filter).unwrap();
            model.recommend(&all, n, &filter, n == 1).unwrap();
        }
        let again = AlsoBought::from_bytes(&model.to_bytes().unwrap()).unwrap();
        assert_eq!(again.lists(), model.lists());
        assert_eq!(again.settings(), model.settings());
    }
}

fn ask_shop(engine: &Engine) {
    let ids: Vec<&str> = engine.items().iter().collect();
    let first = ids.first().copied();
    for id in &ids {
        for n in [1, 3, usize::MAX] {
            let told = engine
                .also_bought(*id)
                .n(n)
                .exclude(first)
                .suggest()
                .unwrap();
            assert!(told.items.len() == n || told.short_reason.is_some());
            let only = engine.also_bought(*id).n(n).only(first).suggest().unwrap();
            for suggestion in told.items.iter().chain(&only.items) {
                assert!(!suggestion.reason.to_string().is_empty());
            }
        }
    }
    assert_eq!(engine.all_also_bought(None).unwrap().count(), ids.len());
    for customer in engine.customers().iter().chain(["nobody"]) {
        for n in [1, 3, usize::MAX] {
            let told = engine
                .for_customer(customer)
                .n(n)
                .exclude(first)
                .suggest()
                .unwrap();
            assert!(told.items.len() == n || told.short_reason.is_some());
        }
        for id in &ids {
            let why = engine.for_customer(customer).n(1).explain(id).unwrap();
            assert!(why.kept_out.is_some() != why.rank.is_some(), "{why:?}");
        }
    }
    let popular = engine.popular(None).n(ids.len()).suggest().unwrap();
    engine
        .page([engine.for_basket(ids.clone()), engine.popular(None)])
        .unwrap();
    assert!(popular.items.len() <= ids.len());
    // Tables that hang together were read well, whether or not they make a history again.
    let _ = engine.history(Watch::new());
    let model = engine.model();
    let (items, _) = model
        .recommend_rows(engine.purchases(), 5, &Filter::all(), false, Watch::new())
        .unwrap();
    assert_eq!(items.nrows(), engine.purchases().rows());
    assert!(engine.about().as_of >= engine.about().span.map(|(_, last)| last));
}

/// A file to damage, and how it is opened.
struct Specimen {
    name: &'static str,
    bytes: Vec<u8>,
    open: fn(&Path, &[u8]) -> Result<Model>,
    /// What opening may ask for in one piece besides the file's length: buffers and messages.
    headroom: usize,
}

fn specimens() -> [Specimen; 5] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.cobuy");
    let shop_of = |name, engine: Engine| {
        engine.save(&path).unwrap();
        Specimen {
            name,
            bytes: fs::read(&path).unwrap(),
            open: |path, _| Engine::open(path).map(Box::new).map(Model::Shop),
            // A sequence whose length lies is given room for up to a mebibyte before it is read.
            headroom: 1100 << 10,
        }
    };
    let bare = |name, engine: &Engine| Specimen {
        name,
        bytes: engine.model().to_bytes().unwrap(),
        open: |_, bytes| AlsoBought::from_bytes(bytes).map(Box::new).map(Model::Bare),
        headroom: 68 << 10,
    };
    [
        shop_of("shop", shop()),
        bare("bare model", &shop()),
        shop_of("rich shop", rich_shop()),
        shop_of("shop of what follows", after_shop()),
        bare("bare model of what follows", &after_shop()),
    ]
}

/// Writes a file in place: emptying it first makes some file systems wait for the disk.
fn overwrite(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .unwrap();
    file.write_all(bytes).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
}

impl Specimen {
    /// Opens these bytes in place of the specimen's own, with an eye on memory and panics.
    fn open(&self, folder: &Path, bytes: &[u8], case: &str) -> Result<Model> {
        let path = folder.join("damaged.cobuy");
        overwrite(&path, bytes);
        let open = AssertUnwindSafe(|| (self.open)(&path, bytes));
        let (opened, largest) = noting(|| catch_unwind(open));
        let limit = bytes.len() + self.headroom;
        assert!(
            largest <= limit,
            "{} {case}: {largest} bytes in one piece",
            self.name
        );
        opened.unwrap_or_else(|_| panic!("opening the {} panicked: {case}", self.name))
    }

    /// Opens these bytes, which must be refused as a model file.
    fn refuse(&self, folder: &Path, bytes: &[u8], case: &str) {
        match self.open(folder, bytes, case) {
            Err(Error::ModelFile { .. }) => {}
            Err(other) => panic!("{} {case}: {other}", self.name),
            Ok(_) => panic!("{} {case}: it opened", self.name),
        }
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let mut bytes = specimen.bytes.clone();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            specimen.refuse(folder.path(), &bytes, &format!("with bit {bit} flipped"));
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(specimen.open(folder.path(), &bytes, "undamaged").is_ok());
    }
}

#[test]
fn every_truncation_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        for length in 0..specimen.bytes.len() {
            let case = format!("cut to {length} bytes");
            specimen.refuse(folder.path(), &specimen.bytes[..length], &case);
        }
    }
}

#[test]
fn every_tail_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let mut bytes = specimen.bytes.clone();
        for zeros in 1..=4096 {
            bytes.push(0);
            specimen.refuse(folder.path(), &bytes, &format!("with {zeros} zeros behind"));
        }
        let mut dice = Random(7);
        for _ in 0..500 {
            let tail: Vec<u8> = (0..=dice.below(200))
                .map(|_| dice.below(256) as u8)
                .collect();
            let bytes = [&specimen.bytes[..], &tail].concat();
            specimen.refuse(folder.path(), &bytes, &format!("with {tail:?} behind"));
        }
    }
}

impl Random {
    /// A number that breaks things, or a small one.
    fn hostile(&mut self, length: usize) -> u64 {
        let numbers = hostile_numbers(length);
        match self.below(numbers.len() + 4) {
            at if at < numbers.len() => numbers[at],
            _ => self.below(12) as u64,
        }
    }
}

/// What offsets, lengths and counts lie with.
fn hostile_numbers(length: usize) -> [u64; 13] {
    let floats = [f32::INFINITY, f32::NAN].map(|float| u64::from(float.to_bits()));
    [
        0,
        1,
        63,
        64,
        (1 << 31) - 1,
        (1 << 32) - 1,
        1 << 40,
        1 << 63,
        u64::MAX - 63,
        u64::MAX,
        length as u64,
        floats[0],
        floats[1],
    ]
}

// The layout, as the documentation of `cobuy::file` has it.
const HEADER: usize = 64;
const ENTRY: usize = 48;
const IDENTITY: usize = 32;

fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let mut eight = [0; 8];
    eight[..width].copy_from_slice(&bytes[at..at + width]);
    u64::from_le_bytes(eight)
}

fn put(bytes: &mut [u8], at: usize, width: usize, number: u64) {
    bytes[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
}

/// Makes every checksum of a file right again, as far as its table can be followed.
fn rehash(bytes: &mut [u8]) {
    let body = bytes.len() - IDENTITY;
    let sections = (number(bytes, 12, 4) as usize).min((body - HEADER) / ENTRY);
    for entry in (0..sections).map(|section| HEADER + section * ENTRY) {
        let (start, length) = (number(bytes, entry + 8, 8), number(bytes, entry + 16, 8));
        if let Some(end) = start.checked_add(length).filter(|&end| end <= body as u64) {
            let hash = xxh3_64(&bytes[start as usize..end as usize]);
            put(bytes, entry + 24, 8, hash);
        }
    }
    rehash_header(bytes, sections);
}

/// Makes the checksums of the header and of the whole file right again.
fn rehash_header(bytes: &mut [u8], sections: usize) {
    let table = &bytes[HEADER..HEADER + sections * ENTRY];
    let hash = xxh3_64(&[&bytes[..56], table].concat());
    put(bytes, 56, 8, hash);
    rehash_whole(bytes);
}

/// Makes the identity of the whole file right again.
fn rehash_whole(bytes: &mut [u8]) {
    let body = bytes.len() - IDENTITY;
    let identity = *blake3::hash(&bytes[..body]).as_bytes();
    bytes[body..].copy_from_slice(&identity);
}

#[derive(Clone)]
struct Section {
    kind: u32,
    element: u16,
    flags: u16,
    bytes: Vec<u8>,
}

impl Section {
    fn width(&self) -> usize {
        match self.element {
            1 => 1,
            2 | 4 => 4,
            _ => 8,
        }
    }
}

fn sections_of(file: &[u8]) -> Vec<Section> {
    let entries = (0..number(file, 12, 4) as usize).map(|section| HEADER + section * ENTRY);
    let section = |entry| {
        let start = number(file, entry + 8, 8) as usize;
        let length = number(file, entry + 16, 8) as usize;
        Section {
            kind: number(file, entry, 4) as u32,
            element: number(file, entry + 4, 2) as u16,
            flags: number(file, entry + 6, 2) as u16,
            bytes: file[start..start + length].to_vec(),
        }
    };
    entries.map(section).collect()
}

/// The file of these sections, every checksum and length right.
fn file_of(sections: &[Section]) -> Vec<u8> {
    let mut file = b"\x89CBY\r\n\x1a\n\x01\x00\x00\x00".to_vec();
    // Sections up to 10 are those of format 1.0, and the rows of customers came with 1.2.
    let since = sections.iter().map(|section| match section.kind {
        0..=10 => 0,
        CUSTOMER_ROWS => 2,
        _ => 1,
    });
    file[10] = since.max().unwrap_or(0);
    file.resize(HEADER + sections.len() * ENTRY, 0);
    put(&mut file, 12, 4, sections.len() as u64);
    for (section, at) in sections.iter().zip(0..) {
        file.resize(file.len().next_multiple_of(64), 0);
        let (entry, start) = (HEADER + at * ENTRY, file.len() as u64);
        let length = section.bytes.len();
        let fields = [start, length as u64, 0, (length / section.width()) as u64];
        put(&mut file, entry, 4, u64::from(section.kind));
        put(&mut file, entry + 4, 2, u64::from(section.element));
        put(&mut file, entry + 6, 2, u64::from(section.flags));
        for (field, value) in fields.into_iter().enumerate() {
            put(&mut file, entry + 8 + field * 8, 8, value);
        }
        file.extend(&section.bytes);
    }
    file.resize(file.len() + IDENTITY, 0);
    let length = file.len() as u64;
    put(&mut file, 16, 8, length);
    rehash(&mut file);
    file
}

#[test]
fn a_file_is_laid_out_as_documented() {
    for specimen in specimens() {
        assert!(
            file_of(&sections_of(&specimen.bytes)) == specimen.bytes,
            "{}",
            specimen.name
        );
    }
}

/// Where the numbers of header and table stand, and how wide they are.
fn fields(sections: usize) -> Vec<(usize, usize)> {
    let mut fields = vec![
        (8, 2),
        (10, 2),
        (12, 4),
        (16, 8),
        (24, 8),
        (32, 8),
        (40, 8),
        (48, 8),
    ];
    for entry in (0..sections).map(|section| HEADER + section * ENTRY) {
        fields.extend([(entry, 4), (entry + 4, 2), (entry + 6, 2)]);
        fields.extend([8, 16, 24, 32, 40].map(|field| (entry + field, 8)));
    }
    fields
}

#[test]
fn a_header_or_table_that_lies_is_refused_whatever_its_checksum() {
    const MINOR_VERSION: usize = 10;
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let sections = number(&specimen.bytes, 12, 4) as usize;
        for (at, width) in fields(sections) {
            for value in hostile_numbers(specimen.bytes.len()) {
                let mut bytes = specimen.bytes.clone();
                put(&mut bytes, at, width, value);
                if bytes == specimen.bytes {
                    continue;
                }
                let told = (number(&bytes, 12, 4) as usize).min((bytes.len() - 96) / ENTRY);
                rehash_header(&mut bytes, told);
                let case = format!("with {value} at byte {at}");
                match at {
                    // A later minor version is read where every section is known.
                    MINOR_VERSION => assert!(specimen.open(folder.path(), &bytes, &case).is_ok()),
                    _ => specimen.refuse(folder.path(), &bytes, &case),
                }
            }
        }
    }
}

/// Opens a hostile file and, where that succeeds, asks it everything. Whether it did.
fn opens_and_answers(specimen: &Specimen, folder: &Path, bytes: &[u8], case: &str) -> bool {
    let opened = specimen.open(folder, bytes, case);
    let inspected = inspect(folder.join("damaged.cobuy"));
    assert_eq!(
        opened.is_ok(),
        inspected.is_ok(),
        "{} {case}",
        specimen.name
    );
    match opened {
        Ok(model) => {
            let ask = AssertUnwindSafe(|| model.answer_everything());
            assert!(
                catch_unwind(ask).is_ok(),
                "asking the {} panicked: {case}",
                specimen.name
            );
            true
        }
        Err(Error::ModelFile { .. }) => false,
        Err(other) => panic!("{} {case}: {other}", specimen.name),
    }
}

#[test]
fn bytes_changed_behind_right_checksums_are_refused_or_answer() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let mut dice = Random(1);
        let mut opened = 0;
        for case in 0..5000 {
            let mut bytes = specimen.bytes.clone();
            for _ in 0..=dice.below(3) {
                let at = dice.below(bytes.len() - IDENTITY);
                bytes[at] = dice.below(256) as u8;
            }
            rehash(&mut bytes);
            let case = format!("in case {case}");
            opened += usize::from(opens_and_answers(&specimen, folder.path(), &bytes, &case));
        }
        assert!(opened > 10, "only {opened} cases were worth asking");
    }
}

#[test]
fn sections_changed_behind_right_checksums_are_refused_or_answer() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let mut dice = Random(2);
        let mut opened = 0;
        for case in 0..8000 {
            let mut sections = sections_of(&specimen.bytes);
            let mut changes = Vec::new();
            for _ in 0..=dice.below(3) {
                changes.push(change(&mut sections, &mut dice, specimen.bytes.len()));
            }
            let case = format!("in case {case}: {changes:?}");
            let bytes = file_of(&sections);
            opened += usize::from(opens_and_answers(&specimen, folder.path(), &bytes, &case));
        }
        assert!(opened > 10, "only {opened} cases were worth asking");
    }
}

#[test]
fn a_byte_between_sections_that_is_not_zero_is_refused_whatever_its_checksums() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let sections = sections_of(&specimen.bytes).len();
        let mut used = vec![false; specimen.bytes.len()];
        used[..HEADER + sections * ENTRY].fill(true);
        for entry in (0..sections).map(|section| HEADER + section * ENTRY) {
            let start = number(&specimen.bytes, entry + 8, 8) as usize;
            let length = number(&specimen.bytes, entry + 16, 8) as usize;
            used[start..start + length].fill(true);
        }
        let body = specimen.bytes.len() - IDENTITY;
        let unused: Vec<usize> = (0..body).filter(|&at| !used[at]).collect();
        assert!(unused.len() > 100);
        for at in unused {
            let mut bytes = specimen.bytes.clone();
            bytes[at] = 1;
            rehash(&mut bytes);
            specimen.refuse(folder.path(), &bytes, &format!("with a one at byte {at}"));
        }
    }
}

#[test]
fn a_wrong_checksum_is_named_though_all_others_are_right() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let body = specimen.bytes.len() - IDENTITY;
        let first_of_section = HEADER + 24;
        for (at, part) in [
            (56, "header"),
            (first_of_section, "section"),
            (body, "identity"),
        ] {
            let mut bytes = specimen.bytes.clone();
            bytes[at] ^= 1;
            let sections = number(&bytes, 12, 4) as usize;
            match at {
                _ if at == first_of_section => rehash_header(&mut bytes, sections),
                _ if at < body => rehash_whole(&mut bytes),
                _ => {}
            }
            let problem = specimen
                .open(folder.path(), &bytes, part)
                .err()
                .unwrap()
                .to_string();
            let end = format!("can open: {part}");
            assert!(
                problem.contains(&end) && problem.contains("not fit"),
                "{problem}"
            );
        }
    }
}

#[test]
fn a_section_that_claims_more_than_the_file_holds_is_refused_before_memory_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let sections = sections_of(&specimen.bytes);
        for (section, at) in sections.iter().zip(0..) {
            for elements in [1 << 20, 1 << 31, 1 << 40, 1 << 60, u64::MAX] {
                let mut bytes = specimen.bytes.clone();
                let entry = HEADER + at * ENTRY;
                put(
                    &mut bytes,
                    entry + 16,
                    8,
                    elements.wrapping_mul(section.width() as u64),
                );
                put(&mut bytes, entry + 32, 8, elements);
                rehash_header(&mut bytes, sections.len());
                let case = format!("with {elements} elements in section {}", section.kind);
                specimen.refuse(folder.path(), &bytes, &case);
            }
        }
    }
}

#[test]
fn opening_asks_for_no_more_in_one_piece_than_the_file_is_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.cobuy");
    let ids: Vec<String> = (0..300).map(|item| format!("item {item}")).collect();
    let lines = (0..6000usize).map(|line| {
        let (customer, item) = (line % 90, (line * 7 + line / 90) % 300);
        OrderLine::new(
            customer.to_string(),
            customer.to_string(),
            ids[item].as_str(),
        )
    });
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let params = AlsoBought::params().neighbours(200);
    Engine::builder(&history)
        .also_bought(params)
        .fit()
        .unwrap()
        .save(&path)
        .unwrap();
    let length = fs::metadata(&path).unwrap().len() as usize;
    assert!(length > 300_000, "{length} bytes are not large");
    let (opened, largest) = noting(|| Engine::open(&path));
    assert!(opened.is_ok());
    assert!(
        largest <= length,
        "{largest} bytes in one piece for a file of {length}"
    );
}

// The kinds of sections.
const META: u32 = 1;
const ID_TEXT: u32 = 2;
const ID_ENDS: u32 = 3;
const PURCHASE_STARTS: u32 = 4;
const PURCHASES: u32 = 5;
const TOTALS: u32 = 6;
const LIST_STARTS: u32 = 7;
const LIST_ITEMS: u32 = 8;
const LIST_SCORES: u32 = 9;
const LIST_COUNTS: u32 = 10;
const ITEM_ROWS: u32 = 20;
const CUSTOMER_ROWS: u32 = 21;

/// The sections with element `element` of section `kind` set to `value`.
fn with(sections: &[Section], kind: u32, element: usize, value: u64) -> Vec<Section> {
    let mut sections = sections.to_vec();
    let section = sections
        .iter_mut()
        .find(|section| section.kind == kind)
        .unwrap();
    let width = section.width();
    put(&mut section.bytes, element * width, width, value);
    sections
}

fn bits(score: f32) -> u64 {
    u64::from(score.to_bits())
}

#[test]
fn lists_that_no_fit_makes_are_refused_behind_right_checksums() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens().into_iter().take(2) {
        let sections = sections_of(&specimen.bytes);
        // Item 0 is `10`, bought by one: its list is `pot`, then `cup`.
        for (kind, element, value, lie, part) in [
            (LIST_ITEMS, 0, 0, "a neighbour of itself", "list items"),
            (LIST_ITEMS, 0, 5, "a neighbour past the items", "list items"),
            (
                LIST_SCORES,
                0,
                bits(f32::NAN),
                "a score of NaN",
                "list scores",
            ),
            (
                LIST_SCORES,
                0,
                bits(f32::INFINITY),
                "an infinite score",
                "list scores",
            ),
            (LIST_SCORES, 1, bits(0.0), "a score of zero", "list scores"),
            (
                LIST_SCORES,
                1,
                bits(-1.0),
                "a negative score",
                "list scores",
            ),
            (
                LIST_SCORES,
                0,
                bits(0.001),
                "scores that rise",
                "list scores",
            ),
            (LIST_COUNTS, 0, 0, "a neighbour never met", "list items"),
            (
                LIST_COUNTS,
                0,
                2,
                "one met oftener than bought",
                "list items",
            ),
            (LIST_STARTS, 0, 1, "lists that start late", "list starts"),
            (LIST_STARTS, 1, 9, "lists that go back", "list starts"),
            (LIST_STARTS, 5, 12, "lists that end early", "list starts"),
            (
                TOTALS,
                0,
                6,
                "more buyers of one item than of all",
                "item totals",
            ),
        ] {
            let bytes = file_of(&with(&sections, kind, element, value));
            let problem = specimen.open(folder.path(), &bytes, lie).err();
            let problem = problem.map_or_else(|| "it opened".to_owned(), |it| it.to_string());
            assert!(
                problem.contains(&format!("section `{part}`")),
                "{lie}: {problem}"
            );
        }
    }
}

#[test]
fn a_list_that_names_a_neighbour_twice_is_refused_behind_right_checksums() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens().into_iter().take(2) {
        let sections = sections_of(&specimen.bytes);
        // Item 0, `10`, has the neighbours `pot` and `cup`; now it has `pot` and `pot`.
        let bytes = file_of(&with(&sections, LIST_ITEMS, 1, 2));
        specimen.refuse(folder.path(), &bytes, "with a neighbour twice");
    }
}

#[test]
fn a_shop_that_no_fit_makes_is_refused_behind_right_checksums() {
    let folder = tempfile::tempdir().unwrap();
    let [shop, ..] = specimens();
    let sections = sections_of(&shop.bytes);
    // The ids are `10`, `cup`, `pot`, `tea`, `été`; the first row, ann's, holds `cup`, `tea`, `été`.
    let cup_twice = (5..8)
        .zip(*b"cup")
        .fold(sections.clone(), |sections, (at, letter)| {
            with(&sections, ID_TEXT, at, u64::from(letter))
        });
    let later: Vec<Section> = (0..6).fold(sections.clone(), |sections, row| {
        let starts = sections
            .iter()
            .find(|section| section.kind == PURCHASE_STARTS);
        let start = number(&starts.unwrap().bytes, row * 8, 8);
        with(&sections, PURCHASE_STARTS, row, start + 5)
    });
    for (lying, lie, part) in [
        (
            with(&sections, ID_TEXT, 0, 0xff),
            "an id that is no text",
            "item ids",
        ),
        (
            with(&sections, ID_TEXT, 0, u64::from(b'z')),
            "ids out of order",
            "item ids",
        ),
        (
            with(&sections, ID_TEXT, 5, u64::from(b'c')),
            "ids out of order",
            "item ids",
        ),
        (
            with(&sections, ID_ENDS, 4, 11),
            "ids that end early",
            "item ids",
        ),
        (
            with(&sections, ID_ENDS, 3, 12),
            "an id that ends within a letter",
            "item ids",
        ),
        (
            with(&sections, ID_ENDS, 1, 1),
            "ids that go back",
            "item ids",
        ),
        (
            with(&sections, PURCHASES, 0, 5),
            "an item past the items",
            "purchases",
        ),
        (
            with(&sections, PURCHASES, 0, 4),
            "items out of order",
            "purchases",
        ),
        (
            with(&sections, PURCHASES, 0, 0),
            "other purchases than the totals say",
            "item totals",
        ),
        (
            with(&sections, PURCHASE_STARTS, 1, 9),
            "rows that go back",
            "purchase",
        ),
        (
            with(&sections, PURCHASE_STARTS, 5, 12),
            "rows that end early",
            "purchase",
        ),
        (cup_twice, "an id twice", "item ids"),
        (later, "rows that all start late", "purchase"),
    ] {
        let problem = shop.open(folder.path(), &file_of(&lying), lie).err();
        let problem = problem.map_or_else(|| "it opened".to_owned(), |it| it.to_string());
        assert!(
            problem.contains(&format!("section `{part}")),
            "{lie}: {problem}"
        );
    }
}

/// The sections with `change` done to the bytes of section `kind`.
fn changed(sections: &[Section], kind: u32, change: impl FnOnce(&mut Vec<u8>)) -> Vec<Section> {
    let mut sections = sections.to_vec();
    let mut found = sections.iter_mut().filter(|section| section.kind == kind);
    change(&mut found.next().unwrap().bytes);
    sections
}

#[test]
fn rows_of_tables_that_no_fit_makes_are_refused_behind_right_checksums() {
    let folder = tempfile::tempdir().unwrap();
    let [shop, _, rich, ..] = specimens();
    let sections = sections_of(&rich.bytes);
    // Told are four of five items, `cup`, `mug`, `spoon`, `tea`, and two of four customers, `ann`, `zed`.
    for (kind, past, part) in [
        (ITEM_ROWS, 5, "item rows"),
        (CUSTOMER_ROWS, 4, "customer rows"),
    ] {
        let first = &sections
            .iter()
            .find(|section| section.kind == kind)
            .unwrap()
            .bytes;
        let (first, last) = (number(first, 0, 4), first.len() / 4 - 1);
        for (lying, lie) in [
            (with(&sections, kind, last, past), "an id past the ids"),
            (with(&sections, kind, last, first), "rows that go back"),
            (with(&sections, kind, 1, first), "an id twice"),
            (
                changed(&sections, kind, |rows| rows.truncate(4)),
                "a row too few",
            ),
            (
                changed(&sections, kind, |rows| rows.extend([9, 0, 0, 0])),
                "a row too many",
            ),
            (changed(&sections, kind, Vec::clear), "no rows"),
        ] {
            let problem = rich.open(folder.path(), &file_of(&lying), lie).err();
            let problem = problem.map_or_else(|| "it opened".to_owned(), |it| it.to_string());
            assert!(
                problem.contains(&format!("section `{part}`")),
                "{lie}: {problem}"
            );
        }
        // A shop that tells orders alone has no table that rows could be of.
        let mut more = sections_of(&shop.bytes);
        more.extend(
            sections
                .iter()
                .find(|section| section.kind == kind)
                .cloned(),
        );
        shop.refuse(folder.path(), &file_of(&more), "with rows of no table");
    }
}

#[test]
fn a_shop_of_all_tables_opens_as_it_was_and_saves_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rich.cobuy");
    let engine = rich_shop();
    let id = engine.save(&path).unwrap();
    assert_eq!(inspect(&path).unwrap().format, "1.2");
    let opened = Engine::open(&path).unwrap();
    assert!(opened == engine);
    assert_eq!(opened.save(&path).unwrap(), id);
}

#[test]
fn a_shop_that_does_not_say_whose_the_rows_of_customers_are_goes_on_as_format_1_1() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("older.cobuy");
    let engine = rich_shop();
    engine.save(&path).unwrap();
    let mut sections = sections_of(&fs::read(&path).unwrap());
    sections.retain(|section| section.kind != CUSTOMER_ROWS);
    let older = file_of(&sections);
    overwrite(&path, &older);
    let opened = Engine::open(&path).unwrap();
    assert!(opened != engine);
    ask_shop(&opened);
    // Rules know of customers by their ids alone, and say why.
    let ask = |filter: &str| {
        opened
            .popular(None)
            .customer("ann")
            .filter(filter)
            .suggest()
    };
    ask("customer.customer_id = 'ann'").unwrap();
    let refused = ask("customer.age > 18").unwrap_err().to_string();
    let hint = "the file was written before customers were kept ready: fit the shop again";
    assert!(refused.contains(hint), "{refused}");
    // What it lacks can be had from its history.
    let history = opened.history(Watch::new()).unwrap();
    assert!(opened.refit(&history, Watch::new()).unwrap() == engine);
    opened.save(&path).unwrap();
    assert!(fs::read(&path).unwrap() == older);
    assert_eq!(inspect(&path).unwrap().format, "1.1");
}

#[test]
fn settings_that_cannot_be_are_refused_behind_right_checksums() {
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens().into_iter().take(2) {
        let sections = sections_of(&specimen.bytes);
        let meta = &sections
            .iter()
            .find(|section| section.kind == META)
            .unwrap()
            .bytes;
        // Texts are a length and their bytes: what is stored, the writer's version, measure; then
        // neighbours (u64), fewest customers (u32), basis (a text), items (u64), buyers (u32).
        let behind = |text: usize| text + 8 + number(meta, text, 8) as usize;
        let measure = behind(behind(0));
        let numbers = behind(measure);
        let basis = numbers + 12;
        let rest = behind(basis);
        for (at, width, value, lie) in [
            (8, 1, 2, "a model of an unknown kind"),
            (0, 8, 1 << 45, "a kind that does not end"),
            (measure + 8, 1, 6, "an unknown measure"),
            (numbers, 8, 0, "lists of no neighbours"),
            (numbers, 8, 1, "lists longer than was kept"),
            (numbers + 8, 4, 0, "neighbours that nobody bought"),
            (basis + 8, 1, 2, "an unknown basis"),
            (rest, 8, 4, "another number of items"),
            (rest, 8, 6, "another number of items"),
            (rest + 8, 4, 2, "fewer buyers than an item has"),
        ] {
            let mut lying = sections.clone();
            let meta = lying
                .iter_mut()
                .find(|section| section.kind == META)
                .unwrap();
            put(&mut meta.bytes, at, width, value);
            specimen.refuse(folder.path(), &file_of(&lying), &format!("with {lie}"));
        }
        let mut longer = sections.clone();
        let settings = longer.iter_mut().find(|section| section.kind == META);
        settings.unwrap().bytes.push(0);
        specimen.refuse(folder.path(), &file_of(&longer), "with settings that go on");
        for cut in 0..meta.len() {
            let mut lying = sections.clone();
            let meta = lying
                .iter_mut()
                .find(|section| section.kind == META)
                .unwrap();
            meta.bytes.truncate(cut);
            specimen.refuse(folder.path(), &file_of(&lying), "with its settings cut");
        }
    }
}

#[test]
fn an_item_in_more_lists_than_was_kept_is_refused_behind_right_checksums() {
    let settings = AlsoBought::params().neighbours(2).kept(Kept::Target);
    let model = settings.fit(shop().purchases()).unwrap();
    let mut sections = sections_of(&model.to_bytes().unwrap());
    let open = |sections: &[Section]| AlsoBought::from_bytes(&file_of(sections));
    assert!(open(&sections).is_ok());
    let meta = sections.iter_mut().find(|section| section.kind == META);
    let meta = &mut meta.unwrap().bytes;
    // Behind three texts.
    let behind = |text: usize| text + 8 + number(meta, text, 8) as usize;
    let neighbours = behind(behind(behind(0)));
    assert_eq!(number(meta, neighbours, 8), 2);
    put(meta, neighbours, 8, 1);
    let problem = open(&sections).unwrap_err().to_string();
    assert!(problem.contains("in more lists than was kept"), "{problem}");
}

#[test]
fn a_file_without_a_section_or_with_one_too_many_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [shop, bare, ..] = specimens();
    for specimen in [&shop, &bare] {
        let sections = sections_of(&specimen.bytes);
        for at in 0..sections.len() {
            let mut fewer = sections.clone();
            fewer.remove(at);
            let case = format!("without section {}", sections[at].kind);
            specimen.refuse(folder.path(), &file_of(&fewer), &case);
            let twice = [&sections[..], &[sections[at].clone()]].concat();
            let case = format!("with section {} twice", sections[at].kind);
            specimen.refuse(folder.path(), &file_of(&twice), &case);
        }
    }
    // A bare model that carries who bought what would give away more than it says.
    let purchases = sections_of(&shop.bytes)
        .into_iter()
        .filter(|it| it.kind == PURCHASES);
    let mut more = sections_of(&bare.bytes);
    more.extend(purchases);
    bare.refuse(folder.path(), &file_of(&more), "with purchases");
}

/// Changes one thing about one section: an element, how many there are, or the section itself.
fn change(sections: &mut Vec<Section>, dice: &mut Random, length: usize) -> String {
    if sections.is_empty() {
        return "nothing is left".to_owned();
    }
    let (at, other) = (dice.below(sections.len()), dice.below(sections.len()));
    let kind = sections[at].kind;
    let what = match dice.below(24) {
        0 => {
            sections.remove(at);
            "dropped".to_owned()
        }
        1 => {
            sections.swap(at, other);
            format!("swapped with {}", sections[at].kind)
        }
        2 => {
            sections[at].kind = dice.below(12) as u32;
            format!("called {}", sections[at].kind)
        }
        3 if sections.len() < 64 => {
            let twice = sections[at].clone();
            sections.push(twice);
            "doubled".to_owned()
        }
        4 => {
            sections[at].flags = dice.below(3) as u16;
            format!("with flags {}", sections[at].flags)
        }
        _ => change_elements(&mut sections[at], dice, length),
    };
    format!("section {kind} {what}")
}

fn change_elements(section: &mut Section, dice: &mut Random, length: usize) -> String {
    let width = section.width();
    let count = section.bytes.len() / width;
    let element = dice.below(count.max(1));
    let place = element * width..(element + 1) * width;
    match dice.below(8) {
        0 => {
            let kept = element * width;
            section.bytes.truncate(kept);
            format!("cut to {element} elements")
        }
        1 => {
            let value = dice.hostile(length).to_le_bytes();
            section.bytes.extend(&value[..width]);
            format!("with {value:?} behind")
        }
        2 if count > 0 => {
            section.bytes.drain(place);
            format!("without element {element}")
        }
        3 if element + 1 < count => {
            section.bytes[place.start..].rotate_left(width);
            format!("turned round from element {element}")
        }
        4 if count > 0 => {
            let byte = dice.below(section.bytes.len());
            section.bytes[byte] ^= 1 << dice.below(8);
            format!("with a bit of byte {byte} flipped")
        }
        _ if count > 0 => {
            let value = dice.hostile(length);
            put(&mut section.bytes, place.start, width, value);
            format!("with {value} in place of element {element}")
        }
        _ => "left alone".to_owned(),
    }
}

/// What opening, inspecting and parsing say of a file, of either kind.
fn problems(path: &Path) -> [String; 3] {
    let problem =
        |problem: Option<Error>| problem.map_or_else(|| "none".to_owned(), |it| it.to_string());
    [
        problem(Engine::open(path).err()),
        problem(AlsoBought::open(path).err()),
        problem(inspect(path).err()),
    ]
}

#[test]
fn a_folder_a_missing_path_and_a_device_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no-such-file");
    let mut paths = vec![folder.path(), &missing];
    let device = Path::new("/dev/null");
    if device.exists() {
        paths.push(device);
    }
    for path in paths {
        for problem in problems(path) {
            let start = format!("cannot read `{}`: ", path.display());
            assert!(problem.starts_with(&start), "{problem}");
        }
    }
}

#[test]
fn an_empty_file_and_a_foreign_one_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"order_id,customer_id,item_id\n".repeat(20);
    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 500]].concat();
    for (bytes, reason) in [
        (&b""[..], "file: it has 0 bytes, fewer than any model"),
        (b"tea", "file: it has 3 bytes, fewer than any model"),
        (&text, "header: it does not start as a cobuy model does"),
        (&picture, "header: it does not start as a cobuy model does"),
    ] {
        let path = folder.path().join("foreign");
        fs::write(&path, bytes).unwrap();
        for problem in problems(&path) {
            assert!(
                problem.contains("foreign") && problem.ends_with(reason),
                "{problem}"
            );
        }
    }
}

#[test]
fn a_newer_file_is_told_from_a_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("newer.cobuy");
    for specimen in specimens() {
        for major in [2, 3, 500] {
            let mut bytes = specimen.bytes.clone();
            put(&mut bytes, 8, 2, major);
            fs::write(&path, &bytes).unwrap();
            for problem in problems(&path) {
                assert!(problem.contains(&format!("format {major}.")), "{problem}");
                assert!(problem.ends_with("a newer cobuy wrote it"), "{problem}");
            }
        }
    }
}

/// The specimen with a section that a newer version might write.
fn with_newer_section(specimen: &Specimen, flags: u16) -> Vec<u8> {
    let mut sections = sections_of(&specimen.bytes);
    sections.push(Section {
        kind: 1000,
        element: 1,
        flags,
        bytes: vec![7; 5000],
    });
    file_of(&sections)
}

#[test]
fn a_section_of_a_newer_version_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("newer.cobuy");
    for specimen in specimens() {
        fs::write(&path, with_newer_section(&specimen, 0)).unwrap();
        for problem in problems(&path) {
            assert!(
                problem.contains("a newer cobuy may have written it"),
                "{problem}"
            );
        }
    }
}

#[test]
fn an_optional_section_of_a_newer_version_is_left_unread_but_not_unchecked() {
    const OPTIONAL: u16 = 1;
    let folder = tempfile::tempdir().unwrap();
    for specimen in specimens() {
        let mut bytes = with_newer_section(&specimen, OPTIONAL);
        let opened = opens_and_answers(&specimen, folder.path(), &bytes, "newer");
        assert!(opened, "{}", specimen.name);
        let within = bytes.len() - IDENTITY - 1;
        bytes[within] ^= 1;
        rehash_whole(&mut bytes);
        specimen.refuse(folder.path(), &bytes, "newer and damaged");
    }
}

#[test]
fn each_kind_of_file_says_how_it_is_to_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("either.cobuy");
    shop().save(&path).unwrap();
    let problem = AlsoBought::open(&path).unwrap_err().to_string();
    assert!(
        problem.ends_with("it is a shop's file; open it as a shop"),
        "{problem}"
    );
    assert!(AlsoBought::from_bytes(&fs::read(&path).unwrap()).is_err());
    shop().model().save(&path).unwrap();
    let problem = Engine::open(&path).unwrap_err().to_string();
    assert!(
        problem.ends_with("it is a bare model; open it as an AlsoBought model"),
        "{problem}"
    );
}

#[test]
fn saving_over_a_folder_or_into_none_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none").join("shop.cobuy");
    for path in [folder.path(), &missing, Path::new("")] {
        for problem in [
            shop().save(path).unwrap_err(),
            shop().model().save(path).unwrap_err(),
        ] {
            let start = format!("cannot write `{}`: ", path.display());
            assert!(problem.to_string().starts_with(&start), "{problem}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn saving_over_a_symbolic_link_is_refused_and_leaves_what_it_leads_to() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "mine").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let refused = || {
        let problem = shop().save(&link).unwrap_err().to_string();
        assert!(problem.contains("it is a symbolic link"), "{problem}");
    };
    refused();
    fs::remove_file(&target).unwrap();
    refused(); // a link that leads nowhere is one still
    fs::write(&target, "mine").unwrap();
    assert_eq!(fs::read_to_string(&link).unwrap(), "mine");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn a_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let (shop_path, bare) = (folder.path().join("shop"), folder.path().join("bare"));
    shop().save(&shop_path).unwrap();
    shop().model().save(&bare).unwrap();
    assert_eq!((mode(&shop_path), mode(&bare)), (0o600, 0o600));
    fs::set_permissions(&shop_path, fs::Permissions::from_mode(0o640)).unwrap();
    shop().save(&shop_path).unwrap();
    assert_eq!(mode(&shop_path), 0o640, "who was let in stays let in");
}

#[test]
fn equal_data_and_settings_give_equal_bytes_and_ids_and_others_give_others() {
    let folder = tempfile::tempdir().unwrap();
    let save = |engine: &Engine, name: &str| {
        let path = folder.path().join(name);
        let id = engine.save(&path).unwrap();
        (fs::read(&path).unwrap(), id, inspect(&path).unwrap().id)
    };
    let (bytes, id, inspected) = save(&shop(), "one");
    assert_eq!(
        save(&shop(), "other"),
        (bytes.clone(), id.clone(), id.clone())
    );
    let end = bytes.len() - IDENTITY;
    let hex: String = bytes[end..]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!((&hex, &hex), (&id, &inspected));
    assert_eq!(*blake3::hash(&bytes[..end]).to_hex(), *id);
    let lines = [
        OrderLine::new("1", "ann", "tea"),
        OrderLine::new("1", "ann", "cup"),
    ];
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let fit = |basis| Engine::builder(&history).basis(basis).fit().unwrap();
    let others = Basis::ALL.map(|basis| save(&fit(basis), basis.name()).1);
    assert!(others[0] != others[1] && !others.contains(&id));
}

#[test]
fn inspecting_tells_what_a_shop_and_a_bare_model_hold() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("either.cobuy");
    let engine = shop();
    engine.save(&path).unwrap();
    let of_shop = inspect(&path).unwrap();
    assert_eq!(of_shop.stored, Stored::Shop);
    assert_eq!(of_shop.about.as_ref(), Some(engine.about()));
    assert_eq!(of_shop.bytes, fs::metadata(&path).unwrap().len());
    engine.model().save(&path).unwrap();
    let of_bare = inspect(&path).unwrap();
    assert_eq!(
        (of_bare.stored, &of_bare.about),
        (Stored::AlsoBought, &None)
    );
    assert!(of_bare.bytes < of_shop.bytes && of_bare.sections.len() < of_shop.sections.len());
    for (told, format) in [(of_shop, "1.1"), (of_bare, "1.0")] {
        assert_eq!(
            (told.measure.as_str(), told.basis),
            ("lift", Basis::Customer)
        );
        assert_eq!((told.neighbours, told.min_customers), (3, 1));
        assert_eq!((told.items, told.buyers), (5, 5));
        assert_eq!(
            (told.items_with_neighbours, told.neighbours_in_all),
            (5, 13)
        );
        assert_eq!(
            (told.format.as_str(), told.written_by.as_str()),
            (format, env!("CARGO_PKG_VERSION"))
        );
        let sections: u64 = told.sections.iter().map(|(_, bytes)| bytes).sum();
        assert!(0 < sections && sections < told.bytes);
    }
}
