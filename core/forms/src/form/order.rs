//! Rules in the order of their dependencies, so that one pass over what changed settles everything.

use super::{CompiledRule, DefinitionProblem, Fault, Field, Form, RuleKind};
use crate::expr::{Expr, NodeRef};
use crate::num;
use std::collections::HashMap;

/// Sorts the rules, fills the readers, and reports circles.
pub(super) fn arrange(form: &mut Form, problems: &mut Vec<DefinitionProblem>) {
    let reads: Vec<Vec<NodeRef>> = form.rules.iter().map(|r| reads(form, r)).collect();
    let producers = producers(form);
    let before: Vec<Vec<usize>> = (0..form.rules.len()).map(|r| before(form, &producers, &reads[r])).collect();
    let Some(order) = sort(form, &before, problems) else { return };

    let mut rank = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, rule)| rank[*rule] = at);
    form.readers = vec![Vec::new(); form.nodes.len()];
    for (rule, nodes) in reads.iter().enumerate() {
        for node in nodes {
            form.readers[*node as usize].push(num::index(rank[rule]));
        }
    }
    let mut rules: Vec<(usize, CompiledRule)> = std::mem::take(&mut form.rules).into_iter().enumerate().collect();
    rules.sort_by_key(|(at, _)| rank[*at]);
    form.rules = rules.into_iter().map(|r| r.1).collect();
    for (at, rule) in form.rules.iter().enumerate() {
        let mut visit = false;
        rule.expr.walk(&mut |e| visit |= matches!(e, Expr::Visit(_) | Expr::Place(_)));
        if visit {
            form.visit_readers.push(num::index(at));
        }
    }
}

/// The items whose value a rule reads. `position(..)` reads the repeat it stands in.
fn reads(form: &Form, rule: &CompiledRule) -> Vec<NodeRef> {
    let mut out = Vec::new();
    let own_repeat = form.tables[form.nodes[rule.node as usize].table].repeat;
    rule.expr.walk(&mut |e| match e {
        Expr::Name(node) => out.push(*node),
        Expr::Call(crate::expr::ast::Function::Position, _) => out.extend(own_repeat),
        _ => {}
    });
    // A check is made again when its own answer changes.
    if matches!(rule.what, RuleKind::Constraint | RuleKind::Filter) {
        out.push(rule.node);
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Producing rules by the item they are written at.
fn producers(form: &Form) -> HashMap<NodeRef, Vec<usize>> {
    let mut out: HashMap<NodeRef, Vec<usize>> = HashMap::new();
    for (at, rule) in form.rules.iter().enumerate() {
        if matches!(rule.what, RuleKind::Relevant | RuleKind::Calculate | RuleKind::Count) {
            out.entry(rule.node).or_default().push(at);
        }
    }
    out
}

/// The rules that must be settled before one: what computes, shows or counts the items it reads.
fn before(form: &Form, producers: &HashMap<NodeRef, Vec<usize>>, reads: &[NodeRef]) -> Vec<usize> {
    let mut out = Vec::new();
    for node in reads {
        let mut at = Some(*node);
        while let Some(n) = at {
            for producer in producers.get(&n).into_iter().flatten() {
                // Of the holders only relevance and count matter.
                let of_holder = n != *node && form.rules[*producer].what == RuleKind::Calculate;
                if !of_holder {
                    out.push(*producer);
                }
            }
            at = form.definition.items[n as usize].parent;
        }
    }
    out
}

/// Depth first, producers before what reads them; a circle is reported by the names around it.
fn sort(form: &Form, before: &[Vec<usize>], problems: &mut Vec<DefinitionProblem>) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; before.len()];
    let mut order = Vec::with_capacity(before.len());
    for start in 0..before.len() {
        if marks[start] != Mark::New {
            continue;
        }
        // (rule, how many of its predecessors were looked at)
        let mut stack = vec![(start, 0)];
        marks[start] = Mark::Open;
        while let Some((rule, next)) = stack.last_mut() {
            let Some(predecessor) = before[*rule].get(*next).copied() else {
                marks[*rule] = Mark::Done;
                order.push(*rule);
                stack.pop();
                continue;
            };
            *next += 1;
            match marks[predecessor] {
                Mark::Done => {}
                Mark::New => {
                    marks[predecessor] = Mark::Open;
                    stack.push((predecessor, 0));
                }
                Mark::Open => {
                    let from = stack.iter().position(|s| s.0 == predecessor).unwrap_or(0);
                    let around: Vec<usize> = stack[from..].iter().map(|s| s.0).collect();
                    problems.push(circle(form, &around));
                }
            }
        }
    }
    problems.is_empty().then_some(order)
}

fn circle(form: &Form, rules: &[usize]) -> DefinitionProblem {
    let name = |r: &usize| form.definition.items[form.rules[*r].node as usize].name.clone();
    let mut names: Vec<String> = rules.iter().map(name).collect();
    names.push(names[0].clone());
    let first = &form.rules[rules[0]];
    let field = match first.what {
        RuleKind::Relevant => Field::Relevant,
        RuleKind::Count => Field::RepeatCount,
        _ => Field::Calculation,
    };
    DefinitionProblem { item: Some(first.node as usize), field, fault: Fault::Cycle { names } }
}
