//! `mission.json`: the settings, and what in them cannot be.

use super::zones;
use crate::error::DeskError;
use baqylau_forms::definition::Text;
use baqylau_forms::places::Level;
use baqylau_forms::value::Date;
use baqylau_forms::zone::HOUR_MS;
use baqylau_forms::{Places, Zone};
use baqylau_protocol::checkpoint::NoteKey;
use baqylau_protocol::statement::MAX_SIGNERS;
use baqylau_protocol::witnesses;
use baqylau_report::mission::{Language, Mission};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissionFile {
    title: BTreeMap<String, String>,
    languages: Vec<Language>,
    default_language: String,
    time_zone: String,
    #[serde(default)]
    offset: Option<String>,
    election_day: String,
    starts: String,
    ends: String,
    statement: String,
    levels: Vec<LevelRow>,
    roles: Vec<LevelRow>,
    pub checklists: Vec<String>,
    review_window_days: u32,
    confirm_on_pull: bool,
    unlisted_places: bool,
    #[serde(default)]
    duress_pin: bool,
    #[serde(default = "one_desk")]
    desks_to_read: u32,
    #[serde(default = "one_desk")]
    statement_signers: u32,
    #[serde(default)]
    pub call_ins: Vec<String>,
    #[serde(default)]
    pub witnesses: Vec<String>,
    #[serde(default)]
    pub cosignatures: u32,
}

fn one_desk() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelRow {
    id: String,
    label: BTreeMap<String, String>,
}

pub(super) fn read_json<T: for<'d> Deserialize<'d>>(path: &Path) -> Result<T, DeskError> {
    let text = std::fs::read_to_string(path).map_err(|e| DeskError::file(path, e))?;
    serde_json::from_str(&text).map_err(|e| DeskError::damaged(path, e))
}

fn text(map: &BTreeMap<String, String>, languages: &[Language], what: &str, faults: &mut Vec<String>) -> Text {
    let one = |l: &Language| {
        map.get(&l.code).map(|t| Arc::from(t.as_str())).unwrap_or_else(|| {
            faults.push(format!("mission.json: {what} is missing in {}", l.code));
            Arc::default()
        })
    };
    Text(languages.iter().map(one).collect())
}

/// The mission, its levels and the zone that it names; its roles.
pub(super) fn settings(
    file: MissionFile,
    faults: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> ((Mission, Vec<Level>, Zone), Vec<String>) {
    let mut languages = file.languages;
    // The default stands first everywhere.
    languages.sort_by_key(|l| l.code != file.default_language);
    if languages.first().is_none_or(|l| l.code != file.default_language) {
        faults.push("mission.json: default_language is none of the languages".into());
    }
    for (name, day) in [
        ("election_day", &file.election_day),
        ("starts", &file.starts),
        ("ends", &file.ends),
        ("statement", &file.statement),
    ] {
        if Date::parse(day).is_none() {
            faults.push(format!("mission.json: {name} is no date YYYY-MM-DD"));
        }
    }
    let day = Date::parse(&file.election_day).unwrap_or_default();
    let named = zones::zone(&file.time_zone, day).unwrap_or_else(|what| {
        faults.push(format!("mission.json: time_zone: {what}"));
        Zone::fixed(0)
    });
    let zone = seat(file.offset.as_deref(), &named, day, faults, warnings);
    let levels = file.levels.iter();
    let levels: Vec<Level> = levels
        .map(|l| Level { id: l.id.clone(), label: text(&l.label, &languages, &format!("the level {}", l.id), faults) })
        .collect();
    if file.desks_to_read == 0 {
        faults.push("mission.json: desks_to_read is 0; a report is safe when at least one desk has read it".into());
    }
    if !(1..=MAX_SIGNERS).contains(&(file.statement_signers as usize)) {
        faults.push(format!(
            "mission.json: statement_signers is {}; write how many desks must sign the figures of the statement, 1 to {MAX_SIGNERS}",
            file.statement_signers
        ));
    }
    let mission = Mission {
        title: text(&file.title, &languages, "the title", faults),
        languages,
        zone,
        election_day: file.election_day,
        checklists: file.checklists,
        review_window_days: file.review_window_days,
        confirm_on_pull: file.confirm_on_pull,
        unlisted_places: file.unlisted_places,
        duress_pin: file.duress_pin,
        desks_to_read: file.desks_to_read,
        statement_signers: file.statement_signers,
    };
    ((mission, levels, named), file.roles.into_iter().map(|r| r.id).collect())
}

/// The time of the mission's seat: that of its zone, or a constant offset where one is given.
fn seat(offset: Option<&str>, named: &Zone, day: Date, faults: &mut Vec<String>, warnings: &mut Vec<String>) -> Zone {
    let Some(text) = offset else { return named.clone() };
    let Some(minutes) = Zone::parse_offset(text) else {
        faults.push(format!("mission.json: offset: {text:?} is no offset such as +06:00; correct it, or leave it out"));
        return named.clone();
    };
    let noon = named.midnight(day) + 12 * HOUR_MS;
    if named.at(noon) != minutes {
        let (name, right) = (&named.name, Zone::fixed(named.at(noon)).name);
        warnings.push(format!(
            "mission.json: offset: {name} has {right} on the day of the election, and {text} is used all the same; leave offset out to use {name}"
        ));
    }
    Zone::fixed(minutes)
}

/// Places whose constant offset is the mission's in the other half of the year.
pub(super) fn out_of_season(places: &Places, named: &Zone, day: Date, warnings: &mut Vec<String>) {
    let table = places.table();
    for (at, zone) in table.zones.iter().enumerate().filter(|(_, z)| z.changes.is_empty()) {
        if zones::is_of_another_season(zone.offset, named, day) {
            let count = table.places.iter().filter(|p| usize::from(p.zone) == at).count();
            let (offset, name) = (&zone.name, &named.name);
            warnings.push(format!(
                "places.csv: {count} places have {offset} all year, which {name} has in another season than the election's; write {name} as their time_zone if its clocks are theirs"
            ));
        }
    }
}

/// Witnesses by the text form of their keys, of which so many must cosign.
pub(super) fn asked_witnesses(texts: &[String], needed: u32, faults: &mut Vec<String>) -> Vec<NoteKey> {
    let mut named = Vec::new();
    for text in texts {
        match NoteKey::parse_witness(text) {
            Some(witness) => named.push(witness),
            None => faults.push(format!(
                "mission.json: witnesses: {text:?} is no key of a witness; copy the line that `baqylau witness key` prints"
            )),
        }
    }
    if named.len() == texts.len()
        && let Err(fault) = witnesses::check(&named, needed, None)
    {
        faults.push(format!("mission.json: witnesses: {fault}"));
    }
    named
}

/// Times as `13:00`.
pub(super) fn call_ins(times: &[String], faults: &mut Vec<String>) -> Vec<u16> {
    let minutes = |text: &String| {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let mut out = Vec::new();
    for text in times {
        match minutes(text) {
            Some(minute) => out.push(minute),
            None => faults.push(format!("mission.json: call_ins: {text:?} is no time such as 13:00")),
        }
    }
    out.sort_unstable();
    out
}
