//! As much JSON as `truth.json` needs: objects and lists, in the order they are told.

use super::clock;
use super::random::WHOLE;
use super::sheet::{push_id, push_money};

#[derive(Default)]
pub struct Json {
    text: Vec<u8>,
    depth: usize,
    /// Whether something stands before the next value in the same object or list.
    follows: bool,
}

impl Json {
    /// A value of an object; `name` is empty in a list.
    fn value(&mut self, name: &str) -> &mut Vec<u8> {
        if self.follows {
            self.text.push(b',');
        }
        if self.depth == 1 || self.depth == 2 {
            self.text.push(b'\n');
            self.text.resize(self.text.len() + 2 * self.depth, b' ');
        } else if self.follows {
            self.text.push(b' ');
        }
        if !name.is_empty() {
            self.quoted(name);
            self.text.extend_from_slice(b": ");
        }
        self.follows = true;
        &mut self.text
    }

    /// No text of this shop holds a quote, a backslash or a control character.
    fn quoted(&mut self, text: &str) {
        self.text.push(b'"');
        self.text.extend_from_slice(text.as_bytes());
        self.text.push(b'"');
    }

    fn nested(&mut self, name: &str, marks: [u8; 2], tell: impl FnOnce(&mut Json)) {
        self.value(name).push(marks[0]);
        self.depth += 1;
        self.follows = false;
        tell(self);
        self.depth -= 1;
        if self.follows && self.depth <= 1 {
            self.text.push(b'\n');
            self.text.resize(self.text.len() + 2 * self.depth, b' ');
        }
        self.text.push(marks[1]);
        self.follows = true;
    }

    pub fn object(&mut self, name: &str, tell: impl FnOnce(&mut Json)) {
        self.nested(name, *b"{}", tell);
    }

    pub fn list(&mut self, name: &str, tell: impl FnOnce(&mut Json)) {
        self.nested(name, *b"[]", tell);
    }

    pub fn text(&mut self, name: &str, text: &str) {
        self.value(name);
        self.quoted(text);
    }

    pub fn texts<'a>(&mut self, name: &str, texts: impl IntoIterator<Item = &'a str>) {
        self.list(name, |json| {
            texts.into_iter().for_each(|text| json.text("", text))
        });
    }

    pub fn number(&mut self, name: &str, number: u64) {
        let text = number.to_string();
        self.value(name).extend_from_slice(text.as_bytes());
    }

    pub fn flag(&mut self, name: &str, flag: bool) {
        let text: &[u8] = if flag { b"true" } else { b"false" };
        self.value(name).extend_from_slice(text);
    }

    pub fn money(&mut self, name: &str, cents: i64) {
        push_money(self.value(name), cents);
    }

    /// A probability, told in parts of [`WHOLE`].
    pub fn share(&mut self, name: &str, parts: u32) {
        let text = format!("{}.{:04}", parts / WHOLE, parts % WHOLE);
        self.value(name).extend_from_slice(text.as_bytes());
    }

    pub fn time(&mut self, name: &str, at: i64) {
        let text = self.value(name);
        text.push(b'"');
        clock::push_time(text, at);
        text.push(b'"');
    }

    pub fn date(&mut self, name: &str, day: i64) {
        let text = self.value(name);
        text.push(b'"');
        clock::push_date(text, day);
        text.push(b'"');
    }

    pub fn id(&mut self, name: &str, letter: u8, number: u64) {
        let text = self.value(name);
        text.push(b'"');
        push_id(text, letter, number);
        text.push(b'"');
    }

    pub fn into_bytes(mut self) -> Vec<u8> {
        self.text.push(b'\n');
        self.text
    }
}
