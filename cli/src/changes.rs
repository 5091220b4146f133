//! What a manifest changes against the one before, in words for whoever is to sign it.

use baqylau_forms::value::Moment;
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::ids::Hash;

/// One line for every change. Of the first manifest everything is new.
pub fn changes(manifest: &Manifest, before: Option<&Manifest>) -> Vec<String> {
    // Whoever adds something to a manifest has to say here what holders of the root are told of it.
    let Manifest {
        v: _,
        mission: _,
        version: _,
        prev: _,
        issued: _,
        expires,
        issuers,
        log,
        tls_roots,
        reading,
        servers,
        parts,
        desks,
        reinstated,
        renew_by,
        readers,
        witnesses,
        cosignatures,
    } = manifest;
    let mut lines = Vec::new();
    let mut say = |line: String| lines.push(line);
    if before.is_none_or(|b| b.expires != *expires) {
        say(format!("enrolment ends {}", utc(*expires)));
    }
    say(format!("the next bundle is promised by {}", utc(*renew_by)));
    let term = |until: &Option<u64>, from: &u64| match until {
        None => format!("from place {from} of the log on"),
        Some(until) => format!("from place {from} of the log to before place {until}"),
    };
    listed(&mut say, before.map(|b| &b.issuers), issuers, |i| format!("issuer {}, {}", i.key, term(&i.until, &i.from)));
    listed(&mut say, before.map(|b| &b.desks), desks, |d| format!("desk {}, {}", d.device, term(&d.until, &d.from)));
    listed(&mut say, before.map(|b| &b.readers), readers, |r| format!("desk {r}, which reads and signs nothing"));
    listed(&mut say, before.map(|b| &b.reinstated), reinstated, |r| {
        format!("what was decided about phone {} before place {} of the log is void", r.device, r.before)
    });
    listed(&mut say, before.map(|b| &b.reading), reading, |k| format!("reading key {}", k.number));
    listed(&mut say, before.map(|b| &b.servers), servers, |s| format!("server {s}"));
    listed(&mut say, before.map(|b| &b.tls_roots), tls_roots, |der| {
        format!("TLS authority with the fingerprint {}", Hash::of(der))
    });
    listed(&mut say, before.map(|b| &b.witnesses), witnesses, |w| format!("witness {}", w.of_witness()));
    if before.map_or(0, |b| b.cosignatures) != *cosignatures {
        say(format!("witnesses that must cosign the log: {cosignatures}"));
    }
    if before.is_none_or(|b| b.log != *log) {
        say(format!("log {}, whose receipts are signed by {}", log.epoch, log.key));
        let kept = log.before.last().filter(|_| before.is_some_and(|b| b.log.epoch != log.epoch));
        kept.into_iter().for_each(|kept| say(format!("it begins with {} objects of the log before", kept.size)));
    }
    parts_changed(&mut say, before.map_or(&[][..], |b| &b.parts), parts);
    lines
}

fn utc(ms: i64) -> Moment {
    Moment { ms, offset: 0 }
}

fn listed<T: PartialEq>(
    say: &mut impl FnMut(String),
    before: Option<&Vec<T>>,
    now: &[T],
    words: impl Fn(&T) -> String,
) {
    let before = before.map_or(&[][..], Vec::as_slice);
    before.iter().filter(|one| !now.contains(one)).for_each(|one| say(format!("- {}", words(one))));
    now.iter().filter(|one| !before.contains(one)).for_each(|one| say(format!("+ {}", words(one))));
}

fn parts_changed(say: &mut impl FnMut(String), before: &[BundlePart], now: &[BundlePart]) {
    let name = |part: &BundlePart| match part.kind {
        PartKind::Mission => "the mission's settings".to_owned(),
        PartKind::Places => "the places".to_owned(),
        PartKind::Checklist => format!("checklist {}", part.name),
    };
    let same = |one: &BundlePart, other: &BundlePart| one.kind == other.kind && one.name == other.name;
    for part in now {
        match before.iter().find(|b| same(b, part)) {
            None => say(format!("+ {}: {} bytes, SHA-256 {}", name(part), part.size, part.hash)),
            Some(b) if b.hash != part.hash => {
                say(format!("another version of {}: {} bytes, SHA-256 {}", name(part), part.size, part.hash));
            }
            Some(_) => {}
        }
    }
    before.iter().filter(|b| !now.iter().any(|n| same(b, n))).for_each(|b| say(format!("- {}", name(b))));
}
