//! What stands around every page: its head, the links, the languages, and how far the last pull came.

use super::{View, parts, urgent};
use crate::failure;
use crate::undone;
use crate::words;
use maud::{DOCTYPE, Markup, html};
use tokio::task::block_in_place;

/// How many of a kind of what a pull left undone are listed on a page; all are counted.
const MOST_UNDONE: usize = 20;

impl View {
    /// The languages on offer: the mission's, and English.
    fn languages(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let of_mission = |code: &str| self.state.tables.mission.languages.iter().any(|l| l.code == code);
        words::all().iter().map(|w| (w.code, w.name)).filter(move |(code, _)| *code == "en" || of_mission(code))
    }

    /// A complete HTML page around its main content.
    pub fn page(&self, path: &str, title: &str, main: &Markup) -> Markup {
        let w = self.strings;
        let links = [
            ("/", w.overview),
            ("/findings", w.findings),
            ("/statement", w.statement),
            ("/counts", w.counts),
            ("/urgent", w.urgent),
            ("/timeline", w.timeline),
            ("/media", w.media),
            ("/reports", w.reports),
            ("/texts", w.texts),
            ("/cleaning", w.cleaning),
            ("/paper", w.paper),
            ("/phones", w.phones),
        ];
        let mission = self.state.tables.mission.title.get(self.language);
        html! {
            (DOCTYPE)
            html lang=(w.code) dir=[w.rtl.then_some("rtl")] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · " (mission) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href="/style.css";
                    script src="/page.js" defer {}
                    @if path == "/paper" { script src="/paper.js" defer {} }
                }
                body .reader[self.state.reads_only] {
                    a .skip href="#main" { (w.skip) }
                    header {
                        p .mission { (mission) }
                        nav aria-label=(mission) {
                            @for (to, name) in links {
                                a href=(self.link(to)) aria-current=[current(to, path)] { (name) }
                            }
                        }
                        nav .languages aria-label=(words::all().iter().map(|w| w.language).collect::<Vec<_>>().join(" · ")) {
                            @for (code, name) in self.languages() {
                                a href=(self.query.with(|a| a.lang = code.into()).link(path)) lang=(code)
                                    aria-current=[(code == w.code).then_some("true")] { (name) }
                            }
                        }
                        (self.last_sync())
                        (self.undone())
                        @if self.state.reads_only { p role="note" { (w.fail_reader) } }
                    }
                    (urgent::alarms(self))
                    main #main { h1 { (title) } (main) }
                }
            }
        }
    }

    fn last_sync(&self) -> Markup {
        let boards = self.state.tables();
        // What this desk has signed takes effect once the server has it.
        let waiting = block_in_place(|| self.state.read(|desk| desk.store.waiting())).unwrap_or(0);
        html! {
            p #heard role="status" data-news=(self.news) {
                @match boards.last_sync {
                    Some(ms) => { (self.strings.heard(self.moment(ms))) }
                    None => (self.strings.never_heard),
                }
                @if waiting > 0 { " · ⏳ " (self.strings.waiting) ": " (waiting) }
                @if let Some(why) = &boards.fault { " · ⚠ " (self.strings.silent) " " (parts::text(&failure::said(self.strings, why))) }
            }
        }
    }

    /// A list by sort, each with what to do; nothing where the last pull left nothing.
    fn undone(&self) -> Markup {
        let (w, boards) = (self.strings, self.state.tables());
        let kinds = [&boards.pull_undone, &boards.fetch_undone];
        let kinds = kinds.iter().flat_map(|all| all.chunk_by(|one, next| one.code() == next.code()));
        html! {
            @for all in kinds {
                details .undone {
                    summary { "⚠ " (undone::title(w, &all[0])) ": " (all.len()) }
                    ul { @for one in all.iter().take(MOST_UNDONE) { li { (parts::text(&undone::said(w, one))) } } }
                    @if all.len() > MOST_UNDONE { p { "… + " (all.len() - MOST_UNDONE) } }
                }
            }
        }
    }
}

/// The `aria-current` value of a link: whether it leads to this page or to one that contains it.
fn current(to: &str, path: &str) -> Option<&'static str> {
    match path.strip_prefix(to) {
        Some("") => Some("page"),
        Some(rest) if rest.starts_with('/') => Some("true"),
        _ => None,
    }
}
