//! Drafts: answers row by row, the answer log, and what was left over, encrypted under the key of their visit.

use super::main::{MainStore, StoredVisit, aad, damaged, json, unjson};
use crate::error::Error;
use crate::lock::{open_with, seal_with};
use crate::reason::InvalidReason;
use baqylau_forms::fill::{CellKey, Mutation, SavedRow, Unmapped};
use baqylau_forms::value::Answer;
use baqylau_protocol::ids::Hash;
use ring::aead::LessSafeKey;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction, TransactionBehavior, params};
use std::collections::hash_map::Entry;

/// Kinds of a row of `cell`.
const ANSWER: u8 = 0;
const NOTE: u8 = 1;
const REASON: u8 = 2;
const ROW: u8 = 3;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft {
    pub id: i64,
    pub visit: i64,
    pub checklist: Hash,
    pub started: i64,
    /// The report that it became.
    pub report: Option<i64>,
    /// The envelope of the report that it is to supersede.
    pub amends: Option<Hash>,
}

/// The contents of a new draft, beside its answers.
pub(crate) struct NewDraft {
    pub visit: i64,
    pub checklist: Hash,
    pub started: i64,
    pub amends: Option<Hash>,
    /// Why it amends.
    pub why: Option<String>,
    /// Answers that have no place in its checklist.
    pub left: Vec<Unmapped>,
    /// The answer log that it goes on with.
    pub log: Vec<(u32, u32)>,
    /// The draft that it takes the place of.
    pub instead: Option<i64>,
}

impl MainStore {
    fn last_draft(&self) -> Result<i64, Error> {
        let select =
            "SELECT max(coalesce((SELECT max(id) FROM draft), 0), coalesce((SELECT max(draft) FROM report), 0),
                      coalesce((SELECT max(draft) FROM cell), 0))";
        Ok(self.db.query_row(select, [], |r| r.get(0))?)
    }

    pub fn add_draft(&mut self, new: &NewDraft, first: &[Mutation]) -> Result<i64, Error> {
        self.let_go();
        self.cipher(new.visit)?;
        let id = self.last_draft()? + 1;
        let cipher = &self.ciphers[&new.visit];
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let why = new.why.as_ref().map(|why| seal_with(cipher, &why_aad(id), why.as_bytes()));
        let insert = "INSERT INTO draft (id, visit, checklist, started, amends, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        tx.execute(insert, params![id, new.visit, new.checklist.0, new.started, new.amends.map(|h| h.0), why])?;
        first.iter().try_for_each(|m| keep(&tx, cipher, id, m, None))?;
        for (left, line) in new.left.iter().zip(1i64..) {
            let body = seal_with(cipher, &left_aad(id, line), &json(&(&left.name, &left.rows, &left.text))?);
            tx.execute("INSERT INTO leftover VALUES (?1, ?2, ?3)", params![id, line, body])?;
        }
        for (entry, line) in new.log.iter().zip(1i64..) {
            let body = seal_with(cipher, &log_aad(id, line), &json(entry)?);
            tx.execute("INSERT INTO answer_log VALUES (?1, ?2, ?3)", params![id, line, body])?;
        }
        if let Some(old) = new.instead {
            delete_draft(&tx, old)?;
        }
        tx.commit()?;
        Ok(id)
    }

    /// The answers that have no place in a draft's checklist.
    pub fn leftovers(&mut self, draft: &Draft) -> Result<Vec<Unmapped>, Error> {
        let rows: Vec<(i64, Vec<u8>)> = {
            let mut statement = self.db.prepare("SELECT line, body FROM leftover WHERE draft = ?1 ORDER BY line")?;
            let rows = statement.query_map([draft.id], |r| Ok((r.get(0)?, r.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let cipher = self.cipher(draft.visit)?;
        let open = |(line, body): (i64, Vec<u8>)| {
            let plain = open_with(cipher, &left_aad(draft.id, line), &body).ok_or_else(damaged)?;
            let (name, rows, text) = unjson(&plain)?;
            Ok(Unmapped { name, rows, text })
        };
        rows.into_iter().map(open).collect()
    }

    pub fn drafts(&self) -> Result<Vec<Draft>, Error> {
        let mut statement =
            self.db.prepare_cached("SELECT d.id, d.visit, d.checklist, d.started, d.report, d.amends FROM draft d JOIN visit v ON v.id = d.visit ORDER BY d.id")?;
        let rows = statement.query_map([], draft_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn draft(&self, id: i64) -> Result<Draft, Error> {
        let select = "SELECT id, visit, checklist, started, report, amends FROM draft WHERE id = ?1";
        let draft = self.db.prepare_cached(select)?.query_row([id], draft_of).optional()?;
        draft.ok_or(InvalidReason::NoSuchDraft.into())
    }

    /// A draft with its visit, read at once, or as they are held.
    pub fn draft_with_visit(&mut self, id: i64) -> Result<(Draft, StoredVisit), Error> {
        if let Some(held) = self.still_held(id)? {
            return Ok((held.draft, held.visit.clone()));
        }
        let select = "SELECT d.id, d.visit, d.checklist, d.started, d.report, d.amends, v.id, v.code, v.facts
                      FROM draft d LEFT JOIN visit v ON v.id = d.visit WHERE d.id = ?1";
        let read = |r: &Row| {
            let visit = r.get::<_, Option<i64>>(6)?;
            Ok((draft_of(r)?, visit.map(|id| Ok::<_, rusqlite::Error>((id, r.get(7)?, r.get(8)?))).transpose()?))
        };
        let found = self.db.prepare_cached(select)?.query_row([id], read).optional()?;
        let (draft, visit) = found.ok_or(InvalidReason::NoSuchDraft)?;
        let visit = self.open_visit(visit.ok_or_else(damaged)?);
        self.hold(draft, visit.clone())?;
        Ok((draft, visit))
    }

    /// Why a draft amends what it amends.
    pub fn why(&mut self, draft: &Draft) -> Result<Option<String>, Error> {
        let select = "SELECT why FROM draft WHERE id = ?1";
        let sealed: Option<Vec<u8>> = self.db.query_row(select, [draft.id], |r| r.get(0))?;
        let cipher = self.cipher(draft.visit)?;
        let open = |sealed: Vec<u8>| {
            let plain = open_with(cipher, &why_aad(draft.id), &sealed).ok_or_else(damaged)?;
            String::from_utf8(plain.to_vec()).map_err(|_| damaged())
        };
        sealed.map(open).transpose()
    }

    /// Deletes a draft that was never signed.
    pub fn discard(&mut self, draft: &Draft) -> Result<(), Error> {
        self.let_go();
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        delete_draft(&tx, draft.id)?;
        Ok(tx.commit()?)
    }

    /// Stores what a call changed, and the question that it answered by hand, so many milliseconds after the draft was started, in the
    /// transaction that was begun.
    pub fn save(&mut self, draft: &Draft, changes: &[Mutation], answered: Option<(CellKey, u64)>) -> Result<(), Error> {
        self.cipher(draft.visit)?;
        let times = answered.map(|(key, at)| Ok::<_, Error>((key, self.answered(draft, key, at)?)));
        let mut times = times.transpose()?;
        let cipher = &self.ciphers[&draft.visit];
        for change in changes {
            let times = times.take_if(|(key, _)| sets(change, *key)).map(|(_, times)| times);
            keep(&self.db, cipher, draft.id, change, times)?;
        }
        let Some((CellKey { node, row }, times)) = times else { return Ok(()) };
        // It was answered and has no answer now, or the one that it had.
        let upsert = "INSERT INTO cell VALUES (?1, ?2, ?3, ?4, x'', ?5) ON CONFLICT DO UPDATE SET log = excluded.log";
        self.db.prepare_cached(upsert)?.execute(params![draft.id, row, node, ANSWER, times])?;
        Ok(())
    }

    /// When a question was answered, now as well, sealed. Of several times within a second, as while somebody types, the last one is kept.
    fn answered(&mut self, draft: &Draft, key: CellKey, at: u64) -> Result<Vec<u8>, Error> {
        let cipher = &self.ciphers[&draft.visit];
        let held = self.held.as_mut().filter(|held| held.draft.id == draft.id);
        let mut unheld = None;
        let times = match held.map(|held| held.times.entry(key)) {
            Some(Entry::Occupied(known)) => known.into_mut(),
            Some(Entry::Vacant(place)) => place.insert(stored_times(&self.db, cipher, draft.id, key)?),
            None => unheld.insert(stored_times(&self.db, cipher, draft.id, key)?),
        };
        times.pop_if(|last| *last / 1000 == at / 1000);
        times.push(at);
        Ok(seal_with(cipher, &times_aad(draft.id, key), &json(times)?))
    }

    /// The mutations that make a draft's filling again, rows before the answers in them.
    pub fn load(&mut self, draft: &Draft) -> Result<Vec<Mutation>, Error> {
        let select =
            "SELECT row, node, kind, body FROM cell WHERE draft = ?1 AND body <> x'' ORDER BY kind = 3 DESC, row, node";
        let rows: Vec<(u32, u32, u8, Vec<u8>)> = {
            let mut statement = self.db.prepare_cached(select)?;
            let rows = statement.query_map([draft.id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let cipher = self.cipher(draft.visit)?;
        let open = |(row, node, kind, body): (u32, u32, u8, Vec<u8>)| {
            let plain = open_with(cipher, &cell_aad(draft.id, row, node, kind), &body).ok_or_else(damaged)?;
            let key = CellKey { node, row };
            Ok(match kind {
                ANSWER => Mutation::Answer(key, Some(unjson::<Answer>(&plain)?)),
                NOTE => Mutation::Note(key, Some(unjson(&plain)?)),
                REASON => Mutation::Reason(key, Some(unjson(&plain)?)),
                _ => Mutation::AddRow(SavedRow { row, repeat: node, parent: unjson(&plain)? }),
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// The answer log: question, and seconds after the draft was started. What an earlier version of the draft had goes first.
    pub fn log(&mut self, draft: &Draft) -> Result<Vec<(u32, u32)>, Error> {
        let mut log = self.inherited_log(draft)?;
        let rows: Vec<(u32, u32, Vec<u8>)> = {
            let select = "SELECT row, node, log FROM cell WHERE draft = ?1 AND log IS NOT NULL";
            let mut statement = self.db.prepare_cached(select)?;
            let rows = statement.query_map([draft.id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let cipher = self.cipher(draft.visit)?;
        let mut times: Vec<(u64, u32)> = Vec::new();
        for (row, node, sealed) in rows {
            let of_cell = open_times(cipher, draft.id, CellKey { node, row }, &sealed)?;
            times.extend(of_cell.into_iter().map(|at| (at, node)));
        }
        times.sort_unstable();
        log.extend(times.into_iter().map(|(at, node)| (node, u32::try_from(at / 1000).unwrap_or(u32::MAX))));
        Ok(log)
    }

    fn inherited_log(&mut self, draft: &Draft) -> Result<Vec<(u32, u32)>, Error> {
        let rows: Vec<(i64, Vec<u8>)> = {
            let mut statement =
                self.db.prepare_cached("SELECT line, body FROM answer_log WHERE draft = ?1 ORDER BY line")?;
            let rows = statement.query_map([draft.id], |r| Ok((r.get(0)?, r.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let cipher = self.cipher(draft.visit)?;
        let open = |(line, body): (i64, Vec<u8>)| {
            unjson(&open_with(cipher, &log_aad(draft.id, line), &body).ok_or_else(damaged)?)
        };
        rows.into_iter().map(open).collect()
    }
}

/// When a question was answered before, as it is stored.
fn stored_times(db: &Connection, cipher: &LessSafeKey, draft: i64, key: CellKey) -> Result<Vec<u64>, Error> {
    let select = "SELECT log FROM cell WHERE draft = ?1 AND row = ?2 AND node = ?3 AND kind = ?4";
    let of_cell = params![draft, key.row, key.node, ANSWER];
    let before: Option<Option<Vec<u8>>> = db.prepare_cached(select)?.query_row(of_cell, |r| r.get(0)).optional()?;
    before.flatten().map_or_else(|| Ok(Vec::new()), |log| open_times(cipher, draft, key, &log))
}

/// Whether a change gives the cell an answer.
fn sets(change: &Mutation, cell: CellKey) -> bool {
    matches!(change, Mutation::Answer(key, Some(_)) if *key == cell)
}

fn open_times(cipher: &LessSafeKey, draft: i64, key: CellKey, log: &[u8]) -> Result<Vec<u64>, Error> {
    unjson(&open_with(cipher, &times_aad(draft, key), log).ok_or_else(damaged)?)
}

/// A draft that was never signed, with all of it.
fn delete_draft(tx: &Transaction, draft: i64) -> Result<(), Error> {
    for table in ["cell", "answer_log", "leftover"] {
        tx.execute(&format!("DELETE FROM {table} WHERE draft = ?1"), [draft])?;
    }
    tx.execute("DELETE FROM draft WHERE id = ?1 AND report IS NULL", [draft])?;
    Ok(())
}

fn left_aad(draft: i64, line: i64) -> Vec<u8> {
    [&aad(b'o', draft)[..], &line.to_be_bytes()].concat()
}

fn why_aad(draft: i64) -> [u8; 9] {
    aad(b'w', draft)
}

fn log_aad(draft: i64, line: i64) -> Vec<u8> {
    [&aad(b'l', draft)[..], &line.to_be_bytes()].concat()
}

fn times_aad(draft: i64, key: CellKey) -> Vec<u8> {
    [&aad(b'h', draft)[..], &key.row.to_be_bytes(), &key.node.to_be_bytes()].concat()
}

fn cell_aad(draft: i64, row: u32, node: u32, kind: u8) -> Vec<u8> {
    [&aad(b'c', draft)[..], &row.to_be_bytes(), &node.to_be_bytes(), &[kind]].concat()
}

fn draft_of(r: &Row) -> rusqlite::Result<Draft> {
    Ok(Draft {
        id: r.get(0)?,
        visit: r.get(1)?,
        checklist: Hash(r.get(2)?),
        started: r.get(3)?,
        report: r.get(4)?,
        amends: r.get::<_, Option<[u8; 32]>>(5)?.map(Hash),
    })
}

/// Keeps a change; and beside an answer, where they are given, the times when it was answered: in one row, so that an answer costs one
/// statement and one page.
fn keep(
    tx: &Connection,
    cipher: &LessSafeKey,
    draft: i64,
    mutation: &Mutation,
    times: Option<Vec<u8>>,
) -> Result<(), Error> {
    let put = |key: CellKey, kind: u8, body: Vec<u8>| {
        let body = seal_with(cipher, &cell_aad(draft, key.row, key.node, kind), &body);
        let sql = "INSERT INTO cell VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT DO UPDATE SET body = excluded.body, log = coalesce(excluded.log, log)";
        tx.prepare_cached(sql)?.execute(params![draft, key.row, key.node, kind, body, times])?;
        Ok::<_, Error>(())
    };
    let drop = |key: CellKey, kind: u8| {
        let cells = "draft = ?1 AND row = ?2 AND node = ?3 AND kind = ?4";
        empty(tx, cells, params![draft, key.row, key.node, kind])
    };
    match mutation {
        Mutation::Answer(key, Some(answer)) => put(*key, ANSWER, json(answer)?),
        Mutation::Answer(key, None) => drop(*key, ANSWER),
        Mutation::Note(key, Some(note)) => put(*key, NOTE, json(note)?),
        Mutation::Note(key, None) => drop(*key, NOTE),
        Mutation::Reason(key, Some(reason)) => put(*key, REASON, json(reason)?),
        Mutation::Reason(key, None) => drop(*key, REASON),
        Mutation::AddRow(saved) => put(CellKey { node: saved.repeat, row: saved.row }, ROW, json(&saved.parent)?),
        Mutation::RemoveRow(row) => empty(tx, "draft = ?1 AND row = ?2", params![draft, row]),
    }
}

/// Takes away what is in cells. When they were answered stays.
fn empty(db: &Connection, cells: &str, of: &[&dyn ToSql]) -> Result<(), Error> {
    db.prepare_cached(&format!("DELETE FROM cell WHERE {cells} AND log IS NULL"))?.execute(of)?;
    db.prepare_cached(&format!("UPDATE cell SET body = x'' WHERE {cells}"))?.execute(of)?;
    Ok(())
}
