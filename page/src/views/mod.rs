//! The pages. Text from a report is always escaped, and isolated so that its direction does not affect the surrounding
//! text.

pub(crate) mod attachments;
mod charts;
pub(crate) mod cleaning;
pub(crate) mod corrections;
pub(crate) mod counts;
pub(crate) mod document;
pub(crate) mod export;
pub(crate) mod figure;
pub(crate) mod findings;
mod layout;
pub(crate) mod media;
pub(crate) mod overview;
pub(crate) mod paper;
mod parts;
pub(crate) mod phones;
pub(crate) mod report;
pub(crate) mod reports;
pub(crate) mod statement;
pub(crate) mod texts;
pub(crate) mod timeline;
pub(crate) mod urgent;

use crate::failure;
use crate::query::PageQuery;
use crate::state::SharedState;
use crate::words::{self, Words};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use baqylau_desk::adjudication::status::StatusKind;
use baqylau_desk::index::flags::Flag;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::{Desk, DeskError};
use baqylau_findings::{Computed, Sentence, Unit};
use baqylau_protocol::ids::Hash;
use maud::{Markup, html};
use std::sync::Arc;
use tokio::task::block_in_place;

/// One request, with its filters and language.
pub(crate) struct View {
    pub state: SharedState,
    pub query: PageQuery,
    pub strings: &'static Words,
    /// Index of the language in the mission's list.
    pub language: usize,
    /// Number of changes when the request arrived: a page made from older data reloads once more.
    news: u64,
}

/// An error page with its status; its text names the remedy.
pub(crate) struct PageFailure(StatusCode, Markup);

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl FromRequestParts<SharedState> for View {
    type Rejection = QueryRejection;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, QueryRejection> {
        let Query(ask) = Query::from_request_parts(parts, state).await?;
        Ok(Self::new(state.clone(), ask))
    }
}

impl View {
    fn new(state: SharedState, query: PageQuery) -> Self {
        let languages = &state.tables.mission.languages;
        let code =
            if query.lang.is_empty() { languages.first().map_or("en", |l| l.code.as_str()) } else { &query.lang };
        let words = words::words(code);
        let language = languages.iter().position(|l| l.code == words.code).unwrap_or(0);
        let news = *state.news.borrow();
        Self { state, query, strings: words, language, news }
    }

    /// The evaluated reports that the request asks for.
    pub fn board(&self) -> Result<Arc<ReportTable>, PageFailure> {
        self.state.table(&self.query).map_err(|e| self.failed(&e))
    }

    /// Reads from the desk's store.
    pub fn read<T>(&self, read: impl FnOnce(&Desk) -> Result<T, DeskError>) -> Result<T, PageFailure> {
        block_in_place(|| self.state.read(read)).map_err(|e| self.failed(&e))
    }

    /// Signs something at the desk, sends it, and redirects to a page.
    pub fn sign(
        &self,
        path: &str,
        act: impl FnOnce(&Desk, i64) -> Result<(), DeskError>,
    ) -> Result<Redirect, PageFailure> {
        block_in_place(|| self.state.sign(act)).map_err(|e| self.failed(&e))?;
        Ok(self.to(path))
    }

    /// Redirects to a page in the same language.
    pub fn to(&self, path: &str) -> Redirect {
        Redirect::to(&self.link(path))
    }

    /// The hash of the report in the URL.
    pub fn report(&self, hash: &str) -> Result<Hash, PageFailure> {
        Hash::from_hex(hash).ok_or_else(|| self.nothing("/reports"))
    }

    pub fn failed(&self, error: &DeskError) -> PageFailure {
        let body = html! {
            p role="alert" { "⚠ " (parts::text(&failure::said(self.strings, error))) }
            p { a href=(self.link("/reports")) { (self.strings.back) } }
        };
        PageFailure(StatusCode::UNPROCESSABLE_ENTITY, self.page("/reports", self.strings.failed, &body))
    }

    /// The error page for a URL that does not exist.
    pub fn nothing(&self, path: &str) -> PageFailure {
        PageFailure(StatusCode::NOT_FOUND, self.page(path, self.strings.none, &html! {}))
    }

    /// The same request for the whole mission: drops all filters except raw answers, moment and language.
    pub fn whole(mut self) -> Self {
        let PageQuery { raw, as_of, lang, .. } = self.query;
        self.query = PageQuery { raw, as_of, lang, ..PageQuery::default() };
        self
    }

    /// A link that keeps only the language.
    pub fn link(&self, path: &str) -> String {
        PageQuery { lang: self.query.lang.clone(), ..PageQuery::default() }.link(path)
    }

    /// Formats a moment (milliseconds since 1970) in the mission's time zone.
    pub fn moment(&self, ms: i64) -> String {
        let moment = self.state.tables.mission.zone.moment(ms);
        moment.local().map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M").to_string())
    }

    /// Formats the time of day with seconds, in the mission's time zone.
    pub fn clock(&self, ms: i64) -> String {
        let moment = self.state.tables.mission.zone.moment(ms);
        moment.local().map_or_else(String::new, |t| t.format("%H:%M:%S").to_string())
    }

    pub fn place(&self, place: u32) -> String {
        self.state.tables.places.label(place, self.language).to_string()
    }

    /// A place with its enclosing places, from the top.
    pub fn path(&self, place: u32) -> String {
        let places = &self.state.tables.places;
        let up = std::iter::successors(Some(place), |p| places.get(*p)?.parent);
        let mut names: Vec<String> = up.map(|p| self.place(p)).collect();
        names.reverse();
        names.join(" · ")
    }

    /// A report's status in words.
    pub fn status(&self, kind: StatusKind) -> &'static str {
        let w = self.strings;
        match kind {
            StatusKind::Counted => w.is_counted,
            StatusKind::Superseded => w.is_superseded,
            StatusKind::Duplicate => w.is_duplicate,
            StatusKind::Forked => w.is_forked,
            StatusKind::Excluded => w.is_excluded,
            StatusKind::Test => w.is_test,
            StatusKind::NotObserved => w.is_not_observed,
            StatusKind::Proposal => w.is_proposal,
            StatusKind::Competing => w.is_competing,
            StatusKind::Amendment => w.is_amendment,
            StatusKind::Misfit => w.is_misfit,
            StatusKind::Unverifiable => w.is_unverifiable,
            StatusKind::Unconfirmed => w.is_unconfirmed,
            StatusKind::Contested => w.is_contested,
            StatusKind::Revoked => w.is_revoked,
            StatusKind::ExpiredInvite => w.is_expired,
        }
    }

    /// A computed figure for display: choices by their labels, mean shares as percentages, and that there are no reports
    /// in place of a share of none.
    pub fn worded(&self, at: usize, f: &Computed) -> Computed {
        let number = &self.state.tables.numbers[at];
        let part = |(name, n): &(String, usize)| Some(format!("{} {n}", number.choice_label(name, self.language)?));
        let parts: Vec<String> = f.parts.iter().filter(|p| p.1 > 0).filter_map(part).collect();
        let computed = match number.figure.unit {
            Unit::Count => return f.clone(),
            _ if f.base == 0 => self.strings.no_reports.to_owned(),
            _ if !f.parts.is_empty() => parts.join("; "),
            // With tenths, so that the rounding in the sentence is visible.
            Unit::MeanShare => counts::percent(f.count, f.base),
            _ => return f.clone(),
        };
        Computed { computed, ..f.clone() }
    }

    /// The rendered sentence of a figure; `None` if it has none.
    pub fn sentence(&self, at: usize, f: &Computed) -> Option<Sentence> {
        let tables = &self.state.tables;
        let code = tables.mission.languages.get(self.language).map_or("", |l| l.code.as_str());
        tables.figures.get(at)?.sentence((self.language, code), &self.worded(at, f))
    }

    /// The published value, or that nothing is published yet.
    pub fn published<'f>(&self, f: &'f Computed) -> &'f str {
        if f.published.is_empty() { self.strings.not_published } else { &f.published }
    }

    /// How many of the reports behind a figure are of versions without a choice that it names; nothing where none is.
    pub fn older(&self, n: usize) -> Option<String> {
        (n > 0).then(|| self.strings.older_versions(n))
    }

    /// A decision in words.
    pub fn decision(&self, state: baqylau_report::review::ReviewState) -> &'static str {
        match state {
            baqylau_report::review::ReviewState::Accepted => self.strings.decided_accept,
            baqylau_report::review::ReviewState::Excluded => self.strings.decided_exclude,
            baqylau_report::review::ReviewState::Queried => self.strings.decided_ask,
        }
    }

    /// A flag in words.
    pub fn flag(&self, flag: Flag) -> &'static str {
        let w = self.strings;
        match flag {
            Flag::Speed => w.flag_speed,
            Flag::Travel => w.flag_travel,
            Flag::Position => w.flag_position,
            Flag::Clock => w.flag_clock,
            Flag::Double => w.flag_double,
            Flag::Arithmetic => w.flag_arithmetic,
            Flag::Disputed => w.flag_disputed,
        }
    }

    pub fn title(&self, checklist: Option<usize>) -> String {
        let found = checklist.and_then(|at| self.state.tables.checklists.get(at));
        found.map_or_else(|| "—".into(), |c| c.title.get(self.language).to_string())
    }
}
