//! Where everything stands in a model file.

/// The first bytes of every model file.
pub(crate) const MAGIC: [u8; 8] = *b"\x89CBY\r\n\x1a\n";
/// Files of another major version are refused.
pub(crate) const MAJOR: u16 = 1;
/// Files of a higher minor version are read where every section is known.
pub(crate) const MINOR: u16 = 0;
/// Bytes before the table.
pub(crate) const HEADER: usize = 64;
/// Bytes of the header that its checksum covers, the table following.
pub(crate) const HASHED: usize = 56;
/// Bytes a section takes in the table.
pub(crate) const ENTRY: usize = 48;
/// The most sections a file may have.
pub(crate) const MOST_SECTIONS: usize = 64;
/// Sections start at multiples of this.
pub(crate) const ALIGN: u64 = 64;
/// Bytes of the identity at the end.
pub(crate) const IDENTITY: usize = 32;

/// The flag of a section that a version which does not know it may leave unread.
pub(crate) const OPTIONAL: u16 = 1;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Meta,
    ItemIdText,
    ItemIdEnds,
    PurchaseStarts,
    PurchaseItems,
    ItemTotals,
    ListStarts,
    ListItems,
    ListScores,
    ListBoth,
}

impl Kind {
    pub(crate) const ALL: [Kind; 10] = [
        Kind::Meta,
        Kind::ItemIdText,
        Kind::ItemIdEnds,
        Kind::PurchaseStarts,
        Kind::PurchaseItems,
        Kind::ItemTotals,
        Kind::ListStarts,
        Kind::ListItems,
        Kind::ListScores,
        Kind::ListBoth,
    ];

    /// The number that stands for it in the table. Numbers are never given anew.
    pub(crate) fn code(self) -> u32 {
        match self {
            Kind::Meta => 1,
            Kind::ItemIdText => 2,
            Kind::ItemIdEnds => 3,
            Kind::PurchaseStarts => 4,
            Kind::PurchaseItems => 5,
            Kind::ItemTotals => 6,
            Kind::ListStarts => 7,
            Kind::ListItems => 8,
            Kind::ListScores => 9,
            Kind::ListBoth => 10,
        }
    }

    pub(crate) fn from_code(code: u32) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Meta => "settings",
            Kind::ItemIdText => "item ids",
            Kind::ItemIdEnds => "item id ends",
            Kind::PurchaseStarts => "purchase starts",
            Kind::PurchaseItems => "purchases",
            Kind::ItemTotals => "item totals",
            Kind::ListStarts => "list starts",
            Kind::ListItems => "list items",
            Kind::ListScores => "list scores",
            Kind::ListBoth => "list counts",
        }
    }

    /// The type of its elements.
    pub(crate) fn element(self) -> Element {
        match self {
            Kind::Meta | Kind::ItemIdText => Element::U8,
            Kind::ItemIdEnds | Kind::PurchaseStarts | Kind::ListStarts => Element::U64,
            Kind::ListScores => Element::F32,
            Kind::PurchaseItems | Kind::ItemTotals | Kind::ListItems | Kind::ListBoth => {
                Element::U32
            }
        }
    }
}

/// The type of a section's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    U8,
    U32,
    U64,
    F32,
}

impl Element {
    pub(crate) fn code(self) -> u16 {
        match self {
            Element::U8 => 1,
            Element::U32 => 2,
            Element::U64 => 3,
            Element::F32 => 4,
        }
    }

    pub(crate) fn bytes(self) -> u64 {
        match self {
            Element::U8 => 1,
            Element::U32 | Element::F32 => 4,
            Element::U64 => 8,
        }
    }
}

/// A section's elements, borrowed to be written.
#[derive(Clone, Copy)]
pub(crate) enum Elements<'a> {
    U8(&'a [u8]),
    U32(&'a [u32]),
    U64(&'a [u64]),
    F32(&'a [f32]),
}

impl<'a> Elements<'a> {
    pub(crate) fn element(self) -> Element {
        match self {
            Elements::U8(_) => Element::U8,
            Elements::U32(_) => Element::U32,
            Elements::U64(_) => Element::U64,
            Elements::F32(_) => Element::F32,
        }
    }

    /// As bytes in memory, which on little-endian machines are the bytes of the file.
    pub(crate) fn as_bytes(self) -> &'a [u8] {
        match self {
            Elements::U8(values) => values,
            Elements::U32(values) => bytemuck::cast_slice(values),
            Elements::U64(values) => bytemuck::cast_slice(values),
            Elements::F32(values) => bytemuck::cast_slice(values),
        }
    }
}

#[cfg(target_endian = "big")]
compile_error!("model files are little-endian, and so must the machine be");

/// The next multiple of [`ALIGN`]; `None` where there is none.
pub(crate) fn aligned(offset: u64) -> Option<u64> {
    offset.checked_next_multiple_of(ALIGN)
}
