//! The folder, the mission and its invites.

use super::DemoOptions;
use crate::common::now;
use baqylau_desk::Desk;
use baqylau_desk::tables::MissionTables;
use baqylau_forms::value::Date;
use baqylau_simulator::{PlannedReport, ScheduleInputs, SimulatedObserver, schedule};
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The passphrase of a mission that keeps no secret.
pub const PASSPHRASE: &str = "demonstration only";
/// The PIN of every phone.
pub const PIN: &str = "2468";
const MARK: &str = ".baqylau-demo";

/// Everything that is there before the first phone enrols.
pub struct Stage {
    pub folder: PathBuf,
    pub tables: MissionTables,
    /// Where phones and desk go.
    pub port: u16,
    /// Where the server listens; the same, without faults.
    pub server_port: u16,
    /// Invites by person.
    pub invites: BTreeMap<String, String>,
    /// Teams by person.
    pub people: Vec<SimulatedObserver>,
    /// Planned before the phones begin, from the answers of the plan.
    pub tasks: Tasks,
    pub begins: i64,
}

impl Stage {
    pub fn set(args: &DemoOptions) -> Result<Self, crate::common::CommandError> {
        // Everything that can be wrong in the tables is found before an earlier demonstration is replaced.
        if !args.mission.join("mission.json").is_file() {
            return Err(no_mission(&args.mission).into());
        }
        let source = MissionTables::read(&args.mission)?;
        let (people, begins, tasks) = planned(&source, &args.mission, args.seed)?;
        if tasks.values().all(Vec::is_empty) {
            return Err(no_plan(&source, &args.mission).into());
        }
        let folder = empty(&args.keep)?;
        let server_port = free_port()?;
        let port = if args.faults { free_port()? } else { server_port };
        let address = format!("https://127.0.0.1:{port}");
        let mission = folder.join("mission");
        let desk = Desk::new(&mission, &args.mission, &[address], PASSPHRASE)?;
        desk.build(PASSPHRASE, now(), 90)?;
        let invited = desk.invites().make(&[], now(), 30)?;
        let invites = invited.into_iter().map(|i| (i.person.code, i.text)).collect();
        Ok(Self { folder, tables: source, port, server_port, invites, people, tasks, begins })
    }

    pub fn desk(&self) -> Result<Desk, crate::common::CommandError> {
        Ok(Desk::open(&self.folder.join("mission"), PASSPHRASE)?)
    }

    pub fn server_folder(&self) -> PathBuf {
        self.folder.join("mission/server")
    }

    /// Somebody to invite once more: every invite was used.
    pub fn first_person(&self) -> &str {
        self.invites.keys().next().map(String::as_str).unwrap_or_default()
    }
}

/// Which missions there are beside a folder that is none.
fn no_mission(folder: &Path) -> String {
    let beside = [folder.parent(), Some(Path::new("missions"))].into_iter().flatten();
    let entries = beside.flat_map(std::fs::read_dir).flatten().flatten();
    let missions = entries.map(|e| e.path()).filter(|p| p.join("mission.json").is_file());
    let mut missions: Vec<String> = missions.map(|p| p.display().to_string()).collect();
    missions.sort();
    missions.dedup();
    let named = match missions.as_slice() {
        [] => "name a folder with `--mission`".to_owned(),
        some => format!("there are {}", some.join(", ")),
    };
    format!("{}: no mission's tables are here, for there is no mission.json; {named}", folder.display())
}

/// What a mission lacks to be played.
fn no_plan(tables: &MissionTables, mission: &Path) -> String {
    let tables: Vec<String> = tables.checklists.iter().map(|c| format!("plan/{}.csv", c.id)).collect();
    format!(
        "{}: nobody has anything to report, because the mission has no plan of answers. The demonstration fills checklists as {} \
         say, which docs/authoring.md describes. A mission without them can be observed by hand: `baqylau mission new` makes its folder",
        mission.display(),
        tables.join(", ")
    )
}

/// Planned reports by the code of the person, in the order of the day.
pub type Tasks = BTreeMap<String, Vec<PlannedReport>>;

/// Who observes, when the day begins, and what the plan in the mission's tables has everybody do.
pub fn planned(
    tables: &MissionTables,
    mission: &Path,
    seed: u64,
) -> Result<(Vec<SimulatedObserver>, i64, Tasks), crate::common::CommandError> {
    let people: Vec<SimulatedObserver> = tables
        .people
        .iter()
        .map(|p| SimulatedObserver { code: p.code.clone(), role: p.role.clone(), team: p.team.clone() })
        .collect();
    let midnight =
        tables.mission.zone.midnight(Date::parse(&tables.mission.election_day).ok_or("election_day is no date")?);
    let begins = midnight + 6 * 3_600_000;
    let world = ScheduleInputs {
        people: people.clone(),
        checklists: tables.checklists.iter().map(|c| (c.id.clone(), places(tables, &c.places))).collect(),
        plans: mission.join("plan"),
        begins,
        seed,
    };
    let tasks = schedule(&world)?;
    Ok((people, begins, tasks))
}

/// The places of the first level that a checklist is for.
fn places(tables: &MissionTables, levels: &[String]) -> Vec<String> {
    let level = levels.first().and_then(|l| tables.places.level(l));
    let of = level.map(|l| tables.places.of_level(l)).unwrap_or_default();
    of.iter().filter_map(|p| tables.places.get(*p)).map(|p| p.code.to_string()).collect()
}

/// An empty folder; what an earlier demonstration left there is removed, anything else is not.
fn empty(folder: &Path) -> Result<PathBuf, crate::common::CommandError> {
    if folder.exists() {
        let strange = !folder.join(MARK).exists() && fs::read_dir(folder)?.next().is_some();
        if strange {
            return Err(
                format!("{} is not empty and no demonstration left it; take another --keep", folder.display()).into()
            );
        }
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join(MARK), "made by `baqylau demo`; replaced by the next\n")?;
    Ok(fs::canonicalize(folder)?)
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
