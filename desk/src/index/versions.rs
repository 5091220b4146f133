//! Figures over reports of older versions of their checklist. A choice that did not exist then was not chosen: whoever answered the question
//! is out of those who answered. How many such reports there are is said beside the figure.

use crate::index::filter::ReportFilter;
use crate::index::report_row::ReportRow;
use crate::index::report_table::ReportTable;
use crate::tables::MissionTables;
use baqylau_findings::compute::AdaptedFigures;
use baqylau_findings::{CompiledFigure, FigureInput, Rules, Unit, latest};
use baqylau_forms::definition::{Choice, Definition, Text};
use baqylau_forms::expr::Expr;
use baqylau_forms::{ByIdentity, Form};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Figures under every version of their checklist that was met.
#[derive(Default)]
pub(crate) struct Versions {
    rules: Rules,
    wide: HashMap<ByIdentity<Form>, Arc<Form>>,
}

impl Versions {
    /// The rules for reports of one form.
    pub fn of(&mut self, tables: &MissionTables, form: &Arc<Form>) -> Arc<AdaptedFigures> {
        let wide = self.wide.entry(ByIdentity::of(form)).or_insert_with(|| widened(tables, form));
        self.rules.of(&tables.numbers, wide)
    }
}

/// The form with the choices that its questions have in the mission's version, behind its own.
fn widened(tables: &MissionTables, form: &Arc<Form>) -> Arc<Form> {
    let mut definition = form.definition().clone();
    let Some(now) = tables.forms.get(&definition.id) else { return form.clone() };
    for (list, name) in lacking(form.definition(), now.definition()) {
        let Some(list) = definition.lists.get_mut(list) else { continue };
        let label = Text(definition.languages.iter().map(|_| name.clone()).collect());
        let cells = vec![String::new(); list.columns.len()];
        if !list.choices.iter().any(|choice| choice.name == name) {
            list.choices.push(Choice { name, label, exclusive: false, cells });
        }
    }
    if definition == *form.definition() {
        return form.clone();
    }
    // A list that would be longer than lists may be stays as it is.
    Form::compile(definition, form.places().clone()).map_or_else(|_| form.clone(), Arc::new)
}

/// The choices that questions of an older version lack, each with the position of its list there.
fn lacking(then: &Definition, now: &Definition) -> Vec<(usize, Arc<str>)> {
    let mut lacking = Vec::new();
    for item in &then.items {
        let newer = now.items.iter().find(|newer| newer.name == item.name);
        let Some((before, after)) = item.kind.own_list().zip(newer.and_then(|newer| newer.kind.own_list())) else {
            continue;
        };
        let known: HashSet<&str> =
            then.lists.get(before).into_iter().flat_map(|l| &l.choices).map(|c| &*c.name).collect();
        let choices = now.lists.get(after).into_iter().flat_map(|l| &l.choices);
        let new = choices.filter(|choice| !known.contains(&*choice.name));
        lacking.extend(new.map(|choice| (before, choice.name.clone())));
    }
    lacking
}

/// Whether a number names a choice that a version of its checklist lacks.
fn lacks(tables: &MissionTables, number: &CompiledFigure, form: &Arc<Form>, wide: &Arc<Form>) -> bool {
    let figure = &number.figure;
    if figure.unit != Unit::Breakdown {
        return number.under(form).is_none() && number.under(wide).is_some();
    }
    let question = |form: &Form| match form.expression(&figure.counts) {
        Ok(Expr::Name(question)) => Some(question),
        _ => None,
    };
    let Some((now, then)) = tables.forms.get(&figure.checklist).and_then(|now| Some((now, question(form)?))) else {
        return false;
    };
    // Those that were published; all, where nothing is.
    let published: Vec<&str> =
        figure.value.split(';').filter_map(|part| part.split_once('=')).map(|(name, _)| name.trim()).collect();
    let choices = question(now).and_then(|question| now.list(question)).into_iter().flat_map(|l| &l.choices);
    let mut named = choices.filter(|choice| published.is_empty() || published.contains(&&*choice.name));
    named.any(|choice| form.choice(then, &choice.name).is_none())
}

impl ReportTable {
    /// For each figure: how many of the reports that it is out of were filled in under a version of the checklist without a choice that it
    /// names. They count as reports in which that was not chosen.
    #[must_use]
    pub fn older(&self, tables: &MissionTables, filter: &ReportFilter) -> Vec<usize> {
        let lacking = self.lacking.get_or_init(|| lacking_forms(tables, &self.rows));
        if lacking.is_empty() {
            return vec![0; tables.figures.len()];
        }
        let rows: Vec<&ReportRow> = self.select(tables, filter).collect();
        let of = Self::by_checklist(tables, &rows);
        let older = |number: usize| {
            let rows = of.rows(tables, number);
            let given = self.inputs(tables, number, rows.iter().copied());
            let per_place = tables.figures[number].figure.per == "place";
            let given: Vec<FigureInput> = if per_place { latest(given) } else { given.collect() };
            let in_base: HashSet<u64> = given.iter().filter(|g| g.contribution.base > 0).map(|g| g.index).collect();
            let form = |row: &ReportRow| row.summary.meta.form.as_ref().map(ByIdentity::of);
            let lacks =
                |row: &ReportRow| form(row).and_then(|form| lacking.get(&form)).is_some_and(|n| n.contains(&number));
            rows.iter().filter(|row| in_base.contains(&row.summary.meta.index) && lacks(row)).count()
        };
        (0..tables.figures.len()).map(older).collect()
    }
}

/// The figures that name a choice which a form lacks.
pub(crate) type LackingForms = HashMap<ByIdentity<Form>, HashSet<usize>>;

fn lacking_forms(tables: &MissionTables, rows: &[ReportRow]) -> LackingForms {
    let forms: HashSet<ByIdentity<Form>> =
        rows.iter().filter_map(|l| l.summary.meta.form.as_ref()).map(ByIdentity::of).collect();
    let of_form = |key: ByIdentity<Form>| {
        let form = key.get();
        let wide = widened(tables, form);
        let ours = tables.figures.iter().enumerate().filter(|(_, f)| f.figure.checklist == form.definition().id);
        let lacking: HashSet<usize> =
            ours.filter(|(_, figure)| lacks(tables, figure, form, &wide)).map(|f| f.0).collect();
        (!Arc::ptr_eq(form, &wide) && !lacking.is_empty()).then_some((key, lacking))
    };
    forms.into_iter().filter_map(of_form).collect()
}
