//! What happens around the filling: questions that come back, a phone that is lost and replaced, a region that stays offline.

use super::phones::{DemoPhone, DemoPhones, PhoneRole, config, patiently};
use super::stage::PIN;
use super::{BUDGET, DemoOptions, say};
use crate::common::{CommandError, now};
use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_observer::{Error, ObserverApp};
use baqylau_simulator::{FORGOTTEN, answer_letters, work};
use serde_json::{Value, json};
use std::fs;

/// How often each of these things happened.
#[derive(Debug, Default)]
pub struct Loops {
    pub photographs: usize,
    pub questions: usize,
    pub amendments: usize,
    pub phones_replaced: usize,
    pub reports_refused: usize,
    pub carried_by_phones: usize,
    pub carried_by_desk: usize,
}

impl Loops {
    pub fn json(&self) -> Value {
        json!({
            "photographs": self.photographs, "questions": self.questions, "amendments": self.amendments, "phones_replaced": self.phones_replaced,
            "reports_refused": self.reports_refused, "carried_by_phones": self.carried_by_phones,
            "carried_by_desk": self.carried_by_desk,
        })
    }

    /// Everything of it, in order. The desk has pulled once.
    pub fn play(args: &DemoOptions, desk: &mut Desk, phones: &DemoPhones) -> Result<Self, CommandError> {
        let mut loops = Self::default();
        loops.carry(desk, phones)?;
        loops.replace(desk, phones)?;
        loops.ask(desk, phones)?;
        loops.photographs(desk, phones)?;
        say(
            args,
            &format!(
                "{} objects were carried by hand, {} phone was lost and replaced, {} questions came back as amendments, {} photographs arrived",
                loops.carried_by_phones + loops.carried_by_desk,
                loops.phones_replaced,
                loops.amendments,
                loops.photographs
            ),
        );
        Ok(loops)
    }

    /// A region stays offline. Half of its reports another phone carries, the other half somebody brings to the desk as files.
    fn carry(&mut self, desk: &mut Desk, phones: &DemoPhones) -> Result<(), CommandError> {
        let offline: Vec<&DemoPhone> = phones.of(PhoneRole::Offline).collect();
        let (by_phone, by_desk) = offline.split_at(offline.len() / 2);
        let Some(carrier) = phones.of(PhoneRole::Usual).next() else { return Ok(()) };
        let carrier = phones.locked(carrier)?;
        for phone in by_phone {
            let core = phones.locked(phone)?;
            self.carried_by_phones += core.export_courier().and_then(|file| carrier.import_courier(&file))?.carried;
            for path in core.courier_attachments()? {
                carrier.import_attachment(&mut fs::File::open(path)?)?;
            }
        }
        phones.sync(&carrier)?;
        let receipts = carrier.export_courier()?;
        for phone in by_phone {
            phones.locked(phone)?.import_courier(&receipts)?;
        }
        for phone in by_desk {
            let core = phones.locked(phone)?;
            let (file, attachments) = (core.export_courier()?, core.courier_attachments()?);
            let mut back = None;
            patiently(|| match desk.deliver(&file, &attachments, &|_| ()) {
                Err(e) if e.may_pass() && phones.faults => Ok(None),
                delivered => {
                    back = Some(delivered?);
                    Ok(Some(()))
                }
            })?;
            let back = back.ok_or("nothing was delivered")?;
            self.carried_by_desk += back.stored;
            core.import_courier(&back.back)?;
        }
        for phone in &offline {
            let core = ObserverApp::open(phone.config(phones.clock())?, PIN)?;
            if !core.summary()?.all_stored() {
                return Err("a receipt did not find its way back".into());
            }
        }
        Ok(())
    }

    /// A phone is lost with half of its work done. Who found it sends one more report, which counts nowhere; the observer goes on
    /// with a new one.
    fn replace(&mut self, desk: &mut Desk, phones: &DemoPhones) -> Result<(), CommandError> {
        for phone in phones.of(PhoneRole::Lost) {
            phones.pull(desk)?;
            let core = ObserverApp::open(phone.config(phones.clock())?, PIN)?;
            let hashes: Vec<String> = core.reports()?.into_iter().map(|r| r.hash).collect();
            let sent = desk.store.envelopes()?.into_iter().find(|e| hashes.contains(&e.hash.to_string()));
            let device = sent.ok_or("the lost phone had sent nothing")?.device;
            let invite = desk.invites().replace(device, true, now(), 30)?.text;
            patiently(|| match desk.publish_decisions() {
                Err(e) if e.may_pass() && phones.faults => Ok(None),
                published => Ok(Some(published?)),
            })?;
            let (_, rest) = phone.halves();
            let clock = phones.clock();
            let thief = ObserverApp::open(phone.config(clock.clone())?, PIN)?;
            work(&thief, &clock, &rest[..1], &mut || ())?;
            self.reports_refused += phones.sync_refused(&thief)?;
            let folder = phone.folder.with_extension("new");
            fs::create_dir_all(&folder)?;
            let clock = phones.clock();
            let core = ObserverApp::create(config(&folder, &phone.language, clock.clone())?, PIN, &invite)?;
            patiently(|| match core.enrol(BUDGET) {
                Ok(report) if report.enrolled => Ok(Some(())),
                Ok(_) | Err(Error::Refused { .. } | Error::Interrupted) if phones.faults => Ok(None),
                Ok(_) => Err("the new phone could not enrol".into()),
                Err(e) => Err(e.into()),
            })?;
            work(&core, &clock, rest, &mut || ())?;
            phones.sync(&core)?;
            self.phones_replaced += 1;
        }
        Ok(())
    }

    /// The desk fetches the photographs and looks at each.
    fn photographs(&mut self, desk: &mut Desk, phones: &DemoPhones) -> Result<(), CommandError> {
        patiently(|| match desk.pull_attachments() {
            Err(e) if e.may_pass() && phones.faults => Ok(None),
            Ok(fetched) if !fetched.failed.is_empty() && phones.faults => Ok(None),
            Ok(fetched) => match fetched.failed.first() {
                Some(fault) => Err(fault.to_string().into()),
                None => Ok(Some(())),
            },
            Err(e) => Err(e.into()),
        })?;
        for row in desk.attachments().list()? {
            let mut picture = Vec::new();
            desk.attachments().open(&row.attachment, &mut picture)?;
            if picture.windows(4).any(|w| w == b"Exif") {
                return Err("a photograph tells when it was taken".into());
            }
            self.photographs += 1;
        }
        Ok(())
    }

    /// The desk asks about every report that says that an answer is to follow; the phones amend them.
    fn ask(&mut self, desk: &mut Desk, phones: &DemoPhones) -> Result<(), CommandError> {
        phones.pull(desk)?;
        let (_, table) = desk.report_table(None, AnswerBasis::Effective)?;
        let unfinished = table.with_answers(&desk.store, &table.rows, |row, said| {
            said.is_some_and(|said| said.report.incomplete.as_deref() == Some(FORGOTTEN))
                .then_some(row.summary.meta.hash)
        });
        for report in unfinished?.into_iter().flatten() {
            desk.records().ask(report, &[], "Which answer is to follow?", None, now())?;
            self.questions += 1;
        }
        phones.pull(desk)?;
        for phone in phones.of(PhoneRole::Forgets) {
            let clock = phones.clock();
            let core = ObserverApp::open(phone.config(clock.clone())?, PIN)?;
            phones.sync(&core)?;
            self.amendments += answer_letters(&core, &clock, &phone.tasks)?;
            phones.sync(&core)?;
        }
        Ok(())
    }
}
