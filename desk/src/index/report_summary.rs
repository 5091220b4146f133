//! What pages keep of a report: a few hundred bytes instead of its answers. Made once, on all cores, when the report comes in.

use crate::adjudication::ReportMeta;
use crate::adjudication::status::Status;
use crate::store::PulledEnvelope;
use crate::tables::{FieldRole, INTERNAL, MissionTables, RoledQuestion};
use baqylau_findings::compute::AdaptedFigures;
use baqylau_findings::{Contribution, Observation, contribute};
use baqylau_forms::Filling;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::CellKey;
use baqylau_forms::fold::fold;
use baqylau_forms::form::Form;
use baqylau_forms::num;
use baqylau_forms::value::Answer;
use baqylau_forms::zone::{HOUR_MS, MINUTE_MS};
use baqylau_report::Report;
use baqylau_report::report::{RecordedMoment, RecordedPosition, UnmappedAnswer, VisitMode};
use std::sync::Arc;

/// A report as pages know it.
pub struct ReportSummary {
    /// Shared with the adjudication.
    pub meta: Arc<ReportMeta>,
    /// The checklist, as a position in [`MissionTables::checklists`].
    pub checklist: Option<usize>,
    /// The place, as a position in [`MissionTables::places`].
    pub place: Option<u32>,
    /// The hour of the day of arrival, where the place is.
    pub hour: Option<u8>,
    /// When the team arrived, in milliseconds since 1970.
    pub arrived: Option<i64>,
    /// When it left.
    pub departed: Option<i64>,
    /// When filling began.
    pub started: Option<i64>,
    /// Where the phone was.
    pub position: Option<RecordedPosition>,
    /// Whether it was filled in on a phone, answer by answer.
    pub by_phone: bool,
    /// How many questions are answered.
    pub answered: usize,
    /// Whether it goes first: it is of an urgent checklist, or a call for help.
    pub urgent: bool,
    /// Whether it is a call for help.
    pub alarm: bool,
    /// How many attachments it names.
    pub attachments: usize,
    /// The visit's code and every text that somebody typed, folded for searching, a line each.
    pub(crate) texts: Box<str>,
    /// Where those of the answers stand: question, and positions of the rows.
    pub typed: Box<[(u32, Box<[u32]>)]>,
    /// What it gives to each number of its checklist, in their order, as positions in the ledger's values.
    pub(crate) contributions: Box<[u32]>,
    /// Whether its words stay at the desk: the observer says so, or was asked and did not say that they may leave it.
    pub internal: bool,
    /// Why it amends, in the observer's words.
    pub why: Option<Box<str>>,
    /// Answers given under another version of the checklist that have no question in this one.
    pub left: Box<[UnmappedAnswer]>,
    /// What the desk takes out of it by `desk.csv`: choices by their position, days since 1970, numbers.
    pub uses: Box<[(FieldRole, u32)]>,
}

baqylau_forms::redacted_debug! { ReportSummary: meta, checklist, place, answered, urgent, alarm, internal }

impl ReportSummary {
    /// One that could not be read, and why.
    pub(crate) fn unread(envelope: &PulledEnvelope, why: &Status) -> Self {
        Self {
            meta: Arc::new(ReportMeta::new(envelope, Err(why))),
            checklist: None,
            place: None,
            hour: None,
            arrived: None,
            departed: None,
            started: None,
            position: None,
            by_phone: false,
            answered: 0,
            urgent: false,
            alarm: false,
            attachments: 0,
            texts: Box::default(),
            typed: Box::default(),
            contributions: Box::default(),
            internal: false,
            why: None,
            left: Box::default(),
            uses: Box::default(),
        }
    }

    /// Of a report that was read and evaluated; and what it gives to the numbers of its checklist.
    pub(crate) fn read(
        tables: &MissionTables,
        rules: &AdaptedFigures,
        envelope: &PulledEnvelope,
        report: &Report,
        filling: Filling,
    ) -> (Self, Vec<Contribution>) {
        let form = filling.form().clone();
        let definition = form.definition();
        let place = report.visit.place.as_deref().and_then(|code| tables.places.find(code));
        let checklist = tables.checklists.iter().position(|c| c.id == definition.id);
        let zone = place.and_then(|p| tables.places.zone(p)).unwrap_or(&tables.mission.zone);
        let ms = |at: Option<RecordedMoment>| at.map(|at| at.ms);
        let local = ms(report.visit.arrived).map(|ms| ms + i64::from(zone.at(ms)) * MINUTE_MS);
        let uses = checklist.map(|at| uses(tables, at, &form, &filling)).unwrap_or_default();
        let entry = Self {
            internal: checklist.is_some_and(|at| internal(tables, at, &uses)),
            meta: Arc::new(ReportMeta::new(envelope, Ok((report, &form)))),
            checklist,
            place,
            hour: local.and_then(|ms| u8::try_from(ms.rem_euclid(24 * HOUR_MS) / HOUR_MS).ok()),
            arrived: ms(report.visit.arrived),
            departed: ms(report.visit.departed),
            started: Some(report.clock.started),
            position: report.visit.position,
            by_phone: VisitMode::of(&report.visit.mode) == Some(VisitMode::Phone),
            answered: filling.progress().answered,
            urgent: definition.urgent || report.alarm == Some(true),
            alarm: report.alarm == Some(true),
            attachments: report.attachments.as_ref().map_or(0, Vec::len),
            texts: texts(report, &filling).into(),
            typed: typed(&filling).map(|(key, _)| (key.node, filling.row_path(key.row).into())).collect(),
            contributions: Box::default(),
            why: report.why.as_deref().map(Into::into),
            left: report.left.clone().unwrap_or_default().into(),
            uses,
        };
        let observation = Observation { index: envelope.index, checklist: definition.id.clone(), place, filling };
        let given = contribute(rules, &observation).into_iter().map(|(_, given)| given).collect();
        (entry, given)
    }

    /// The same, with what it gives.
    pub(crate) fn with_contributions(self, given: Box<[u32]>) -> Arc<Self> {
        Arc::new(Self { contributions: given, ..self })
    }
}

/// Folded, a text a line: code of the visit, place in words, and every text that was typed.
fn texts(report: &Report, filling: &Filling) -> String {
    let mut all = String::new();
    let mut add = |text: &str| {
        all.push_str(&fold(text));
        all.push('\n');
    };
    add(&report.visit.code);
    report.visit.unlisted.iter().for_each(|text| add(text));
    typed(filling).for_each(|(_, text)| add(text));
    let content = report.content(filling.form());
    content.iter().flat_map(|said| &said.remarks).for_each(|remark| add(&remark.text));
    all
}

/// The answers that somebody typed, in order.
pub fn typed(filling: &Filling) -> impl Iterator<Item = (CellKey, &str)> {
    let items = &filling.form().definition().items;
    let keys = filling.shown_keys().into_iter().filter(|k| matches!(items[k.node as usize].kind, Kind::Text));
    keys.filter_map(|key| match filling.answer(key) {
        Some(Answer::Text(text)) => Some((key, text.as_ref())),
        _ => None,
    })
}

/// Choices by their position in the list that the mission has now.
fn uses(tables: &MissionTables, checklist: usize, form: &Form, filling: &Filling) -> Box<[(FieldRole, u32)]> {
    let mut out = Vec::new();
    for used in tables.uses.iter().filter(|u| u.checklist == checklist) {
        let Some(node) = form.find(&used.name) else { continue };
        let key = CellKey { node, row: 0 };
        let now = |choice: u32| {
            let name = form.list(node)?.choices.get(choice as usize)?.name.clone();
            used.choices.iter().position(|c| *c == name).map(num::index)
        };
        let values: Vec<u32> = match filling.answer(key).filter(|_| filling.is_shown(key)) {
            Some(Answer::One(choice)) => now(*choice).into_iter().collect(),
            Some(Answer::Many(chosen)) => chosen.iter().filter_map(|c| now(*c)).collect(),
            Some(Answer::Date(date)) => u32::try_from(date.0).into_iter().collect(),
            Some(Answer::Integer(n)) => u32::try_from(*n).into_iter().collect(),
            _ => Vec::new(),
        };
        out.extend(values.into_iter().map(|value| (used.what, value)));
    }
    out.into()
}

/// Whether the words of a report stay at the desk.
fn internal(tables: &MissionTables, checklist: usize, uses: &[(FieldRole, u32)]) -> bool {
    let asked: Vec<&RoledQuestion> =
        tables.used(FieldRole::Confidentiality).filter(|u| u.checklist == checklist).collect();
    let mut chosen = uses.iter().filter(|u| u.0 == FieldRole::Confidentiality).map(|u| u.1 as usize);
    let open = |at: usize| asked.iter().any(|u| u.choices.get(at).is_some_and(|name| **name != *INTERNAL));
    !asked.is_empty() && !chosen.next().is_some_and(open)
}
