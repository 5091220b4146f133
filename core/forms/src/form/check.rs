//! Checks that need no expression: names, kinds, lists, texts.

use super::{DefinitionProblem, Fault, Field, MAX_CHOICES, MAX_ITEMS, MAX_NESTING};
use crate::definition::{Definition, Item, Kind, ListRef, Text};
use crate::fill::Expected;
use crate::places::Places;
use crate::value::Decimal;
use std::collections::HashSet;

/// Everything wrong with the structure; expressions are resolved only when nothing is.
pub(super) fn structure(definition: &Definition, places: &Places) -> Vec<DefinitionProblem> {
    let mut check = DefinitionChecker { definition, problems: Vec::new() };
    check.head(places);
    check.lists();
    let mut seen = HashSet::new();
    for (at, item) in definition.items.iter().enumerate() {
        if !seen.insert(item.name.as_str()) {
            check.add(at, Field::Name, Fault::Doubled { name: item.name.clone() });
        }
        check.item(at, item, places);
    }
    check.problems
}

struct DefinitionChecker<'d> {
    definition: &'d Definition,
    problems: Vec<DefinitionProblem>,
}

impl DefinitionChecker<'_> {
    fn add(&mut self, item: usize, field: Field, fault: Fault) {
        self.problems.push(DefinitionProblem { item: Some(item), field, fault });
    }

    fn whole(&mut self, field: Field, fault: Fault) {
        self.problems.push(DefinitionProblem { item: None, field, fault });
    }

    fn head(&mut self, places: &Places) {
        let d = self.definition;
        if d.format != Definition::FORMAT {
            self.whole(Field::Settings, Fault::Format { found: d.format, expected: Definition::FORMAT });
        }
        if d.items.len() > MAX_ITEMS {
            self.whole(Field::Settings, Fault::TooMany { what: "items", found: d.items.len(), limit: MAX_ITEMS });
        }
        if d.languages.is_empty() {
            self.whole(Field::Settings, Fault::Nothing { what: "a language" });
        }
        if d.items.is_empty() {
            self.whole(Field::Type, Fault::Nothing { what: "a question" });
        }
        for level in d.places.iter().filter(|l| places.level(l).is_none()) {
            self.whole(Field::Settings, Fault::NoLevel { level: level.clone() });
        }
        if let Some(language) = self.untranslated(&d.title) {
            self.whole(Field::Settings, Fault::Untranslated { language });
        }
    }

    fn lists(&mut self) {
        for list in &self.definition.lists {
            let mut seen = HashSet::new();
            if list.choices.len() > MAX_CHOICES {
                self.whole(
                    Field::Choices,
                    Fault::TooMany { what: "choices", found: list.choices.len(), limit: MAX_CHOICES },
                );
            }
            for choice in &list.choices {
                if !seen.insert(&choice.name) {
                    self.whole(Field::Choices, Fault::Doubled { name: format!("{} {}", list.name, choice.name) });
                }
                if choice.name.is_empty() || choice.name.contains(char::is_whitespace) {
                    self.whole(Field::Choices, Fault::BadName { name: format!("{} {}", list.name, choice.name) });
                }
                if let Some(language) = self.untranslated(&choice.label) {
                    self.whole(
                        Field::Choices,
                        Fault::Untranslated { language: format!("{language} ({} {})", list.name, choice.name) },
                    );
                }
                if choice.cells.len() != list.columns.len() {
                    self.whole(Field::Choices, Fault::Nothing { what: "a cell of a choice" });
                }
            }
        }
    }

    /// A language that lacks a text which another has.
    fn untranslated(&self, text: &Text) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        let lacks = |at: &usize| text.0.get(*at).is_none_or(|t| t.is_empty());
        (0..self.definition.languages.len()).find(lacks).map(|at| self.definition.languages[at].clone())
    }

    fn item(&mut self, at: usize, item: &Item, places: &Places) {
        if !valid_name(&item.name) {
            self.add(at, Field::Name, Fault::BadName { name: item.name.clone() });
        }
        let holds = |p: u32| {
            let parent = self.definition.items.get(p as usize);
            (p as usize) < at && parent.is_some_and(|p| matches!(p.kind, Kind::Group { .. } | Kind::Repeat { .. }))
        };
        if item.parent.is_some_and(|p| !holds(p) || !self.is_open(p, at)) {
            self.add(at, Field::Type, Fault::Parent);
        } else if self.above(item.parent).count() > MAX_NESTING {
            let found = self.above(item.parent).count();
            self.add(at, Field::Type, Fault::TooMany { what: "groups inside each other", found, limit: MAX_NESTING });
        }
        let texts = [
            (Field::Label, &item.label),
            (Field::Hint, &item.hint),
            (Field::ConstraintMessage, &item.constraint_message),
            (Field::RequiredMessage, &item.required_message),
        ];
        for (field, text) in texts {
            if let Some(language) = self.untranslated(text) {
                self.add(at, field, Fault::Untranslated { language });
            }
        }
        self.kind(at, item, places);
        self.fitting(at, item);
    }

    /// Groups and repeats around an item, innermost first. Ends where the parents make no sense.
    fn above(&self, parent: Option<u32>) -> impl Iterator<Item = u32> {
        std::iter::successors(parent, |p| self.definition.items.get(*p as usize)?.parent.filter(|above| above < p))
    }

    /// Whether a group is still open where an item stands: the item before is the group itself, or inside it.
    fn is_open(&self, group: u32, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|b| u32::try_from(b).ok());
        self.above(before).any(|p| p == group)
    }

    fn kind(&mut self, at: usize, item: &Item, places: &Places) {
        match &item.kind {
            Kind::SelectOne { list } | Kind::SelectMultiple { list } => match list {
                ListRef::Own(own) => match self.definition.lists.get(*own as usize) {
                    Some(list) if list.choices.is_empty() => {
                        self.add(at, Field::Type, Fault::Nothing { what: "a choice in its list" });
                    }
                    Some(_) => {}
                    None => self.add(at, Field::Type, Fault::NoList { list: own.to_string() }),
                },
                ListRef::Places(level) if places.level(level).is_none() => {
                    self.add(at, Field::Type, Fault::NoLevel { level: level.clone() });
                }
                ListRef::Places(_) => {}
            },
            Kind::Range { start, end, step } => {
                for value in [start, end, step].into_iter().filter(|v| Decimal::parse(v).is_none()) {
                    self.add(at, Field::Type, Fault::Value { value: value.clone(), expected: Expected::Decimal });
                }
                if Decimal::parse(step).is_some_and(|s| s.digits <= 0) {
                    self.add(at, Field::Type, Fault::Value { value: step.clone(), expected: Expected::PositiveStep });
                }
            }
            Kind::Calculate if item.calculation.is_none() => {
                self.add(at, Field::Calculation, Fault::Nothing { what: "the calculation" });
            }
            _ => {}
        }
    }

    /// Parts that this kind of item has no use for.
    fn fitting(&mut self, at: usize, item: &Item) {
        let holder = matches!(item.kind, Kind::Group { .. } | Kind::Repeat { .. });
        let silent = holder || matches!(item.kind, Kind::Note);
        let chooses = matches!(item.kind, Kind::SelectOne { .. } | Kind::SelectMultiple { .. });
        let parts = [
            (silent && item.constraint.is_some(), Field::Constraint, "a constraint"),
            (silent && item.required.is_some(), Field::Required, "required"),
            (silent && !item.missing.is_empty(), Field::Missing, "a missing value"),
            (holder && item.calculation.is_some(), Field::Calculation, "a calculation"),
            (silent && item.default.is_some(), Field::Default, "a default"),
            (!chooses && item.choice_filter.is_some(), Field::ChoiceFilter, "a choice filter"),
        ];
        for (wrong, field, what) in parts {
            if wrong {
                self.add(at, field, Fault::Meaningless { what });
            }
        }
    }
}

fn valid_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
