//! Filters in URLs. A filter value that does not exist matches nothing.

use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::filter::{ReportFilter, StatusFilter};
use baqylau_desk::index::flags::Flag;
use baqylau_desk::tables::{FieldRole, MissionTables};
use serde::Deserialize;

/// The query string of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct PageQuery {
    pub within: String,
    pub checklist: String,
    pub status: String,
    pub team: String,
    pub hour: String,
    pub q: String,
    /// A code from the codebook; `-` for texts without one, `!` for quotable texts.
    pub code: String,
    pub behind: String,
    pub flag: String,
    /// `column:value` of the table of places.
    pub having: String,
    /// `use:choice`: a question's use and one of its choices.
    pub used: String,
    /// Not empty: tables include the texts of internal reports.
    pub internal: String,
    pub raw: String,
    pub as_of: String,
    pub page: String,
    pub lang: String,
}

impl PageQuery {
    pub fn answers(&self) -> AnswerBasis {
        if self.raw.is_empty() { AnswerBasis::Effective } else { AnswerBasis::Raw }
    }

    /// The requested moment, given in the mission's time zone, in milliseconds since 1970; `None` if absent or invalid.
    pub fn moment(&self, tables: &MissionTables) -> Option<i64> {
        Some(tables.mission.zone.read(&self.as_of).ok()?.ms)
    }

    pub fn filter(&self, tables: &MissionTables) -> ReportFilter {
        let text = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
        let mut nothing = false;
        ReportFilter {
            within: known(&self.within, tables.places.find(&self.within), &mut nothing),
            checklist: known(
                &self.checklist,
                tables.checklists.iter().position(|c| c.id == self.checklist),
                &mut nothing,
            ),
            status: known(&self.status, StatusFilter::of(&self.status), &mut nothing),
            team: text(&self.team),
            hour: known(&self.hour, self.hour.parse().ok(), &mut nothing),
            words: self.q.clone(),
            behind: known(&self.behind, tables.numbers.iter().position(|f| f.figure.id == self.behind), &mut nothing),
            flag: known(&self.flag, Flag::of(&self.flag), &mut nothing),
            having: known(
                &self.having,
                self.having.split_once(':').map(|(column, value)| (column.to_owned(), value.to_owned())),
                &mut nothing,
            ),
            used: known(
                &self.used,
                self.used.split_once(':').and_then(|(what, choice)| tables.choice(FieldRole::of(what)?, choice)),
                &mut nothing,
            ),
            nothing,
        }
    }

    /// The URL of a page with these filters.
    pub fn link(&self, path: &str) -> String {
        let all = [
            ("within", &self.within),
            ("checklist", &self.checklist),
            ("status", &self.status),
            ("team", &self.team),
            ("hour", &self.hour),
            ("q", &self.q),
            ("code", &self.code),
            ("behind", &self.behind),
            ("flag", &self.flag),
            ("having", &self.having),
            ("used", &self.used),
            ("internal", &self.internal),
            ("raw", &self.raw),
            ("as_of", &self.as_of),
            ("page", &self.page),
            ("lang", &self.lang),
        ];
        let pairs: Vec<String> =
            all.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| format!("{n}={}", escaped(v))).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// A copy with a change, on the first page of its list.
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut query = self.clone();
        query.page.clear();
        change(&mut query);
        query
    }
}

/// Passes on what was found; sets `nothing` if a value was requested and not found.
fn known<T>(asked: &str, found: Option<T>, nothing: &mut bool) -> Option<T> {
    *nothing |= !asked.is_empty() && found.is_none();
    found
}

/// The fields of a form; a name may occur several times.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct FormFields(Vec<(String, String)>);

impl FormFields {
    /// All values of a field, in order.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|f| f.0 == name).map(|f| f.1.clone()).collect()
    }

    /// The last value of a field; empty if there is none.
    pub fn one(&self, name: &str) -> String {
        self.all(name).pop().unwrap_or_default()
    }
}

/// Percent-encodes all but unreserved characters (RFC 3986).
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
