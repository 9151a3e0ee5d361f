//! Where everything stands in a model file.

/// The first bytes of every model file.
pub(crate) const MAGIC: [u8; 8] = *b"\x89CBY\r\n\x1a\n";
/// Files of another major version are refused.
pub(crate) const MAJOR: u16 = 1;
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

/// A section's elements, borrowed to be written: pieces of one type, one behind the other.
pub(crate) struct Elements<'a> {
    element: Element,
    /// As bytes in memory, which on little-endian machines are the bytes of the file.
    pieces: Vec<&'a [u8]>,
}

impl<'a> Elements<'a> {
    pub(crate) fn u8(bytes: &'a [u8]) -> Self {
        Elements {
            element: Element::U8,
            pieces: vec![bytes],
        }
    }

    pub(crate) fn u32(values: &'a [u32]) -> Self {
        Self::u32s([values])
    }

    pub(crate) fn u64(values: &'a [u64]) -> Self {
        Elements {
            element: Element::U64,
            pieces: vec![bytemuck::cast_slice(values)],
        }
    }

    pub(crate) fn f32(values: &'a [f32]) -> Self {
        Elements {
            element: Element::F32,
            pieces: vec![bytemuck::cast_slice(values)],
        }
    }

    pub(crate) fn u8s(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Elements {
            element: Element::U8,
            pieces: pieces.into_iter().collect(),
        }
    }

    pub(crate) fn u32s(pieces: impl IntoIterator<Item = &'a [u32]>) -> Self {
        Elements {
            element: Element::U32,
            pieces: pieces.into_iter().map(bytemuck::cast_slice).collect(),
        }
    }

    /// Numbers with a sign, by their bits.
    pub(crate) fn i64s(pieces: impl IntoIterator<Item = &'a [i64]>) -> Self {
        Elements {
            element: Element::U64,
            pieces: pieces.into_iter().map(bytemuck::cast_slice).collect(),
        }
    }

    pub(crate) fn element(&self) -> Element {
        self.element
    }

    pub(crate) fn pieces(&self) -> impl Iterator<Item = &'a [u8]> {
        self.pieces.iter().copied()
    }

    /// How many bytes all pieces have together.
    pub(crate) fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }
}

#[cfg(target_endian = "big")]
compile_error!("model files are little-endian, and so must the machine be");

/// The next multiple of [`ALIGN`]; `None` where there is none.
pub(crate) fn aligned(offset: u64) -> Option<u64> {
    offset.checked_next_multiple_of(ALIGN)
}
