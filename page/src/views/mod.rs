//! The pages. Whatever came from a report is text: escaped, and isolated from the direction of what stands around it.

pub(crate) mod attachments;
pub(crate) mod corrections;
pub(crate) mod document;
pub(crate) mod export;
pub(crate) mod figure;
pub(crate) mod findings;
pub(crate) mod overview;
mod parts;
pub(crate) mod phones;
pub(crate) mod report;
pub(crate) mod reports;
pub(crate) mod statement;
pub(crate) mod timeline;
pub(crate) mod urgent;

use crate::query::Ask;
use crate::state::State;
use crate::words::{LANGUAGES, Words, words};
use maud::{DOCTYPE, Markup, html};

/// One request: what was asked, in which words.
pub(crate) struct View<'s> {
    pub state: &'s State,
    pub ask: Ask,
    pub words: &'static Words,
    /// The position of the language among the mission's.
    pub language: usize,
    /// What had changed when it was asked: a page that is older than it looks is drawn anew once more.
    news: u64,
}

impl<'s> View<'s> {
    pub fn new(state: &'s State, ask: Ask) -> Self {
        let languages = &state.source.mission.languages;
        let code = if ask.lang.is_empty() { languages.first().map_or("en", |l| l.code.as_str()) } else { &ask.lang };
        let words = words(code);
        let language = languages.iter().position(|l| l.code == words.code).unwrap_or(0);
        Self { state, ask, words, language, news: *state.news.borrow() }
    }

    /// A link that keeps the language and nothing else.
    pub fn link(&self, path: &str) -> String {
        Ask { lang: self.ask.lang.clone(), ..Ask::default() }.link(path)
    }

    /// A moment where the mission has its seat.
    pub fn moment(&self, ms: i64) -> String {
        let moment = baqylau_forms::value::Moment { ms, offset: self.state.source.mission.offset };
        moment.local().map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M").to_string())
    }

    pub fn place(&self, place: u32) -> String {
        self.state.source.places.label(place, self.language).to_string()
    }

    /// A place with what holds it, from the top.
    pub fn path(&self, place: u32) -> String {
        let places = &self.state.source.places;
        let up = std::iter::successors(Some(place), |p| places.get(*p)?.parent);
        let mut names: Vec<String> = up.map(|p| self.place(p)).collect();
        names.reverse();
        names.join(" · ")
    }

    /// The words of a status; its own name where there are none.
    pub fn status(&self, name: &'static str) -> &'static str {
        let w = self.words;
        match name {
            "counted" => w.is_counted,
            "superseded" => w.is_superseded,
            "duplicate" => w.is_duplicate,
            "forked" => w.is_forked,
            "excluded" => w.is_excluded,
            "test" => w.is_test,
            "not_observed" => w.is_not_observed,
            "proposal" => w.is_proposal,
            "competing" => w.is_competing,
            "amendment" => w.is_amendment,
            "misfit" => w.is_misfit,
            "unverifiable" => w.is_unverifiable,
            "unconfirmed" => w.is_unconfirmed,
            "contested" => w.is_contested,
            "revoked" => w.is_revoked,
            "expired_invite" => w.is_expired,
            other => other,
        }
    }

    pub fn title(&self, checklist: Option<usize>) -> String {
        let found = checklist.and_then(|at| self.state.source.checklists.get(at));
        found.map_or_else(|| "—".into(), |c| c.title.get(self.language).to_string())
    }

    /// A whole page.
    pub fn page(&self, path: &str, title: &str, main: &Markup) -> Markup {
        let w = self.words;
        let ways = [
            ("/", w.overview),
            ("/findings", w.findings),
            ("/statement", w.statement),
            ("/urgent", w.urgent),
            ("/timeline", w.timeline),
            ("/reports", w.reports),
            ("/phones", w.phones),
        ];
        let mission = self.state.source.mission.title.get(self.language);
        html! {
            (DOCTYPE)
            html lang=(w.code) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · " (mission) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href="/style.css";
                    script src="/page.js" defer {}
                }
                body {
                    a .skip href="#main" { (w.skip) }
                    header {
                        p .mission { (mission) }
                        nav aria-label=(mission) {
                            @for (to, name) in ways {
                                a href=(self.link(to)) aria-current=[(to == path).then_some("page")] { (name) }
                            }
                        }
                        nav .languages aria-label="Language · Тіл · Язык" {
                            @for (code, name) in LANGUAGES {
                                a href=(self.ask.with(|a| a.lang = code.into()).link(path)) lang=(code)
                                    aria-current=[(code == w.code).then_some("true")] { (name) }
                            }
                        }
                        (self.heard())
                    }
                    (urgent::alarms(self))
                    main #main { h1 { (title) } (main) }
                }
            }
        }
    }

    fn heard(&self) -> Markup {
        let boards = self.state.boards();
        html! {
            p #heard role="status" data-news=(self.news) {
                @match boards.heard {
                    Some(ms) => { (self.words.heard) " " (self.moment(ms)) }
                    None => (self.words.never_heard),
                }
                @if let Some(why) = &boards.fault { " · ⚠ " (self.words.silent) " " (parts::text(why)) }
            }
        }
    }
}
