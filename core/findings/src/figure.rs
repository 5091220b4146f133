//! A figure as data.

use crate::message::{Message, MessageNames};
use baqylau_forms::definition::Text;
use baqylau_forms::expr::{Expr, ExprError};
use baqylau_forms::form::Form;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// How the numbers of a figure are made. A closed list: whoever needs another adds it here, with its arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// How many.
    Count,
    /// How many in a hundred of the base, rounded half up to whole numbers.
    Percent,
    /// A sum over a sum, over the reports that have both numbers.
    MeanShare,
    /// Whether more than half of the base.
    Majority,
    /// How many of each choice; a report may count for several.
    Breakdown,
}

/// The figure's source, instead of a checklist: the people of the register whose devices are enrolled.
pub const PEOPLE: &str = "people";

/// A figure of the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Its id, as questions name it.
    pub id: String,
    /// The checklist's id, or [`PEOPLE`].
    pub checklist: String,
    /// How it is made.
    pub unit: Unit,
    /// What is counted.
    pub counts: String,
    /// The denominator of a mean share.
    #[serde(default)]
    pub of: String,
    /// `answered`, `all`, or an expression.
    #[serde(default)]
    pub base: String,
    /// `observation` or `place`.
    #[serde(default)]
    pub per: String,
    /// As the statement prints it; empty while it is not published yet.
    pub published: String,
    /// The published number; see `docs/authoring.md`. Empty while it is not published yet.
    pub value: String,
    /// How far the computed number may be from it.
    #[serde(default)]
    pub tolerance: String,
    /// The sentence of the statement, in the notation of [`crate::message`].
    pub sentence: Text,
}

/// What a figure counts out of.
#[derive(Debug, Clone)]
pub(crate) enum Base {
    Answered,
    All,
    Where(Expr),
}

/// What the published number says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PublishedValue {
    Number {
        value: f64,
        tolerance: f64,
    },
    Majority,
    Parts(Vec<(String, usize)>),
    /// Nothing was published.
    Nothing,
}

/// The rule of a figure, resolved.
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
    /// `order`: where each choice of the list stands in the figure's, which another version of the checklist may have in another order.
    /// `named`: the choices that were published; the others are not of this figure.
    Breakdown {
        question: u32,
        order: Option<Vec<Option<u32>>>,
        named: Vec<bool>,
    },
}

/// A figure ready to be computed.
#[derive(Debug, Clone)]
pub struct CompiledFigure {
    /// The figure.
    pub figure: Figure,
    pub(crate) rule: FigureRule,
    pub(crate) expected: PublishedValue,
    pub(crate) per_place: bool,
    pub(crate) form: Option<Arc<Form>>,
    pub(crate) sentences: Vec<Message>,
}

/// What is wrong with a figure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("figure {id}, column {column}: {what}")]
pub struct FigureError {
    /// The figure.
    pub id: String,
    /// The column.
    pub column: &'static str,
    /// What is wrong, and the remedy.
    pub what: String,
}

impl CompiledFigure {
    /// Checks figures against the checklists.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn all(figures: Vec<Figure>, forms: &HashMap<String, Arc<Form>>) -> Result<Vec<Self>, Vec<FigureError>> {
        Self::each(figures, forms, expected)
    }

    /// Checks numbers that the mission looks at and did not publish; what [`Figure::published`] and [`Figure::value`] say is left alone.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn unpublished(
        figures: Vec<Figure>,
        forms: &HashMap<String, Arc<Form>>,
    ) -> Result<Vec<Self>, Vec<FigureError>> {
        Self::each(figures, forms, |_| Ok(PublishedValue::Nothing))
    }

    /// The same figure over reports that were filled under another version of its checklist: questions and choices are numbers, and
    /// another version may have given them to others. `None` where that version lacks what the figure asks for.
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

    /// What a choice of a breakdown is called.
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
                faults.push(FigureError { id: figure.id.clone(), column: "id", what: "it is used before".into() });
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
            other => return Err(fault("per", format!("{other:?} is neither observation nor place"))),
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
                _ => return Err(fault("counts", "a breakdown takes a choice question, as ${question}".into())),
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

/// The sentence in each language.
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
            printed => Err(format!("{printed:?} is published: say which number it is, or leave both empty")),
        };
    }
    match figure.unit {
        Unit::Majority if figure.value == "majority" => Ok(PublishedValue::Majority),
        Unit::Majority => Err("a majority has the value `majority`".into()),
        Unit::Breakdown => {
            let part = |text: &str| {
                let (name, count) = text.split_once('=')?;
                Some((name.trim().to_owned(), count.trim().parse().ok()?))
            };
            let parts: Option<Vec<_>> = figure.value.split(';').map(part).collect();
            parts.map(PublishedValue::Parts).ok_or_else(|| "expected choice=number; choice=number".into())
        }
        _ => {
            let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
            let value = number(&figure.value).ok_or_else(|| format!("{:?} is no number", figure.value))?;
            let tolerance = if figure.tolerance.trim().is_empty() { Some(0.0) } else { number(&figure.tolerance) };
            let tolerance = tolerance.ok_or_else(|| format!("the tolerance {:?} is no number", figure.tolerance))?;
            Ok(PublishedValue::Number { value, tolerance })
        }
    }
}
