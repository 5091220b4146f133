//! A mission with a running server, for tests in other languages. It says one JSON object, then answers each line of standard
//! input with one: `cut N` swallows answers once N bytes went up a connection, `hang` lets it neither answer nor close, `whole` mends
//! it, `desk` pulls and lists the reports, `lost` has the server lose everything, and `publish` publishes anew, `ask HASH WORDS` writes
//! to the observer, `about HASH QUESTION WORDS` names a question too, `revoke` ends every phone, `socks` gives the address of a SOCKS5
//! proxy and what it was asked for since the last time, `expired` and `foreign` give invites that are no good, `page` serves the
//! coordinators' page, `tell WORDS` has a phone of its own send a report, `alarm` a call for help. It ends with its input.

use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_observer::ObserverApp;
use baqylau_page::{PageOptions, RunningPage, start};
use baqylau_protocol::ids::Hash;
use baqylau_tests::line::NetworkLine;
use baqylau_tests::socks::Socks;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const DAY_MS: i64 = 86_400_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invites: Vec<String> = ["p001", "p003", "p005"].iter().map(|p| world.invite(p)).collect();
    let line = NetworkLine::start(world.move_server());
    let folder = world.folder.path().to_owned();
    let mut page: Option<Page> = None;
    let mut phone: Option<ObserverApp> = None;
    let mut socks: Option<Arc<Socks>> = None;
    say(&json!({ "invites": invites, "folder": folder, "mission": folder.join("mission"), "passphrase": PASSPHRASE }))?;
    for command in std::io::stdin().lock().lines() {
        let command = command?;
        let (word, rest) = command.split_once(' ').unwrap_or((&command, ""));
        match word {
            "cut" => line.cut_after(rest.parse()?),
            "hang" => line.hang(),
            "whole" => line.cut_after(i64::MAX),
            "lost" => world.lose_server(),
            "publish" => world.desk.publish()?,
            "desk" => {
                say(&reports(&mut world)?)?;
                continue;
            }
            "ask" => {
                let (hash, words) = rest.split_once(' ').ok_or("ask HASH WORDS")?;
                ask(&mut world, hash, &[], words)?;
            }
            "about" => {
                let (hash, rest) = rest.split_once(' ').ok_or("about HASH QUESTION WORDS")?;
                let (question, words) = rest.split_once(' ').ok_or("about HASH QUESTION WORDS")?;
                ask(&mut world, hash, &[question.to_owned()], words)?;
            }
            "revoke" => {
                world.desk.pull(now(), &|_| ())?;
                for row in world.desk.devices(now())? {
                    world.desk.decisions().revoke(row.device, None, now())?;
                }
                world.desk.publish_decisions()?;
            }
            "socks" => {
                let socks = socks.get_or_insert_with(|| Socks::start("localhost"));
                say(&json!({ "socks": socks.address(), "asked": socks.asked() }))?;
                continue;
            }
            "expired" => {
                let invite = world.desk.invites().make(&["p007".to_owned()], now() - 10 * DAY_MS, 1)?.remove(0).text;
                say(&json!({ "invite": invite }))?;
                continue;
            }
            "foreign" => {
                say(&json!({ "invite": world.foreign(&tables("kazakhstan-2023"), "p007") }))?;
                continue;
            }
            "page" => {
                say(&json!({ "page": page.get_or_insert(Page::open(&folder)?).running.address }))?;
                continue;
            }
            "tell" | "alarm" => {
                let core = match phone.take() {
                    Some(core) => core,
                    None => {
                        let invite = world.invite("p009");
                        world.enrolled("teller", &invite)
                    }
                };
                let hash = if word == "alarm" { core.alarm(None)?.hash } else { tell(&core, rest)? };
                core.sync_now(BUDGET)?;
                say(&json!({ "hash": hash }))?;
                phone = Some(core);
                continue;
            }
            other => return Err(format!("{other:?} is no command").into()),
        }
        say(&json!({ "lost": line.lost() }))?;
    }
    Ok(())
}

/// The coordinators' page, served as long as it is held.
struct Page {
    running: RunningPage,
    _runtime: tokio::runtime::Runtime,
}

impl Page {
    fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let desk = || Desk::open(&folder.join("mission"), PASSPHRASE);
        let options = PageOptions { port: 0, every: Duration::from_millis(200), now };
        let running = runtime.block_on(start(desk()?, desk()?, options))?;
        Ok(Self { running, _runtime: runtime })
    }
}

/// Signs a campaign event that is incomplete for a reason.
fn tell(phone: &ObserverApp, words: &str) -> Result<String, Box<dyn Error>> {
    let level = &phone.checklists()?.into_iter().find(|c| c.id == "campaign_event").ok_or("a checklist")?.places;
    let place = phone.search_places(level, None, "", 0, 1)?.remove(0).code;
    let visit = phone.start_visit(Some(&place), None)?.code;
    let draft = phone.start_checklist(&visit, "campaign_event")?.id;
    Ok(phone.finalise(draft, Some(words.to_owned()))?.hash)
}

fn ask(world: &mut World, report: &str, questions: &[String], words: &str) -> Result<(), Box<dyn Error>> {
    let report = Hash::from_hex(report).ok_or("no hash")?;
    world.desk.pull(now(), &|_| ())?;
    world.desk.records().ask(report, questions, words, None, now())?;
    Ok(world.desk.pull(now(), &|_| ()).map(|_| ())?)
}

fn reports(world: &mut World) -> Result<Value, Box<dyn Error>> {
    world.desk.pull(now(), &|_| ())?;
    let (_, table) = world.desk.report_table(None, AnswerBasis::Effective)?;
    let reports = table.with_answers(&world.desk.store, &table.rows, |row, said| {
        let answers = said.map(|said| said.written()).unwrap_or_default();
        let answers: serde_json::Map<String, Value> = answers.into_iter().map(|(q, a)| (q, a.into())).collect();
        json!({ "hash": row.summary.meta.hash.to_string(), "status": row.status.name(), "answers": answers })
    });
    Ok(json!({ "reports": reports? }))
}

fn say(value: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}").and_then(|()| out.flush())
}
