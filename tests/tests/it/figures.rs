//! Every figure of the first mission, from filled checklists; and every figure breaks when one answer or its rule changes.

use baqylau_desk::tables::MissionTables;
use baqylau_findings::{CompiledFigure, Computed, Observation, Unit, compute};
use baqylau_forms::Zone;
use baqylau_forms::definition::Kind;
use baqylau_forms::expr::{Chance, Environment, Expr};
use baqylau_forms::fill::{CellKey, Filling, Mode, Mutation, VisitFacts, read_literal_at};
use baqylau_forms::num;
use baqylau_forms::value::{Answer, Moment};
use baqylau_simulator::{PlannedReport, ScheduleInputs, SimulatedObserver, schedule};
use baqylau_tests::tables;
use std::collections::HashSet;
use std::sync::Arc;

struct Election {
    tables: MissionTables,
    observations: Vec<Observation>,
}

const ENVIRONMENT: Environment =
    Environment { now: Moment { ms: 1_679_200_000_000, offset: 360 }, language: 0, chance: Chance::NONE };

impl Election {
    fn hold() -> Self {
        let folder = tables("kazakhstan-2023");
        let source = MissionTables::read(&folder).expect("tables");
        let codes = |level: &String| {
            let places = source.places.level(level).map(|l| source.places.of_level(l)).unwrap_or_default();
            places.iter().filter_map(|p| source.places.get(*p)).map(|p| p.code.to_string()).collect::<Vec<_>>()
        };
        let people = source.people.iter();
        let world = ScheduleInputs {
            people: people
                .map(|p| SimulatedObserver { code: p.code.clone(), role: p.role.clone(), team: p.team.clone() })
                .collect(),
            checklists: source
                .checklists
                .iter()
                .map(|c| (c.id.clone(), c.places.first().map(codes).unwrap_or_default()))
                .collect(),
            plans: folder.join("plan"),
            begins: ENVIRONMENT.now.ms,
            seed: 7,
        };
        let tasks = schedule(&world).expect("a schedule").into_values().flatten();
        let observations = (0..).zip(tasks).map(|(index, task)| fill(&source, index, &task)).collect();
        Self { tables: source, observations }
    }

    fn compute(&self, figures: &[CompiledFigure]) -> Vec<Computed> {
        compute(figures, &self.observations, self.tables.people.len())
    }
}

fn fill(tables: &MissionTables, index: u64, task: &PlannedReport) -> Observation {
    let form = tables.forms[&task.checklist].clone();
    let place = task.place.as_deref().and_then(|p| tables.places.find(p));
    let facts = VisitFacts { place, ..VisitFacts::default() };
    let mut filling = Filling::new(form.clone(), facts, ENVIRONMENT);
    let mut asked: HashSet<CellKey> = HashSet::new();
    loop {
        let name = |key: &CellKey| form.definition().items[key.node as usize].name.as_str();
        let open = |key: &CellKey| {
            !asked.contains(key) && filling.answer(*key).is_none() && task.answers.contains_key(name(key))
        };
        let Some(key) = filling.shown_keys().into_iter().find(open) else { break };
        asked.insert(key);
        let text = spell(&filling, &task.answers[name(&key)]);
        let question = filling.question(key);
        if matches!(question.kind, Kind::Repeat { .. }) {
            for _ in question.rows..text.parse().unwrap_or(0) {
                filling.add_row(key).expect("a row");
            }
        } else if !text.is_empty() && !question.read_only {
            let answer =
                read_literal_at(&form, key.node, &text, &Zone::fixed(360)).expect("the plan fits the checklist");
            filling.set(key, answer).expect("the plan fits the checklist");
        }
    }
    Observation { index, checklist: task.checklist.clone(), place, filling }
}

/// Ranges give their middle; who answers what is all that matters here.
fn spell(filling: &Filling, value: &str) -> String {
    if let Some(source) = value.strip_prefix('=') {
        let expr = filling.form().expression(source).expect("the plan's expression");
        let text = filling.evaluate(&expr, Mode::Blank).string().into_owned();
        return if text == "NaN" { String::new() } else { text };
    }
    let range = value.split_once("..").and_then(|(a, b)| Some((a.parse::<i64>().ok()?, b.parse::<i64>().ok()?)));
    range.map_or_else(|| value.to_owned(), |(a, b)| i64::midpoint(a, b).to_string())
}

#[test]
fn every_figure_is_the_published_one_and_breaks_when_anything_changes() {
    let mut election = Election::hold();
    let figures = std::mem::take(&mut election.tables.figures);
    let computed = election.compute(&figures);
    let wrong: Vec<_> = computed.iter().filter(|f| !f.equal).map(|f| (&f.id, &f.computed, f.count, f.base)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for (figure, whole) in figures.iter().zip(&computed).filter(|(f, _)| f.figure.checklist != "people") {
        another_rule_breaks(&election, figure);
        one_answer_breaks(&mut election, figure, whole);
    }
}

/// The same figure with another rule is another number.
fn another_rule_breaks(election: &Election, figure: &CompiledFigure) {
    let mut changed = figure.figure.clone();
    changed.counts = match changed.unit {
        Unit::MeanShare => format!("{} * 2", changed.counts),
        Unit::Breakdown => "${languages}".into(),
        _ => format!("not({})", changed.counts),
    };
    let compiled = CompiledFigure::all(vec![changed], &election.tables.forms).expect("compiles");
    assert!(!election.compute(&compiled)[0].equal, "{}: another rule, the same figure", figure.figure.id);
}

/// One answer that counts, changed or withdrawn, is another number.
fn one_answer_breaks(election: &mut Election, figure: &CompiledFigure, whole: &Computed) {
    let id = &figure.figure.id;
    let at =
        usize::try_from(*whole.reports.first().unwrap_or_else(|| panic!("{id}: nothing counts"))).expect("an index");
    let before = election.observations[at].clone();
    match named(&before, figure) {
        // Counts every report: one report fewer.
        None => drop(election.observations.remove(at)),
        Some(node) => change(&mut election.observations[at], node, figure.figure.unit),
    }
    let after = &election.compute(std::slice::from_ref(figure))[0];
    assert!(
        !after.equal,
        "{id}: {} of {} became {} of {} and nothing showed",
        whole.count, whole.base, after.count, after.base
    );
    if named(&before, figure).is_none() {
        election.observations.insert(at, before);
    } else {
        election.observations[at] = before;
    }
}

/// The question that a figure counts; the last one that its rule names.
fn named(observation: &Observation, figure: &CompiledFigure) -> Option<u32> {
    let expr = observation.filling.form().expression(&figure.figure.counts).expect("compiles");
    let mut found = None;
    expr.walk(&mut |e| {
        if let Expr::Name(node) = e {
            found = Some(*node);
        }
    });
    found
}

/// Puts another answer into a report, as if the observer had given it.
fn change(observation: &mut Observation, node: u32, unit: Unit) {
    let form: Arc<_> = observation.filling.form().clone();
    let key = CellKey { node, row: 0 };
    let answer = match observation.filling.answer(key) {
        Some(Answer::One(now)) => {
            let list = form.list(node).expect("a list");
            // The choice that is furthest from the one that was given.
            let last = num::index(list.choices.len()) - 1;
            Answer::One(if *now * 2 >= last { 0 } else { last })
        }
        Some(Answer::Many(_)) => {
            let list = form.list(node).expect("a list");
            let other = list
                .choices
                .iter()
                .position(|c| c.exclusive || c.name.as_ref() == "other")
                .expect("a choice that stands alone");
            Answer::Many(vec![num::index(other)])
        }
        Some(Answer::Integer(_)) if unit == Unit::MeanShare => Answer::Integer(1_000_000),
        _ => Answer::Integer(0),
    };
    let mut kept = observation.filling.snapshot();
    if matches!(form.definition().items[node as usize].kind, Kind::Calculate) {
        // A computed value follows from the numbers in the rows.
        for mutation in &mut kept {
            if let Mutation::Answer(CellKey { row: 1.., .. }, Some(Answer::Integer(n))) = mutation {
                *n = 0;
            }
        }
    } else {
        kept.push(Mutation::Answer(key, Some(answer)));
    }
    let facts = observation.filling.facts().clone();
    observation.filling = Filling::restore(form, facts, ENVIRONMENT, kept).0;
}
