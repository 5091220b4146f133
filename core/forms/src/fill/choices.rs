//! The choices that a question offers, filtered, searched and paged.

use super::Filling;
use super::data::CellKey;
use super::scope::RowScope;
use crate::definition::ListRef;
use crate::expr::eval;
use crate::form::ChoiceFilter;
use crate::num;
use std::sync::Arc;

/// Lists up to this length come with the question; longer ones are asked for in pages.
pub(super) const INLINE: usize = 40;

/// A choice as the observer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceView {
    /// Index in the list of the definition; answers hold it.
    pub choice: u32,
    /// As in tables and exports.
    pub name: Arc<str>,
    /// In the chosen language.
    pub label: Arc<str>,
    /// Cannot be combined with others.
    pub exclusive: bool,
}

/// The choices of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OfferedChoices {
    /// The question has none.
    #[default]
    None,
    /// All of them.
    Inline(Vec<ChoiceView>),
    /// Too many to show at once: ask [`Filling::choices`].
    Paged {
        /// How many are offered.
        count: usize,
    },
}

impl Filling {
    /// The choices that a question offers now: those whose label or name contains every word of `query`, at most `limit` after
    /// the first `offset`.
    #[must_use]
    pub fn choices(&self, key: CellKey, query: &str, offset: usize, limit: usize) -> Vec<ChoiceView> {
        if self.exists(key).is_err() {
            return Vec::new();
        }
        let offered = self.offered_choices(key);
        let page: Vec<u32> = match self.form.list_ref(key.node) {
            Some(ListRef::Places(_)) if !query.is_empty() => self.form.places.search(&offered, query, offset, limit),
            _ if query.is_empty() => offered.into_iter().skip(offset).take(limit).collect(),
            _ => {
                let query = crate::fold::fold(query);
                let hit = |c: &u32| {
                    let text = crate::fold::fold(&self.choice_text(key, *c));
                    query.split_whitespace().all(|word| text.contains(word))
                };
                offered.into_iter().filter(hit).skip(offset).take(limit).collect()
            }
        };
        page.into_iter().map(|c| self.choice_view(key, c)).collect()
    }

    pub(super) fn choices_inline(&self, key: CellKey) -> OfferedChoices {
        if self.form.list_ref(key.node).is_none() {
            return OfferedChoices::None;
        }
        let offered = self.offered_choices(key);
        if offered.len() > INLINE {
            return OfferedChoices::Paged { count: offered.len() };
        }
        OfferedChoices::Inline(offered.into_iter().map(|c| self.choice_view(key, c)).collect())
    }

    fn choice_text(&self, key: CellKey, choice: u32) -> String {
        let name = self.form.choice_name(key.node, choice).cloned().unwrap_or_default();
        format!("{name} {}", self.form.choice_label(key.node, choice, self.environment.language))
    }

    fn choice_view(&self, key: CellKey, choice: u32) -> ChoiceView {
        ChoiceView {
            choice,
            name: self.form.choice_name(key.node, choice).cloned().unwrap_or_default(),
            label: self.form.choice_label(key.node, choice, self.environment.language),
            exclusive: self.form.list(key.node).is_some_and(|l| l.choices[choice as usize].exclusive),
        }
    }

    /// Every choice that the filter lets through, in the order of the list.
    fn offered_choices(&self, key: CellKey) -> Vec<u32> {
        let Some(list) = self.form.list_ref(key.node) else { return Vec::new() };
        let filter = self.form.nodes[key.node as usize].filter.as_ref();
        let candidates = self.candidates(key, list, filter);
        match filter {
            // One conjunct that became a lookup is the whole filter.
            Some(filter) if !(filter.keys.len() == 1 && candidates.exact) => {
                candidates.choices.into_iter().filter(|c| self.passes(key, filter, *c)).collect()
            }
            _ => candidates.choices,
        }
    }

    /// The choices to look at: those that a lookup finds, or all.
    fn candidates(&self, key: CellKey, list: &ListRef, filter: Option<&ChoiceFilter>) -> Candidates {
        match list {
            ListRef::Own(own) => {
                let count = self.form.definition.lists[*own as usize].choices.len();
                Candidates { choices: (0..num::index(count)).collect(), exact: false }
            }
            ListRef::Places(level) => {
                let places = &self.form.places;
                let level = places.level(level).unwrap_or_default();
                let lookup = filter.into_iter().flat_map(|f| &f.keys).find_map(|(column, expr)| {
                    let above = places.level(column)?;
                    let code = eval(expr, &RowScope::new(self, key.row, Some(key.node), super::Mode::Blank))
                        .string()
                        .into_owned();
                    let above = places.find(&code).filter(|p| places.get(*p).is_some_and(|p| p.level == above));
                    Some(above.map(|a| places.under(level, a).to_vec()).unwrap_or_default())
                });
                let only_key = filter.is_some_and(|f| f.keys.len() == 1 && matches!(&f.whole, crate::expr::Expr::Binary(op, _) if *op == crate::expr::ast::Operator::Equal));
                match lookup {
                    Some(choices) => Candidates { choices, exact: only_key },
                    None => Candidates { choices: places.of_level(level).to_vec(), exact: false },
                }
            }
        }
    }

    fn passes(&self, key: CellKey, filter: &ChoiceFilter, choice: u32) -> bool {
        eval(&filter.whole, &RowScope::choice(self, key, choice)).truth() == Some(true)
    }

    /// Whether a choice exists and passes the filter.
    pub(super) fn is_offered(&self, key: CellKey, choice: u32) -> bool {
        if self.form.choice_name(key.node, choice).is_none() {
            return false;
        }
        if let Some(ListRef::Places(level)) = self.form.list_ref(key.node)
            && self.form.places.get(choice).map(|p| p.level) != self.form.places.level(level)
        {
            return false;
        }
        let filter = self.form.nodes[key.node as usize].filter.as_ref();
        filter.is_none_or(|f| self.passes(key, f, choice))
    }
}

struct Candidates {
    choices: Vec<u32>,
    /// Whether the lookup was the whole filter.
    exact: bool,
}
