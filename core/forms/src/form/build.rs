//! Definition to form.

use super::{
    ChoiceFilter, CompiledRule, DefaultValue, DefinitionProblem, Fault, Field, Form, Node, RuleKind, Scoped, Section,
    TableLayout, check, order,
};
use crate::definition::{Definition, Item, Kind, Text};
use crate::expr::ast::{Function, Operator};
use crate::expr::{Expr, NodeRef, parse, resolve};
use crate::num;
use crate::places::Places;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) fn compile(definition: Definition, places: Arc<Places>) -> Result<Form, Vec<DefinitionProblem>> {
    let problems = check::structure(&definition, &places);
    if !problems.is_empty() {
        return Err(problems);
    }
    let by_name =
        definition.items.iter().enumerate().map(|(i, item)| (item.name.as_str().into(), num::index(i))).collect();
    let index = |list: &crate::definition::List| -> HashMap<Arc<str>, u32> {
        list.choices.iter().enumerate().map(|(i, c)| (c.name.clone(), num::index(i))).collect()
    };
    let choice_index = definition.lists.iter().map(index).collect();
    let (nodes, tables) = layout(&definition.items);
    let sections = sections(&definition.items, &nodes);
    let mut form = Form {
        definition,
        places,
        nodes,
        tables,
        rules: Vec::new(),
        readers: Vec::new(),
        visit_readers: Vec::new(),
        sections,
        by_name,
        choice_index,
        frequencies: std::sync::OnceLock::new(),
    };
    for (at, section) in form.sections.iter().enumerate() {
        for node in section.first..section.end {
            form.nodes[node as usize].section = at;
        }
    }
    let mut problems = Vec::new();
    expressions(&mut form, &mut problems);
    if problems.is_empty() {
        order::arrange(&mut form, &mut problems);
    }
    if problems.is_empty() { Ok(form) } else { Err(problems) }
}

/// Table and column of each item, and where its children end.
fn layout(items: &[Item]) -> (Vec<Node>, Vec<TableLayout>) {
    let mut nodes: Vec<Node> = Vec::with_capacity(items.len());
    let mut tables = vec![TableLayout::default()];
    for (at, item) in items.iter().enumerate() {
        let table = item.parent.map_or(0, |p| {
            let parent: &Node = &nodes[p as usize];
            parent.rows.unwrap_or(parent.table)
        });
        let node = num::index(at);
        let column = tables[table].columns.len();
        tables[table].columns.push(node);
        let rows = matches!(item.kind, Kind::Repeat { .. }).then(|| {
            tables.push(TableLayout { repeat: Some(node), parent: table, columns: Vec::new() });
            tables.len() - 1
        });
        nodes.push(Node { table, column, rows, end: node + 1, ..Node::default() });
        let mut above = item.parent;
        while let Some(p) = above {
            nodes[p as usize].end = node + 1;
            above = items[p as usize].parent;
        }
    }
    (nodes, tables)
}

fn sections(items: &[Item], nodes: &[Node]) -> Vec<Section> {
    let mut out: Vec<Section> = Vec::new();
    let mut at = 0;
    while at < items.len() {
        let first = num::index(at);
        let end = nodes[at].end;
        if matches!(items[at].kind, Kind::Group { .. }) {
            out.push(Section { group: Some(first), first, end });
        } else if let Some(open) = out.last_mut().filter(|s| s.group.is_none()) {
            open.end = end;
        } else {
            out.push(Section { group: None, first, end });
        }
        at = end as usize;
    }
    out
}

/// Parses every expression, collecting rules and faults.
fn expressions(form: &mut Form, problems: &mut Vec<DefinitionProblem>) {
    let mut rules = Vec::new();
    for at in 0..form.definition.items.len() {
        let mut reader = DefinitionReader { form, at, problems };
        let item = &reader.form.definition.items[at];
        let count = match &item.kind {
            Kind::Repeat { count } => count.as_deref(),
            _ => None,
        };
        let parts = [
            (RuleKind::Relevant, Field::Relevant, item.relevant.as_deref()),
            (RuleKind::Calculate, Field::Calculation, item.calculation.as_deref()),
            (RuleKind::Count, Field::RepeatCount, count),
            (RuleKind::Required, Field::Required, item.required.as_deref()),
            (RuleKind::ReadOnly, Field::ReadOnly, item.read_only.as_deref()),
            (RuleKind::Constraint, Field::Constraint, item.constraint.as_deref()),
        ];
        let mut draws = false;
        for (what, field, source) in parts {
            let expr = source.and_then(|s| reader.expression(s, field, false));
            draws |= expr.as_ref().is_some_and(Expr::draws);
            rules.extend(expr.map(|expr| CompiledRule::new(num::index(at), what, expr)));
        }
        let default = item.default.as_deref().and_then(|d| reader.default(d));
        let filter = item.choice_filter.as_deref().and_then(|f| reader.expression(f, Field::ChoiceFilter, true));
        let label_refs = reader.label_refs();
        if let Some(whole) = &filter {
            rules.push(CompiledRule::new(num::index(at), RuleKind::Filter, whole.clone()));
        }
        // A label is read again when what it names changes.
        rules.extend(label_refs.iter().map(|n| CompiledRule::new(num::index(at), RuleKind::Label, Expr::Name(*n))));
        let has_calculation = item.calculation.is_some();
        let node = &mut form.nodes[at];
        node.default = default;
        node.label_refs = label_refs;
        (node.has_calculation, node.draws) = (has_calculation, draws);
        node.filter = filter.map(|whole| ChoiceFilter { keys: keys(&whole), whole });
    }
    form.rules = rules;
}

struct DefinitionReader<'r> {
    form: &'r Form,
    at: usize,
    problems: &'r mut Vec<DefinitionProblem>,
}

impl DefinitionReader<'_> {
    fn fault(&mut self, field: Field, fault: Fault) {
        self.problems.push(DefinitionProblem { item: Some(self.at), field, fault });
    }

    fn expression(&mut self, source: &str, field: Field, filter: bool) -> Option<Expr> {
        // XLSForm writes `yes` and `no` where it takes an expression too.
        match source.trim() {
            "yes" | "true" | "TRUE" | "True" => return Some(Expr::Call(Function::True, Vec::new())),
            "no" | "false" | "FALSE" | "False" => return Some(Expr::Call(Function::False, Vec::new())),
            _ => {}
        }
        let list = filter.then(|| self.form.list_ref(num::index(self.at))).flatten();
        let parsed = parse(source).map_err(|e| vec![e]);
        let once = matches!(field, Field::Calculation | Field::Default);
        let resolved = parsed.and_then(|tree| resolve(tree, &Scoped { form: self.form, list }));
        match resolved.and_then(|expr| if once { Ok(expr) } else { super::drawn_once(expr) }) {
            Ok(expr) => Some(expr),
            Err(faults) => {
                faults.into_iter().for_each(|f| self.fault(field, Fault::Expression(f)));
                None
            }
        }
    }

    fn default(&mut self, source: &str) -> Option<DefaultValue> {
        if source.contains("${") || source.contains('(') {
            return self.expression(source, Field::Default, false).map(DefaultValue::Expr);
        }
        let node = num::index(self.at);
        if let Err(expected) = crate::fill::read_literal(self.form, node, source) {
            self.fault(Field::Default, Fault::Value { value: source.to_owned(), expected });
        }
        Some(DefaultValue::Literal(source.to_owned()))
    }

    /// Items named in the label and hint, in any language.
    fn label_refs(&mut self) -> Vec<NodeRef> {
        let item = &self.form.definition.items[self.at];
        let mut out = Vec::new();
        for (field, text) in [(Field::Label, &item.label), (Field::Hint, &item.hint)] {
            for name in placeholders(text) {
                match self.form.find(&name) {
                    Some(node) if !out.contains(&node) => out.push(node),
                    Some(_) => {}
                    None => {
                        let fault = crate::expr::ExprError::Name { name, suggestion: None };
                        self.fault(field, Fault::Expression(fault));
                    }
                }
            }
        }
        out
    }
}

fn placeholders(text: &Text) -> Vec<String> {
    let mut out = Vec::new();
    for part in text.0.iter().flat_map(|t| t.split("${").skip(1)) {
        if let Some((name, _)) = part.split_once('}') {
            out.push(name.trim().to_owned());
        }
    }
    out
}

/// The conjuncts `column = expression without columns`, which become lookups.
fn keys(filter: &Expr) -> Vec<(Arc<str>, Expr)> {
    let Expr::Binary(op, pair) = filter else { return Vec::new() };
    match (op, &pair.0, &pair.1) {
        (Operator::And, left, right) => keys(left).into_iter().chain(keys(right)).collect(),
        (Operator::Equal, Expr::Column(column), other) | (Operator::Equal, other, Expr::Column(column)) => {
            let mut plain = true;
            other.walk(&mut |e| plain &= !matches!(e, Expr::Column(_)));
            if plain { vec![(column.clone(), other.clone())] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}
