//! A mission in a country that changes its clocks: the tables name the zone, and every time is that of its moment.

use crate::it::support::{key, set};
use baqylau_desk::tables::MissionTables;
use baqylau_forms::value::Moment;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{Issue, PhoneConfig, VisitChange};
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_tests::{BUDGET, PIN, World};
use std::path::Path;
use std::sync::Arc;

/// A summer's mission with one station, whose zone is `zone`.
fn tables(folder: &Path, seat: &str, zone: &str) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("writes");
    std::fs::create_dir_all(folder.join("checklists/f")).expect("a folder");
    write(
        "mission.json",
        &format!(
            r#"{{"title": {{"en": "T"}}, "languages": [{{"code": "en", "name": "English"}}], "default_language": "en", {seat},
            "election_day": "2026-07-05", "starts": "2026-06-01", "ends": "2026-08-01", "statement": "2026-07-06",
            "levels": [{{"id": "country", "label": {{"en": "Country"}}}}, {{"id": "station", "label": {{"en": "Station"}}}}],
            "roles": [{{"id": "obs", "label": {{"en": "Observer"}}}}], "checklists": ["f"], "review_window_days": 5,
            "confirm_on_pull": true, "unlisted_places": false}}"#
        ),
    );
    write("people.csv", "code,name,role,team,languages\np1,A,obs,T1,en\n");
    write(
        "places.csv",
        &format!(
            "code,level,parent,time_zone,number,label::English (en)\nxx,country,,{zone},,X\ns1,station,xx,{zone},1,S\n"
        ),
    );
    write(
        "figures.csv",
        "id,checklist,unit,counts,of,base,per,published,value,tolerance,sentence::English (en)\nn,f,count,true(),,all,observation,1,1,0,{value}\n",
    );
    write("checklists/f/settings.csv", "form_id,version,places,once,form_title::English (en)\nf,1,station,free,F\n");
    write(
        "checklists/f/survey.csv",
        "type,name,label::English (en),constraint,check\ndateTime,m,When did the count begin?,. <= now(),error\n",
    );
}

/// The machine's clocks, but for a wall clock that stands.
struct Standing(i64);

impl Clock for Standing {
    fn wall(&self) -> Moment {
        // A phone that is set to the zone of another country.
        Moment { ms: self.0, offset: -300 }
    }
    fn boot_ms(&self) -> i64 {
        SystemClock.boot_ms()
    }
    fn boot_id(&self) -> [u8; 8] {
        SystemClock.boot_id()
    }
    fn jitter(&self) -> u32 {
        SystemClock.jitter()
    }
}

fn ms(text: &str) -> i64 {
    Moment::parse(text, 0).expect("a moment").ms
}

/// A phone whose clock stands at a moment.
fn phone(world: &mut World, name: &str, at: &str) -> ObserverApp {
    let invite = world.invite("p1");
    let core = ObserverApp::create(world.phone(name), PIN, &invite).expect("a store");
    core.enrol(BUDGET).expect("enrols");
    drop(core);
    ObserverApp::open(PhoneConfig { clock: Arc::new(Standing(ms(at))), ..world.phone(name) }, PIN).expect("opens")
}

#[test]
fn a_time_of_half_an_hour_ago_is_not_in_the_future_in_summer() {
    let folder = tempfile::tempdir().expect("a folder");
    tables(folder.path(), r#""time_zone": "Europe/Bucharest""#, "Europe/Bucharest");
    let mut world = World::new(folder.path());
    for (name, at, before, after, shown) in [
        ("summer", "2026-07-05T12:00Z", "2026-07-05T14:30", "2026-07-05T15:30", "15:00"),
        ("winter", "2026-12-05T12:00Z", "2026-12-05T13:30", "2026-12-05T14:30", "14:00"),
    ] {
        let core = phone(&mut world, name, at);
        let visit = core.start_visit(Some("s1"), None).expect("a visit");
        assert_eq!(visit.arrived.expect("an arrival").local().expect("a time").format("%H:%M").to_string(), shown);
        let draft = core.start_checklist(&visit.code, "f").expect("a draft").id;
        assert_eq!(core.compute(draft, "format-date(now(), '%H:%M')").expect("a text"), shown);
        let errors = || core.issues(draft).expect("issues").iter().filter(|p| p.issue == Issue::Error).count();
        set(&core, draft, "m", before).expect("set");
        assert_eq!(errors(), 0, "{name}: half an hour ago");
        set(&core, draft, "m", after).expect("set");
        assert_eq!(errors(), 1, "{name}: in half an hour");
        let twice = core.read_answer(draft, key(&core, draft, "m"), "2026-10-25T03:30").expect_err("it is twice");
        assert!(twice.to_string().contains("add the offset"), "{twice}");
        let left = Moment { ms: ms(at) + 60_000, offset: -300 };
        let left = core.update_visit(&visit.code, VisitChange::Departed(left)).expect("changed").departed;
        assert_eq!(left.map(|m| m.offset), visit.arrived.map(|m| m.offset), "whatever the phone is set to");
    }
}

#[test]
fn zones_of_the_tables_that_are_none_are_faults_and_those_of_another_season_warnings() {
    let read = |seat: &str, zone: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        tables(folder.path(), seat, zone);
        MissionTables::read(folder.path()).map(|s| s.warnings).map_err(|e| e.to_string())
    };
    let named = r#""time_zone": "Europe/Bucharest""#;
    assert_eq!(read(named, "Europe/Bucharest").expect("no fault"), Vec::<String>::new());
    assert_eq!(read(named, "+03:00").expect("no fault"), Vec::<String>::new());
    let warned = read(named, "+02:00").expect("no fault").join("\n");
    assert!(
        warned.contains("places.csv: 2 places have +02:00 all year") && warned.contains("write Europe/Bucharest"),
        "{warned}"
    );
    let seat = r#""time_zone": "Europe/Bucharest", "offset": "+02:00""#;
    let warned = read(seat, "Europe/Bucharest").expect("no fault").join("\n");
    assert!(warned.contains("Europe/Bucharest has +03:00 on the day of the election"), "{warned}");
    let fault = read(named, "Europe/Bucarest").expect_err("a fault");
    assert!(fault.contains("row 2: column time_zone") && fault.contains("did you mean Europe/Bucharest?"), "{fault}");
    let fault = read(r#""time_zone": "Mars""#, "+02:00").expect_err("a fault");
    assert!(fault.contains("mission.json: time_zone: \"Mars\" is no time zone"), "{fault}");
}
