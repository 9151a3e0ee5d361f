//! JSON as it stands: objects keep the order of their keys and may not name one twice.

mod read;
mod write;

pub(in crate::rules) use read::{condition, operand};
pub(in crate::rules) use write::{of_condition, of_operand};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::rules) enum Json {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An object of one key.
    pub fn tagged(key: &str, value: Json) -> Json {
        Json::Object(vec![(key.to_owned(), value)])
    }

    pub fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    /// What it is, for a message.
    pub fn found(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Flag(_) => "true or false",
            Json::Number(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => to.serialize_unit(),
            Json::Flag(flag) => to.serialize_bool(*flag),
            // Whole numbers are written without a point, as people do.
            Json::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                to.serialize_i64(*number as i64)
            }
            Json::Number(number) => to.serialize_f64(*number),
            Json::Text(text) => to.serialize_str(text),
            Json::List(list) => list.serialize(to),
            Json::Object(entries) => {
                let mut map = to.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Json, D::Error> {
        from.deserialize_any(Reader)
    }
}

/// No object of a rule has as many.
pub(super) const MOST_KEYS: usize = 100;

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json, E> {
        whole(i128::from(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json, E> {
        whole(i128::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        // A zero has no sign.
        Ok(Json::Number(number + 0.0))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object: Vec<(String, Json)> = Vec::new();
        while let Some((key, value)) = entries.next_entry::<String, Json>()? {
            if object.iter().any(|(known, _)| *known == key) {
                let key = crate::text::shown(&key);
                return Err(de::Error::custom(format!(
                    "the key `{key}` stands twice in one object"
                )));
            }
            if object.len() == MOST_KEYS {
                return Err(de::Error::custom(format!(
                    "an object has more than {MOST_KEYS} keys"
                )));
            }
            object.push((key, value));
        }
        Ok(Json::Object(object))
    }
}

/// A whole number that is kept as it is.
fn whole<E: de::Error>(number: i128) -> Result<Json, E> {
    match number as f64 {
        kept if kept as i128 == number => Ok(Json::Number(kept)),
        _ => Err(E::custom(format!(
            "{number} has more digits than a number keeps; an id is a text"
        ))),
    }
}
