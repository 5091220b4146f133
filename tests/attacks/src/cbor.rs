//! CBOR as far as the formats use it: section 2 of `docs/formats.md`. It writes what it is given, in the order in which it is given.

/// A data item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Of 64 bits, signed or not.
    Int(i128),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// A map with keys of whole numbers.
    Map(Vec<(i128, Value)>),
    /// `false`, `true` or `null`: 20 to 22.
    Simple(u8),
}

/// `true` or `false`.
#[must_use]
pub fn bool(value: bool) -> Value {
    Value::Simple(if value { 21 } else { 20 })
}

/// An array of items that are known by name.
#[must_use]
pub fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(value.into())
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value.into())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::List(value)
    }
}

/// The head of an item: its major type and its number, in the shortest form.
#[must_use]
pub fn head(major: u8, number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let (info, from) = match number {
        0..=23 => return vec![major << 5 | bytes[7]],
        24..=0xff => (24, 7),
        0x100..=0xffff => (25, 6),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 0),
    };
    [&[major << 5 | info], &bytes[from..]].concat()
}

impl Value {
    /// The item as bytes.
    ///
    /// # Panics
    /// When a number has more than 64 bits.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let long = |length: usize| u64::try_from(length).expect("a length has 64 bits");
        match self {
            Self::Int(n) if *n < 0 => head(1, u64::try_from(-1 - n).expect("64 bits")),
            Self::Int(n) => head(0, u64::try_from(*n).expect("64 bits")),
            Self::Bytes(bytes) => [head(2, long(bytes.len())), bytes.clone()].concat(),
            Self::Text(text) => [head(3, long(text.len())), text.as_bytes().to_vec()].concat(),
            Self::List(items) => {
                std::iter::once(head(4, long(items.len()))).chain(items.iter().map(Self::encode)).flatten().collect()
            }
            Self::Map(entries) => {
                let pairs = entries.iter().flat_map(|(key, value)| [Self::Int(*key).encode(), value.encode()]);
                std::iter::once(head(5, long(entries.len()))).chain(pairs).flatten().collect()
            }
            Self::Simple(value) => vec![7 << 5 | value],
        }
    }

    /// The item that bytes are, and nothing behind it.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        read(&mut rest).filter(|_| rest.is_empty())
    }

    /// What stands at a key of a map.
    ///
    /// # Panics
    /// When there is nothing.
    #[must_use]
    pub fn at(&self, key: i128) -> &Self {
        let Self::Map(entries) = self else { panic!("no map: {self:?}") };
        &entries.iter().find(|(k, _)| *k == key).expect("the key is there").1
    }

    /// Puts something at a key of a map, in the place of what is there.
    ///
    /// # Panics
    /// When it is no map.
    pub fn put(&mut self, key: i128, value: impl Into<Self>) {
        let Self::Map(entries) = self else { panic!("no map: {self:?}") };
        entries.retain(|(k, _)| *k != key);
        entries.push((key, value.into()));
        // Bytewise, as they are encoded: keys below 0 stand behind the others.
        entries.sort_by_key(|(k, _)| Self::Int(*k).encode());
    }

    /// The items of an array.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        let Self::List(items) = self else { panic!("no array: {self:?}") };
        items
    }

    /// A byte string.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let Self::Bytes(bytes) = self else { panic!("no bytes: {self:?}") };
        bytes
    }

    /// A byte string of a known length.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        self.bytes().try_into().expect("bytes of this length")
    }

    /// A whole number from 0.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn uint(&self) -> u64 {
        let Self::Int(n) = self else { panic!("no number: {self:?}") };
        u64::try_from(*n).expect("a number from 0")
    }

    /// A text.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn text(&self) -> &str {
        let Self::Text(text) = self else { panic!("no text: {self:?}") };
        text
    }
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn read(rest: &mut &[u8]) -> Option<Value> {
    let first = take(rest, 1)?[0];
    let (major, info) = (first >> 5, first & 31);
    let number = match info {
        0..=23 => u64::from(info),
        24..=27 => take(rest, 1 << (info - 24))?.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)),
        _ => return None,
    };
    let count = usize::try_from(number).ok()?;
    Some(match major {
        0 => Value::Int(number.into()),
        1 => Value::Int(-1 - i128::from(number)),
        2 => Value::Bytes(take(rest, count)?.to_vec()),
        3 => Value::Text(String::from_utf8(take(rest, count)?.to_vec()).ok()?),
        4 => Value::List((0..count).map(|_| read(rest)).collect::<Option<_>>()?),
        5 => {
            let pair = |rest: &mut &[u8]| match read(rest)? {
                Value::Int(key) => Some((key, read(rest)?)),
                _ => None,
            };
            Value::Map((0..count).map(|_| pair(rest)).collect::<Option<_>>()?)
        }
        7 => Value::Simple(info),
        _ => return None,
    })
}
