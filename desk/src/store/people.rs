//! The register: people, whose subjects are whose, and who moved to which team. Desks tell each other of it.

use super::DeskStore;
use crate::error::DeskError;
use crate::faults::NotHere;
use crate::tables::Person;
use baqylau_protocol::ids::{PublicKey, SubjectId};
use baqylau_report::Register;
use baqylau_report::register::{RegisteredInvite, RegisteredPerson as Told, TeamMove};
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, HashMap};

/// The most invites and moves of one record.
const MAX_TOLD: i64 = 2_000;

/// An invite that was made here.
pub struct NotedInvite {
    /// Its key; the secret half is in the text.
    pub key: PublicKey,
    /// Whom it makes its phone's reports belong to.
    pub subject: SubjectId,
    /// The code of the person.
    pub person: String,
    /// What the phone reads.
    pub text: String,
}

impl DeskStore {
    /// Takes the people of the tables into the register.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_people(&self, people: &[Person]) -> Result<(), DeskError> {
        let tx = self.writing()?;
        let sql = "INSERT INTO person VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT(code) DO UPDATE SET name = ?2, role = ?3, team = ?4";
        for p in people {
            tx.execute(sql, params![p.code, p.name, p.role, p.team])?;
        }
        Ok(tx.commit()?)
    }

    /// Who has which subjects: subject, person, role, team.
    ///
    /// # Errors
    /// The database fails.
    pub fn register(&self) -> Result<Vec<(SubjectId, Person)>, DeskError> {
        let sql = "SELECT DISTINCT i.subject, p.code, p.name, p.role, p.team FROM invite i JOIN person p ON p.code = i.person";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| {
            let person =
                Person { code: r.get(1)?, name: r.get(2)?, role: r.get(3)?, team: r.get(4)?, languages: String::new() };
            Ok((SubjectId(r.get(0)?), person))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that somebody belongs to another team from a moment on; with an empty one, to none but their own.
    ///
    /// # Errors
    /// There is nobody of this code, or the database fails.
    pub fn move_person(&self, code: &str, team: &str, since: i64) -> Result<(), DeskError> {
        let known = self.db.query_row("SELECT 1 FROM person WHERE code = ?1", [code], |_| Ok(())).optional()?;
        known.ok_or_else(|| NotHere::Person { code: code.to_owned() })?;
        self.db
            .execute("INSERT OR REPLACE INTO move VALUES (?1, ?2, ?3, 0)", params![code, since, team_of(team, code)])?;
        Ok(())
    }

    /// Who moved when to which team, in the order of time.
    ///
    /// # Errors
    /// The database fails.
    pub fn moves(&self) -> Result<Vec<(String, i64, String)>, DeskError> {
        let mut statement = self.db.prepare("SELECT person, since, team FROM move ORDER BY since")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The register with the teams as they were, or will be, at a moment in milliseconds since 1970.
    ///
    /// # Errors
    /// The database fails.
    pub fn register_at(&self, moment: i64) -> Result<HashMap<SubjectId, Person>, DeskError> {
        let mut register: HashMap<SubjectId, Person> = self.register()?.into_iter().collect();
        for (code, _, team) in self.moves()?.into_iter().filter(|(_, since, _)| *since <= moment) {
            for person in register.values_mut().filter(|p| p.code == code) {
                person.team.clone_from(&team);
            }
        }
        Ok(register)
    }

    /// Notes invites that were made, with their texts.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_invites(&self, invites: &[NotedInvite], issued: i64, expires: i64) -> Result<(), DeskError> {
        let tx = self.writing()?;
        for NotedInvite { key, subject, person, text } in invites {
            let values = params![key.0, subject.0, person, issued, expires];
            tx.execute("INSERT INTO invite VALUES (?1, ?2, ?3, ?4, ?5, 0)", values)?;
            tx.execute("INSERT INTO invite_text VALUES (?1, ?2)", params![key.0, text])?;
        }
        Ok(tx.commit()?)
    }

    /// The texts of the invites that this desk made and that nobody has used, by person; of several the last. Those that were used,
    /// or expired before a moment in milliseconds since 1970, are deleted.
    ///
    /// # Errors
    /// The database fails.
    pub fn open_invites(&self, now: i64) -> Result<BTreeMap<String, String>, DeskError> {
        let over = "DELETE FROM invite_text WHERE key IN (SELECT invite FROM device)
                    OR key IN (SELECT key FROM invite WHERE expires < ?1)";
        self.db.execute(over, [now])?;
        let sql =
            "SELECT i.person, t.text FROM invite_text t JOIN invite i ON i.key = t.key ORDER BY i.issued, i.rowid";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the other desks were not told yet; `None` when they know everything.
    ///
    /// # Errors
    /// The database fails.
    pub fn unpublished_register(&self) -> Result<Option<Register>, DeskError> {
        let select = "SELECT key, subject, person, issued, expires FROM invite WHERE told = 0 ORDER BY rowid LIMIT ?1";
        let mut statement = self.db.prepare(select)?;
        let invites = statement.query_map([MAX_TOLD], |r| {
            let (key, subject) = (PublicKey(r.get(0)?), SubjectId(r.get(1)?));
            Ok(RegisteredInvite { key, subject, person: r.get(2)?, issued: r.get(3)?, expires: r.get(4)? })
        })?;
        let invites = invites.collect::<Result<Vec<_>, _>>()?;
        let select = "SELECT person, since, team FROM move WHERE told = 0 ORDER BY since LIMIT ?1";
        let mut statement = self.db.prepare(select)?;
        let moves = statement
            .query_map([MAX_TOLD], |r| Ok(TeamMove { person: r.get(0)?, since: r.get(1)?, team: r.get(2)? }))?;
        let moves = moves.collect::<Result<Vec<_>, _>>()?;
        let named: std::collections::BTreeSet<&String> =
            invites.iter().map(|i| &i.person).chain(moves.iter().map(|m| &m.person)).collect();
        let mut statement = self.db.prepare("SELECT code, name, role, team FROM person WHERE code = ?1")?;
        let person = |code: &&String| {
            statement
                .query_row([code], |r| Ok(Told { code: r.get(0)?, name: r.get(1)?, role: r.get(2)?, team: r.get(3)? }))
        };
        let people = named.iter().map(person).collect::<Result<Vec<_>, _>>()?;
        let none = people.is_empty();
        Ok((!none).then_some(Register { v: baqylau_protocol::VERSION, people, invites, moves }))
    }

    /// Takes what a desk told into the register, or notes that the others were told what is there already.
    ///
    /// # Errors
    /// The database fails.
    pub fn apply_register(&self, register: &Register) -> Result<(), DeskError> {
        let tx = self.db.unchecked_transaction()?;
        for p in &register.people {
            tx.execute(
                "INSERT OR IGNORE INTO person VALUES (?1, ?2, ?3, ?4)",
                params![p.code, p.name, p.role, team_of(&p.team, &p.code)],
            )?;
        }
        let known = |code: &str| tx.query_row("SELECT 1 FROM person WHERE code = ?1", [code], |_| Ok(())).optional();
        for i in &register.invites {
            if known(&i.person)?.is_some() {
                let insert =
                    "INSERT INTO invite VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT(key) DO UPDATE SET told = 1";
                tx.execute(insert, params![i.key.0, i.subject.0, i.person, i.issued, i.expires])?;
            }
        }
        for m in &register.moves {
            if known(&m.person)?.is_some() {
                let insert = "INSERT INTO move VALUES (?1, ?2, ?3, 1) ON CONFLICT(person, since) DO UPDATE
                              SET team = ?3, told = 1";
                tx.execute(insert, params![m.person, m.since, team_of(&m.team, &m.person)])?;
            }
        }
        Ok(tx.commit()?)
    }

    /// Copies what a second desk begins with into its new database: the register and the bundles.
    ///
    /// # Errors
    /// A database fails.
    pub fn begin_another(&self, other: &Self) -> Result<(), DeskError> {
        let tx = other.db.unchecked_transaction()?;
        for (table, columns) in [("person", 4), ("move", 4), ("invite", 6), ("bundle", 3), ("part", 2)] {
            let marks: Vec<String> = (1..=columns).map(|n| format!("?{n}")).collect();
            let mut insert = tx.prepare(&format!("INSERT OR IGNORE INTO {table} VALUES ({})", marks.join(", ")))?;
            let mut select = self.db.prepare(&format!("SELECT * FROM {table}"))?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let values = (0..columns).map(|n| row.get(n)).collect::<Result<Vec<rusqlite::types::Value>, _>>()?;
                insert.execute(rusqlite::params_from_iter(values))?;
            }
        }
        // What the first desk will tell, it tells itself.
        tx.execute_batch("UPDATE invite SET told = 1; UPDATE move SET told = 1;")?;
        Ok(tx.commit()?)
    }
}

/// The team, or the person where there is none: nobody shares a team with others by being in none.
fn team_of<'t>(team: &'t str, person: &'t str) -> &'t str {
    if team.is_empty() { person } else { team }
}
