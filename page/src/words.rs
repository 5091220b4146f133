//! The names of the pages' words. What they say stands in the catalogues of `page/words`, one a language; a name that a catalogue lacks, or
//! has without need, and other arguments than those given here fail the test below.

use baqylau_words::{Catalogue, CatalogueEntry, CatalogueFault, LANGUAGES, Part, Value};
use std::collections::BTreeSet;
use std::sync::LazyLock;

macro_rules! words {
    ($($plain:ident,)*; $($said:ident($($argument:ident),+),)*) => {
        /// The words of one language.
        pub(crate) struct Words {
            pub code: &'static str,
            pub name: &'static str,
            pub rtl: bool,
            catalogue: &'static Catalogue,
            $(pub $plain: &'static str,)*
        }

        /// Every name with the arguments that it is given.
        const ASKED: &[(&str, &[&str])] =
            &[$((stringify!($plain), &[]),)* $((stringify!($said), &[$(stringify!($argument)),+]),)*];

        impl Words {
            fn new(language: &'static baqylau_words::CatalogueLanguage, catalogue: &'static Catalogue) -> Self {
                let (code, name, rtl) = (language.code, language.name, language.rtl());
                Self { code, name, rtl, catalogue, $($plain: plain(catalogue, stringify!($plain)),)* }
            }

            $(pub fn $said(&self, $($argument: impl Into<Value>),+) -> String {
                self.catalogue.say(stringify!($said), &[$((stringify!($argument), $argument.into())),+])
            })*
        }
    };
}

words! {
    language, overview, findings, statement, table, timeline, urgent, sos, attend, attended, who_attends,
    all_attended, correct, correct_how, empty_takes_away, go_on, not_signed_yet, unlikely, confirm_unlikely,
    asked_then, figures_move, no_figure_moves, would_be_open, flag_lost, flag_gained, was_odd, settled, question, source,
    impossible, not_offered, to_be_answered, computed_unfit, too_many_rows, unfit, workbook, as_of, set, document, reports, phones, skip, never_heard, silent, received, counted,
    not_counted, phones_heard, of, by_checklist, by_region, by_hour, why_not, all_counted, is_counted,
    is_superseded, is_duplicate, is_forked, is_excluded, is_test, is_not_observed, is_proposal, is_competing,
    is_amendment, is_misfit, is_unverifiable, is_unconfirmed, is_contested, is_revoked, is_expired, checklist,
    region, elsewhere, reason, hour, figure, published, not_published, no_reports, struck, computed, base, how_many, dk, na,
    np, blank, differs, several, behind, choices, estimate, estimate_share, interval, no_interval,
    standard_error, drawn, known_at, estimate_known, estimate_known_how, estimate_stratum, estimate_stratum_how,
    estimate_lacks, estimates_differ, no_sample, show, all, effective, raw, answers, search, status, team,
    visit, place, signed, none, waiting, undone_unsent, undone_disputes, undone_overdue, undone_unwitnessed, undone_damaged, undone_changed, undone_suspected, undone_beyond, undone_untold, undone_cut_short, undone_failed, undone_lacking, pages, tables, ask_what, proof, hash, phone, chain, log, supersedes,
    superseded_by, why, changed, before, after, incomplete, note, decided, decide, ask_how, accept, exclude,
    ask, counts_then, sign, corrections, not_here, attachments, unreadable, person, standing, last_heard,
    missing, forked, closed, nothing_yet, failed, counts, media, texts, cleaning, paper, map,
    nothing_reconciled, adds_up, adds_up_how, check, fails, widest, rate_how, observed, official, difference,
    stations, by_whom, against_tabulated, no_media, items, outlet, actor, airtime, space, share, by_actor,
    by_outlet, airtime_by_outlet, text_code, codes, uncoded, internal, internal_how, internal_left_out,
    internal_too, quotable, quotable_how, translation, code_it, disputed, disputed_how, desk, under_way,
    paper_how, place_code, arrived, departed, begin, keys_how, incomplete_why, throw_away, one_more, keep,
    acknowledged, decided_accept, decided_exclude, decided_ask, odd, flag_speed, flag_travel, flag_position,
    flag_clock, flag_double, flag_arithmetic, flag_disputed, doubts, much_unknown, raw_differs, being_asked,
    expected, due_by_now, lacking, coming_in, by_team, unreadable_all, regions_by_hour, stations_of, answer_log,
    signed_at, seconds, follow_ups, severity, evidence, before_counts, verify, proven, certificate, previous,
    tree, back, misfit_checklist, misfit_place, misfit_language, misfit_outcome, misfit_answers,
    fail_disk_full, fail_read_only, fail_store_newer, fail_no_server, fail_no_bundle, fail_unlisted, fail_reader, fail_known_key, fail_missing,
    fail_blob_damaged, fail_courier, fail_courier_large, fail_courier_other, fail_no_phones, fail_no_paper,
    fail_no_reason, fail_no_source, fail_no_note, fail_no_letter, fail_paper_damaged, fail_group,
    fail_no_repeat, fail_row_gone, fail_file_stays, fail_hidden, fail_fixed, fail_not_offered, fail_no_missing,
    fail_unanswered, fail_look_again, wrong_choice, wrong_choices, wrong_integer, wrong_number, wrong_ambiguous,
    wrong_step, wrong_date, wrong_time, wrong_moment, wrong_skipped, wrong_twice, wrong_position, wrong_file,
    wrong_ok, wrong_text, wrong_possible, wrong_nothing,
    refused_malformed, refused_mission, refused_device, refused_signature, refused_expired, refused_revoked, refused_length, refused_quota, refused_later, refused_unnamed, refused_dropped, refused_short,
    unverified_device, unverified_letter, unverified_signature, unverified_mission, unverified_number, unverified_length, unverified_sealed, unverified_packing, unverified_inflated, unverified_beyond, unverified_expired, unverified_malformed, unverified_earlier, log_head, log_bundle, log_proof, unproven_report, unproven_device, unproven_certificate, unproven_bytes, unproven_previous, unproven_head, unproven_log, server_nonsense, file_encrypting, file_mission_here, file_no_root, file_no_store, file_store_empty, file_store_folder, file_lost, file_not_empty, file_exporting, file_changed, file_foreign, io_missing, io_forbidden, io_full, io_read_only, io_exists, io_folder, io_no_folder, io_altered,
    ;
    // With arguments; those that are numbers may decide the plural form.
    corrections_all(n),
    count_items(n),
    heard(moment),
    never_heard_teams(n, all),
    older_versions(n),
    silent_teams(due),
    statement_draft(n),
    unattended(n),
    would_be_internal(n),
    misfit_bytes(detail),
    fail_file(path, detail),
    fail_shrunk(signed, pulled),
    fail_locked(server),
    fail_unpublished(server),
    fail_source(faults),
    fail_passphrase(path),
    fail_passphrase_short(least),
    fail_store_damaged(path),
    fail_store(detail),
    fail_server(server, detail),
    fail_foreign(server),
    fail_silent(server),
    fail_unreachable(server),
    fail_plain(server),
    fail_conflict(server),
    fail_stranger(server, answer),
    fail_address(server),
    fail_proxy(address),
    fail_client(detail),
    fail_system(detail),
    fail_tables(folder, files),
    fail_desk_too_old(found, known),
    fail_bundle_waits(path, version, signed, needed),
    fail_waiting_old(path, version, known),
    fail_refused(server, detail),
    fail_log(detail),
    fail_blob_large(limit),
    fail_no_report(report),
    fail_no_device(device),
    fail_no_holder(device),
    fail_no_invite(code),
    fail_no_person(code),
    fail_no_team(visit),
    fail_no_envelope(device, seq),
    fail_no_checklist(checklist),
    fail_no_question(question),
    fail_no_text(question),
    fail_no_code(code),
    fail_no_place(place),
    fail_no_table(table),
    fail_unchanged(question, answer),
    fail_internal(question),
    fail_is_desk(device), fail_no_desk(device), fail_revoked(device),
    fail_visit_code(longest),
    fail_several_places(words, places),
    fail_time(text),
    fail_decision(decision),
    fail_hash(text),
    fail_report_unfit(report, detail),
    fail_making(name, detail),
    fail_about(question, what),
    fail_row_missing(wanted),
    fail_other_rows(wanted, given),
    fail_no_row(row),
    fail_choices(choices),
    fail_label(label, choices),
    fail_exclusive(choice),
    fail_too_long(limit),
    left_unsent(seq, why),
    left_untold(why),
    left_cut_short(why),
    left_overdue(version, until),
    left_witnesses_few(found, needed, lacking),
    left_witnesses_behind(size, here, since, by),
    left_witnesses_unproved(size, here),
    left_witnesses_other(size),
    left_disputed(device, kept, other),
    left_damaged(index, hash, seq, device),
    left_damaged_desk(index, hash, seq, device),
    left_rotten(index, hash),
    left_rotten_there_and_here(index, hash),
    left_replaced(index, hash, there),
    left_left_out(index, hash),
    left_other_time(index, hash, ms),
    left_withheld(report, device, seq, seen, here),
    left_put_before(report, device, seq, seen, place),
    left_other_log(report, device, seq, seen),
    left_set_back(report, device, seq, ms),
    left_dated_ahead(report, device, seq, ms),
    left_beyond(device, reports, limit),
    left_failed(attachment, report, why),
    left_lacking(attachment, report),
    left_lacking_of(attachment, report, seq, device),
    log_root(signed),
    log_suspect(index, why),
    log_vouched(size), log_withheld(signed, here),
    log_part(part),
    log_unproven(report, why),
    server_too_long(limit),
    server_status(status),
    server_receipt(object),
    file_damaged(detail),
    file_no_mission(why),
    file_attachment(why),
    file_line(line),
    io_other(detail),
}

/// A text without arguments; its name where there is none.
fn plain(catalogue: &'static Catalogue, id: &'static str) -> &'static str {
    match catalogue.get(id) {
        Some(CatalogueEntry::Plain(parts)) if let [Part::Text(text)] = parts.as_slice() => text,
        _ => id,
    }
}

/// A catalogue, and that it has what the pages ask for.
fn read(code: &str, text: &str) -> Result<Catalogue, Vec<CatalogueFault>> {
    let catalogue = Catalogue::read(code, text)?;
    let asked: Vec<(&str, BTreeSet<&str>)> =
        ASKED.iter().map(|(id, names)| (*id, names.iter().copied().collect())).collect();
    let faults = catalogue.against(&asked);
    if faults.is_empty() { Ok(catalogue) } else { Err(faults) }
}

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(|| {
    let all = LANGUAGES.iter().map(|l| read(l.code, l.catalogue));
    all.collect::<Result<_, _>>().expect("they are compiled in, and a test reads each of them")
});

static WORDS: LazyLock<Vec<Words>> =
    LazyLock::new(|| LANGUAGES.iter().zip(CATALOGUES.iter()).map(|(l, catalogue)| Words::new(l, catalogue)).collect());

/// The words of every language, English first.
pub(crate) fn all() -> &'static [Words] {
    &WORDS
}

/// The words of a language; English for any other.
pub(crate) fn words(code: &str) -> &'static Words {
    WORDS.iter().find(|w| w.code == code).unwrap_or(&WORDS[0])
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, all, read, words};

    #[test]
    fn every_catalogue_has_what_the_pages_ask_for_and_nothing_else() {
        for language in LANGUAGES {
            let read = read(language.code, language.catalogue);
            assert!(read.is_ok(), "{}: {:#?}", language.code, read.err());
        }
    }

    #[test]
    fn a_name_too_many_too_few_or_with_other_arguments_is_a_fault() {
        let english = LANGUAGES[0].catalogue;
        let faults =
            |text: &str| read("en", text).expect_err("a fault").iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(faults(&english.replace("\nback = Back\n", "\n")), ["back is missing"]);
        assert_eq!(faults(&format!("{english}spare = Spare\n")), ["spare is asked for nowhere: take it away"]);
        let arguments = faults(&english.replace("\nback = Back\n", "\nback = Back to { $page }\n"));
        assert_eq!(arguments, ["back: its arguments are page; given are none"]);
        let arguments = faults(&english.replace("{ $moment }\n", "\n"));
        assert_eq!(arguments, ["heard: its arguments are none; given are moment"]);
    }

    #[test]
    fn counted_words_take_the_form_and_the_notation_of_their_language() {
        let items = |code, n: usize| words(code).count_items(n);
        assert_eq!([items("en", 1), items("en", 2), items("en", 1200)], ["1 item", "2 items", "1,200 items"]);
        assert_eq!(
            [items("ru", 21), items("ru", 22), items("ru", 25)],
            ["21 материал", "22 материала", "25 материалов"]
        );
        assert_eq!([items("ar", 2), items("ar", 5), items("fr", 0)], ["مادتان", "5 مواد", "0 élément"]);
        assert_eq!(items("fr", 1_000_000).replace('\u{202f}', " "), "1 000 000 d'éléments");
        assert_eq!([items("kk", 1), items("kk", 3)], ["1 материал", "3 материал"]);
        let silent = |n: usize| words("en").never_heard_teams(n, 12_usize);
        assert_eq!(silent(1), "1 of 12 teams was never heard from");
        assert_eq!(silent(3), "3 of 12 teams were never heard from");
    }

    #[test]
    fn a_language_is_written_as_its_own_name_is() {
        let rtl: Vec<&str> = all().iter().filter(|w| w.rtl).map(|w| w.code).collect();
        assert_eq!(rtl, ["ar"]);
        assert_eq!(words("xx").code, "en");
    }
}
