//! A definition compiled: names resolved, every expression parsed and checked, rules in dependency order.
//!
//! A definition comes from outside, signed or not, so everything is checked here, and everything that is wrong is
//! reported at once.

mod build;
mod check;
mod fault;
mod order;

pub use fault::{DefinitionProblem, Fault, Field};

use crate::definition::{Definition, Kind, List, ListRef};
use crate::expr::ast::Function;
use crate::expr::{Expr, ExprError, NameLookup, NodeRef, parse, resolve};
use crate::frequencies::WordFrequencies;
use crate::places::Places;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The most items a checklist may have.
pub const MAX_ITEMS: usize = 5_000;
/// The most choices a list of a checklist may have; longer lists are places.
pub const MAX_CHOICES: usize = 20_000;
/// How many groups and repeats may stand inside each other.
pub const MAX_NESTING: usize = 32;
/// The most rows of all repeats of a checklist together.
pub const MAX_ROWS: usize = 5_000;

/// A checklist ready to be filled. Shared by all its fillings.
#[derive(Debug)]
pub struct Form {
    pub(crate) definition: Definition,
    pub(crate) places: Arc<Places>,
    pub(crate) nodes: Vec<Node>,
    /// Columns of each table: the root, then the repeats in order.
    pub(crate) tables: Vec<TableLayout>,
    /// In the order in which they must be evaluated.
    pub(crate) rules: Vec<CompiledRule>,
    /// For every node, the rules that read its value.
    pub(crate) readers: Vec<Vec<u32>>,
    /// Rules that read the visit or its place.
    pub(crate) visit_readers: Vec<u32>,
    pub(crate) sections: Vec<Section>,
    by_name: HashMap<Arc<str>, NodeRef>,
    /// For every own list, choices by name.
    choice_index: Vec<HashMap<Arc<str>, u32>>,
    frequencies: OnceLock<WordFrequencies>,
}

/// An item after compilation: its place in the tables, its section, and what its rules read.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub table: usize,
    pub column: usize,
    /// The table of its rows, for a repeat.
    pub rows: Option<usize>,
    /// One past the last item inside it.
    pub end: NodeRef,
    pub section: usize,
    pub default: Option<DefaultValue>,
    pub filter: Option<ChoiceFilter>,
    /// Items named in its label or hint.
    pub label_refs: Vec<NodeRef>,
    pub has_calculation: bool,
    /// Whether its calculation draws by chance, so that it is computed once and recorded.
    pub draws: bool,
}

/// A default: a literal to be read by the question's kind, or an expression.
#[derive(Debug)]
pub(crate) enum DefaultValue {
    Literal(String),
    Expr(Expr),
}

/// A choice filter, its equality conjuncts taken out for lookups.
#[derive(Debug)]
pub(crate) struct ChoiceFilter {
    /// `column = expression without columns`
    pub keys: Vec<(Arc<str>, Expr)>,
    /// The whole filter.
    pub whole: Expr,
}

#[derive(Debug, Default)]
pub(crate) struct TableLayout {
    /// The repeat whose rows it holds; the root has none.
    pub repeat: Option<NodeRef>,
    pub parent: usize,
    pub columns: Vec<NodeRef>,
}

#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub node: NodeRef,
    pub what: RuleKind,
    pub expr: Expr,
    /// Whether it reads other rows of the repeat it stands in.
    pub crosses_rows: bool,
}

impl CompiledRule {
    pub fn new(node: NodeRef, what: RuleKind, expr: Expr) -> Self {
        let mut across = false;
        expr.walk(&mut |e| across |= matches!(e, Expr::Call(Function::IndexedRepeat, _)));
        Self { node, what, expr, crosses_rows: across }
    }
}

/// What a rule decides. The first three produce what other rules read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    Relevant,
    Calculate,
    Count,
    Required,
    ReadOnly,
    Constraint,
    Filter,
    Label,
}

/// A page of the checklist: a group at the top, or the questions between such groups.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// The group, unless the questions stand outside of any.
    pub group: Option<NodeRef>,
    pub first: NodeRef,
    pub end: NodeRef,
}

/// Refuses an expression that draws by chance where it would be evaluated anew.
fn drawn_once(expr: Expr) -> Result<Expr, Vec<ExprError>> {
    let mut faults = Vec::new();
    expr.walk(&mut |e| match e {
        Expr::Call(Function::Random, _) => faults.push(ExprError::Draws { function: "random" }),
        Expr::Call(Function::Uuid, _) => faults.push(ExprError::Draws { function: "uuid" }),
        _ => {}
    });
    if faults.is_empty() { Ok(expr) } else { Err(faults) }
}

impl Form {
    /// Compiles a definition.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn compile(definition: Definition, places: Arc<Places>) -> Result<Self, Vec<DefinitionProblem>> {
        build::compile(definition, places)
    }

    /// The definition it was compiled from.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The places that its lists and visits refer to.
    #[must_use]
    pub fn places(&self) -> &Arc<Places> {
        &self.places
    }

    /// The item of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<NodeRef> {
        self.by_name.get(name).copied()
    }

    /// Which bytes follow which in its words; counted when they are first asked for.
    #[must_use]
    pub fn word_frequencies(&self) -> &WordFrequencies {
        self.frequencies.get_or_init(|| WordFrequencies::of(&self.definition))
    }

    /// Whether the answer to a question is computed.
    #[must_use]
    pub fn computes(&self, node: NodeRef) -> bool {
        self.nodes.get(node as usize).is_some_and(|n| n.has_calculation)
    }

    /// Parses and resolves an expression over this checklist, as figures use it.
    ///
    /// # Errors
    /// Every fault found.
    pub fn expression(&self, source: &str) -> Result<Expr, Vec<ExprError>> {
        let tree = parse(source).map_err(|e| vec![e])?;
        drawn_once(resolve(tree, &Scoped { form: self, list: None })?)
    }

    /// The list of a choice question, when it is one of the checklist.
    #[must_use]
    pub fn list(&self, node: NodeRef) -> Option<&List> {
        match self.list_ref(node)? {
            ListRef::Own(list) => self.definition.lists.get(*list as usize),
            ListRef::Places(_) => None,
        }
    }

    pub(crate) fn list_ref(&self, node: NodeRef) -> Option<&ListRef> {
        match &self.definition.items.get(node as usize)?.kind {
            Kind::SelectOne { list } | Kind::SelectMultiple { list } => Some(list),
            _ => None,
        }
    }

    /// The number of a choice of a question, by name or place code.
    #[must_use]
    pub fn choice(&self, node: NodeRef, name: &str) -> Option<u32> {
        match self.list_ref(node)? {
            ListRef::Own(list) => self.choice_index.get(*list as usize)?.get(name).copied(),
            ListRef::Places(level) => {
                let place = self.places.find(name)?;
                (self.places.level(level) == self.places.get(place).map(|p| p.level)).then_some(place)
            }
        }
    }

    /// The name of a choice of a question, or the code of the place.
    #[must_use]
    pub fn choice_name(&self, node: NodeRef, choice: u32) -> Option<&Arc<str>> {
        match self.list_ref(node)? {
            ListRef::Own(list) => {
                self.definition.lists.get(*list as usize)?.choices.get(choice as usize).map(|c| &c.name)
            }
            ListRef::Places(_) => self.places.get(choice).map(|p| &p.code),
        }
    }

    /// The label of a choice in a language; empty where there is no such choice.
    #[must_use]
    pub fn choice_label(&self, node: NodeRef, choice: u32, language: usize) -> Arc<str> {
        match self.list_ref(node) {
            Some(ListRef::Own(_)) => self
                .list(node)
                .and_then(|l| l.choices.get(choice as usize))
                .map(|c| c.label.get(language))
                .unwrap_or_default(),
            _ => self.places.label(choice, language),
        }
    }

    /// Items of a kind, outside of repeats.
    pub(crate) fn items_of<'f>(&'f self, kind: &'f Kind) -> impl Iterator<Item = NodeRef> + 'f {
        self.tables[0].columns.iter().copied().filter(move |n| self.definition.items[*n as usize].kind == *kind)
    }

    /// The repeat whose rows hold an item; `None` for the form itself.
    #[must_use]
    pub fn holder(&self, node: NodeRef) -> Option<NodeRef> {
        self.tables[self.nodes[node as usize].table].repeat
    }

    /// Whether an item is inside another (or is it).
    pub(crate) fn inside(&self, node: NodeRef, outer: NodeRef) -> bool {
        (outer..self.nodes[outer as usize].end).contains(&node)
    }
}

/// The names a checklist offers, with the columns of one list for its filter.
pub(crate) struct Scoped<'f> {
    pub form: &'f Form,
    pub list: Option<&'f ListRef>,
}

impl NameLookup for Scoped<'_> {
    fn node(&self, name: &str) -> Option<NodeRef> {
        self.form.find(name)
    }

    fn all(&self) -> Vec<&str> {
        self.form.definition.items.iter().map(|i| i.name.as_str()).collect()
    }

    fn choices(&self, node: NodeRef) -> Option<Vec<&str>> {
        Some(self.form.list(node)?.choices.iter().map(|c| c.name.as_ref()).collect())
    }

    fn is_repeat(&self, node: NodeRef) -> bool {
        self.form.nodes[node as usize].rows.is_some()
    }

    fn column(&self, name: &str) -> bool {
        match self.list {
            Some(ListRef::Own(list)) => {
                matches!(name, "name") || self.form.definition.lists[*list as usize].columns.iter().any(|c| c == name)
            }
            Some(ListRef::Places(_)) => name == "name" || self.form.places.has_attribute(name),
            None => false,
        }
    }

    fn place(&self, attribute: &str) -> bool {
        self.form.places.has_attribute(attribute)
    }
}
