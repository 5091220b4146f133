//! Catalogues as Fluent writes them.

use crate::catalogue::{CatalogueEntry, CatalogueFault, Entry, Part};
use fluent_syntax::ast::{self, Entry as Ast, Expression, InlineExpression, PatternElement, VariantKey};
use fluent_syntax::{parser, serializer};

/// The messages of a file, and those that the page could not use; all faults of a file that is not Fluent.
pub(crate) fn read(text: &str) -> Result<(Vec<Entry>, Vec<CatalogueFault>), Vec<CatalogueFault>> {
    let resource =
        parser::parse(text).map_err(|(_, errors)| errors.iter().map(|e| fault(text, e)).collect::<Vec<_>>())?;
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    for part in &resource.body {
        match part {
            Ast::Message(message) => match entry(message) {
                Some(entry) => entries.push(entry),
                None => faults.push(CatalogueFault::Unused(message.id.name.to_owned())),
            },
            Ast::Term(term) => faults.push(CatalogueFault::Unused(format!("-{}", term.id.name))),
            Ast::Comment(_) | Ast::GroupComment(_) | Ast::ResourceComment(_) | Ast::Junk { .. } => {}
        }
    }
    Ok((entries, faults))
}

/// A file of messages, each with its comment, in order.
pub(crate) fn write(entries: &[Entry]) -> String {
    let message = |entry: &Entry| {
        Ast::Message(ast::Message {
            id: ast::Identifier { name: entry.id.clone() },
            value: Some(written(&entry.message)),
            attributes: Vec::new(),
            comment: (!entry.comment.is_empty()).then(|| ast::Comment { content: entry.comment.clone() }),
        })
    };
    serializer::serialize(&ast::Resource { body: entries.iter().map(message).collect() })
}

fn fault(text: &str, error: &parser::ParserError) -> CatalogueFault {
    let line = text.as_bytes().iter().take(error.pos.start).filter(|b| **b == b'\n').count() + 1;
    CatalogueFault::Syntax { line, why: error.to_string() }
}

/// A message, where it is of what the page uses.
fn entry(message: &ast::Message<&str>) -> Option<Entry> {
    let pattern = message.value.as_ref().filter(|_| message.attributes.is_empty())?;
    let read = match pattern.elements.as_slice() {
        [PatternElement::Placeable { expression: Expression::Select { selector, variants } }] => {
            let form = |variant: &ast::Variant<&str>| match variant.key {
                VariantKey::Identifier { name } if variant.default == (name == "other") => {
                    Some((name.to_owned(), parts(&variant.value)?))
                }
                _ => None,
            };
            CatalogueEntry::Counted {
                about: argument(selector)?,
                forms: variants.iter().map(form).collect::<Option<_>>()?,
            }
        }
        _ => CatalogueEntry::Plain(parts(pattern)?),
    };
    let comment = message.comment.iter().flat_map(|c| &c.content).map(|line| (*line).to_owned()).collect();
    Some(Entry { id: message.id.name.to_owned(), comment, message: read })
}

fn parts(pattern: &ast::Pattern<&str>) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for element in &pattern.elements {
        match (element, parts.last_mut()) {
            (PatternElement::TextElement { value }, Some(Part::Text(text))) => text.push_str(value),
            (PatternElement::TextElement { value }, _) => parts.push(Part::Text((*value).to_owned())),
            (PatternElement::Placeable { expression: Expression::Inline(inline) }, _) => {
                parts.push(Part::Argument(argument(inline)?));
            }
            (PatternElement::Placeable { .. }, _) => return None,
        }
    }
    Some(parts)
}

fn argument(inline: &InlineExpression<&str>) -> Option<String> {
    match inline {
        InlineExpression::VariableReference { id } => Some(id.name.to_owned()),
        _ => None,
    }
}

fn written(message: &CatalogueEntry) -> ast::Pattern<String> {
    let variable = |name: &str| InlineExpression::VariableReference { id: ast::Identifier { name: name.to_owned() } };
    let pattern = |parts: &[Part]| ast::Pattern {
        elements: parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => PatternElement::TextElement { value: text.clone() },
                Part::Argument(name) => PatternElement::Placeable { expression: Expression::Inline(variable(name)) },
            })
            .collect(),
    };
    match message {
        CatalogueEntry::Plain(parts) => pattern(parts),
        CatalogueEntry::Counted { about, forms } => {
            let variant = |(name, parts): &(String, Vec<Part>)| ast::Variant {
                key: VariantKey::Identifier { name: name.clone() },
                value: pattern(parts),
                default: name == "other",
            };
            let select =
                Expression::Select { selector: variable(about), variants: forms.iter().map(variant).collect() };
            ast::Pattern { elements: vec![PatternElement::Placeable { expression: select }] }
        }
    }
}
