//! Figures as data, checked against their checklists.

use crate::message::{Message, MessageNames};
use baqylau_forms::definition::Text;
use baqylau_forms::expr::{Expr, ExprError};
use baqylau_forms::form::Form;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// How a figure is computed. A closed list: a new kind is added here with its arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Number of reports that count.
    Count,
    /// Percentage of the base, rounded half up to whole numbers.
    Percent,
    /// Sum divided by sum, over the reports that have both numbers.
    MeanShare,
    /// Whether more than half of the base counts.
    Majority,
    /// Number for each choice; a report may count for several.
    Breakdown,
}

/// In place of a checklist: counts the people of the register whose devices count.
pub const PEOPLE: &str = "people";

/// A figure of the statement, as written in the mission's table; see `docs/authoring.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Unique id; statement and page refer to the figure by it.
    pub id: String,
    /// Id of the checklist, or [`PEOPLE`].
    pub checklist: String,
    /// How it is computed.
    pub unit: Unit,
    /// Expression for what is counted; for a breakdown, a choice question.
    pub counts: String,
    /// Mean share: expression for the denominator; otherwise empty.
    #[serde(default)]
    pub of: String,
    /// `answered` (the default), `all`, or an expression for the reports in the base.
    #[serde(default)]
    pub base: String,
    /// `observation` (the default), or `place` for the latest report of each place.
    #[serde(default)]
    pub per: String,
    /// As the statement prints it; empty if not yet published.
    pub published: String,
    /// The published number, in the notation of `docs/authoring.md`; empty if not yet published.
    pub value: String,
    /// Largest difference from the published number that still counts as equal; empty for 0.
    #[serde(default)]
    pub tolerance: String,
    /// Sentence of the statement in each language, in the notation of [`crate::message`].
    pub sentence: Text,
}

/// The reports that a share is taken of.
#[derive(Debug, Clone)]
pub(crate) enum Base {
    Answered,
    All,
    Where(Expr),
}

/// The published value, parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PublishedValue {
    Number {
        value: f64,
        tolerance: f64,
    },
    Majority,
    Parts(Vec<(String, usize)>),
    /// Nothing is published.
    Nothing,
}

/// The parsed rule of a figure, with questions resolved to indices.
#[derive(Debug, Clone)]
pub(crate) enum FigureRule {
    People,
    Truth {
        counts: Expr,
        base: Base,
    },
    Share {
        part: Expr,
        whole: Expr,
    },
    /// `order`: index of each of the form's choices in the figure's list, as versions of a checklist may order them
    /// differently.
    /// `named`: the choices that were published; others are not part of the figure.
    Breakdown {
        question: u32,
        order: Option<Vec<Option<u32>>>,
        named: Vec<bool>,
    },
}

/// A checked figure, ready to be computed.
#[derive(Debug, Clone)]
pub struct CompiledFigure {
    /// The figure as written.
    pub figure: Figure,
    pub(crate) rule: FigureRule,
    pub(crate) expected: PublishedValue,
    pub(crate) per_place: bool,
    pub(crate) form: Option<Arc<Form>>,
    pub(crate) sentences: Vec<Message>,
}

/// A fault in a figure's definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("figure {id}, column {column}: {what}")]
pub struct FigureError {
    /// [`Figure::id`].
    pub id: String,
    /// Column of the mission's table.
    pub column: &'static str,
    /// The fault and its remedy.
    pub what: String,
}

impl CompiledFigure {
    /// Checks figures against the checklists, by checklist id.
    ///
    /// # Errors
    /// Every fault found, at most one per figure besides a repeated id.
    pub fn all(figures: Vec<Figure>, forms: &HashMap<String, Arc<Form>>) -> Result<Vec<Self>, Vec<FigureError>> {
        Self::each(figures, forms, expected)
    }

    /// Like [`CompiledFigure::all`] for numbers that are watched but not published: ignores [`Figure::published`] and
    /// [`Figure::value`].
    ///
    /// # Errors
    /// Every fault found, at most one per figure besides a repeated id.
    pub fn unpublished(
        figures: Vec<Figure>,
        forms: &HashMap<String, Arc<Form>>,
    ) -> Result<Vec<Self>, Vec<FigureError>> {
        Self::each(figures, forms, |_| Ok(PublishedValue::Nothing))
    }

    /// The same figure for reports filled in under another version of its checklist, where questions and choices may
    /// have other numbers.
    /// `None` if that version lacks something the figure needs.
    #[must_use]
    pub fn under(&self, form: &Arc<Form>) -> Option<Self> {
        let known = self.form.as_ref()?;
        if Arc::ptr_eq(known, form) || known.definition() == form.definition() {
            return Some(self.clone());
        }
        let forms = HashMap::from([(self.figure.checklist.clone(), form.clone())]);
        let mut other = Self::one(self.figure.clone(), &forms, |_| Ok(self.expected.clone())).ok()?;
        if let (
            FigureRule::Breakdown { question: ours, named: our_names, .. },
            FigureRule::Breakdown { question, order, named },
        ) = (&self.rule, &mut other.rule)
        {
            let choices = &form.list(*question)?.choices;
            *order = Some(choices.iter().map(|choice| known.choice(*ours, &choice.name)).collect());
            named.clone_from(our_names);
        }
        other.form = self.form.clone();
        Some(other)
    }

    /// Label of a breakdown's choice, by its name and the language's index; `None` if there is no such choice.
    #[must_use]
    pub fn choice_label(&self, name: &str, language: usize) -> Option<Arc<str>> {
        let FigureRule::Breakdown { question, .. } = &self.rule else { return None };
        let choice = self.form.as_ref()?.list(*question)?.choices.iter().find(|c| *c.name == *name)?;
        Some(choice.label.get(language))
    }

    fn each(
        figures: Vec<Figure>,
        forms: &HashMap<String, Arc<Form>>,
        expected: impl Fn(&Figure) -> Result<PublishedValue, String>,
    ) -> Result<Vec<Self>, Vec<FigureError>> {
        let mut faults = Vec::new();
        let mut out: Vec<Self> = Vec::new();
        for figure in figures {
            if out.iter().any(|c| c.figure.id == figure.id) {
                faults.push(FigureError {
                    id: figure.id.clone(),
                    column: "id",
                    what: "another figure already has this id".into(),
                });
            }
            match Self::one(figure, forms, &expected) {
                Ok(compiled) => out.push(compiled),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(out) } else { Err(faults) }
    }

    fn one(
        figure: Figure,
        forms: &HashMap<String, Arc<Form>>,
        expected: impl Fn(&Figure) -> Result<PublishedValue, String>,
    ) -> Result<Self, FigureError> {
        let fault = |column, what: String| FigureError { id: figure.id.clone(), column, what };
        let expected = expected(&figure).map_err(|what| fault("value", what))?;
        let sentences = sentences(&figure).map_err(|what| fault("sentence", what))?;
        let per_place = match figure.per.as_str() {
            "" | "observation" => false,
            "place" => true,
            other => {
                return Err(fault("per", format!("{other:?} is neither `observation` nor `place`; write one of them")));
            }
        };
        if figure.checklist == PEOPLE {
            return Ok(Self { rule: FigureRule::People, expected, per_place, form: None, sentences, figure });
        }
        let form = forms.get(&figure.checklist);
        let form =
            form.ok_or_else(|| fault("checklist", format!("the mission has no checklist {:?}", figure.checklist)))?;
        let parse = |column, source: &str| form.expression(source).map_err(|e| fault(column, words(&e)));
        let rule = match figure.unit {
            Unit::MeanShare => {
                FigureRule::Share { part: parse("counts", &figure.counts)?, whole: parse("of", &figure.of)? }
            }
            Unit::Breakdown => match parse("counts", &figure.counts)? {
                Expr::Name(question) if form.list(question).is_some() => {
                    let published = |name: &str| match &expected {
                        PublishedValue::Parts(parts) => parts.iter().any(|p| p.0 == name),
                        _ => true,
                    };
                    let choices = form.list(question).map(|l| l.choices.as_slice()).unwrap_or_default();
                    let named = choices.iter().map(|c| published(&c.name)).collect();
                    FigureRule::Breakdown { question, order: None, named }
                }
                _ => {
                    return Err(fault("counts", "a breakdown needs a choice question, for example ${question}".into()));
                }
            },
            _ => {
                let base = match figure.base.as_str() {
                    "" | "answered" => Base::Answered,
                    "all" => Base::All,
                    source => Base::Where(parse("base", source)?),
                };
                FigureRule::Truth { counts: parse("counts", &figure.counts)?, base }
            }
        };
        Ok(Self { rule, expected, per_place, form: Some(form.clone()), sentences, figure })
    }
}

fn words(errors: &[ExprError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The parsed sentence in each language.
fn sentences(figure: &Figure) -> Result<Vec<Message>, String> {
    let names = match figure.unit {
        Unit::Breakdown => MessageNames { numbers: &["count", "base"], texts: &["value"], shares: &["share"] },
        _ => MessageNames { numbers: &["value", "count", "base"], texts: &[], shares: &["share"] },
    };
    figure.sentence.0.iter().map(|text| Message::parse(text, names)).collect()
}

fn expected(figure: &Figure) -> Result<PublishedValue, String> {
    if figure.value.trim().is_empty() {
        return match figure.published.trim() {
            "" => Ok(PublishedValue::Nothing),
            printed => {
                Err(format!("{printed:?} is published, but the value is empty: give the number, or leave both empty"))
            }
        };
    }
    match figure.unit {
        Unit::Majority if figure.value == "majority" => Ok(PublishedValue::Majority),
        Unit::Majority => Err("the value of a majority must be `majority`".into()),
        Unit::Breakdown => {
            let part = |text: &str| {
                let (name, count) = text.split_once('=')?;
                Some((name.trim().to_owned(), count.trim().parse().ok()?))
            };
            let parts: Option<Vec<_>> = figure.value.split(';').map(part).collect();
            parts
                .map(PublishedValue::Parts)
                .ok_or_else(|| "the value of a breakdown must have the form choice=number; choice=number".into())
        }
        _ => {
            let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
            let value = number(&figure.value).ok_or_else(|| format!("{:?} is not a number", figure.value))?;
            let tolerance = if figure.tolerance.trim().is_empty() { Some(0.0) } else { number(&figure.tolerance) };
            let tolerance = tolerance.ok_or_else(|| format!("the tolerance {:?} is not a number", figure.tolerance))?;
            Ok(PublishedValue::Number { value, tolerance })
        }
    }
}
