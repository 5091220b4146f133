//! Names and functions of a parsed tree, resolved. All faults at once.

use super::ExprError;
use super::ast::{Expr, Function, NodeRef, Operator, VisitField};
use crate::closest::closest;
use regex_lite::Regex;
use std::sync::Arc;

/// Resolves names in expressions of a checklist.
pub trait NameLookup {
    /// The item of a name.
    fn node(&self, name: &str) -> Option<NodeRef>;
    /// Every name, for suggestions.
    fn all(&self) -> Vec<&str>;
    /// The names of the choices of a question, when it has a list of the checklist.
    fn choices(&self, node: NodeRef) -> Option<Vec<&str>>;
    /// Whether the item is a repeat.
    fn is_repeat(&self, node: NodeRef) -> bool;
    /// Whether the filter's list has a column.
    fn column(&self, name: &str) -> bool;
    /// Whether `place(name)` is known.
    fn place(&self, attribute: &str) -> bool;
}

/// Turns names into positions and calls into functions.
///
/// # Errors
/// Every fault found.
pub fn resolve(expr: Expr<Arc<str>>, names: &dyn NameLookup) -> Result<Expr, Vec<ExprError>> {
    let mut resolver = Resolver { names, faults: Vec::new() };
    let out = resolver.expr(expr);
    if resolver.faults.is_empty() { Ok(out) } else { Err(resolver.faults) }
}

struct Resolver<'n> {
    names: &'n dyn NameLookup,
    faults: Vec<ExprError>,
}

impl Resolver<'_> {
    fn expr(&mut self, expr: Expr<Arc<str>>) -> Expr {
        match expr {
            Expr::Number(n) => Expr::Number(n),
            Expr::Text(t) => Expr::Text(t),
            Expr::Current => Expr::Current,
            Expr::Name(name) => Expr::Name(self.name(&name)),
            Expr::Column(name) => self.column(&name),
            Expr::Negate(inner) => Expr::Negate(Box::new(self.expr(*inner))),
            Expr::Binary(op, pair) => {
                let (left, right) = *pair;
                let pair = (self.expr(left), self.expr(right));
                self.comparable(op, &pair.0, &pair.1);
                Expr::Binary(op, Box::new(pair))
            }
            Expr::Unresolved(name, args) => self.call(&name, args),
            Expr::Call(f, args) => Expr::Call(f, args.into_iter().map(|a| self.expr(a)).collect()),
            Expr::Visit(field) => Expr::Visit(field),
            Expr::Place(attribute) => Expr::Place(attribute),
            Expr::Matches(inner, pattern) => Expr::Matches(Box::new(self.expr(*inner)), pattern),
        }
    }

    fn name(&mut self, name: &str) -> NodeRef {
        self.names.node(name).unwrap_or_else(|| {
            let suggestion = closest(name, self.names.all());
            self.faults.push(ExprError::Name { name: name.to_owned(), suggestion });
            0
        })
    }

    fn column(&mut self, name: &str) -> Expr {
        if !self.names.column(name) {
            let suggestion = self.names.node(name).map(|_| format!("${{{name}}}"));
            self.faults.push(ExprError::Name { name: name.to_owned(), suggestion });
        }
        Expr::Column(name.into())
    }

    /// A comparison of a choice question with a text that is none of its choices is a mistyped name.
    fn comparable(&mut self, op: Operator, left: &Expr, right: &Expr) {
        if !matches!(op, Operator::Equal | Operator::NotEqual) {
            return;
        }
        for (question, text) in [(left, right), (right, left)] {
            if let (Expr::Name(node), Expr::Text(choice)) = (question, text) {
                self.choice(*node, choice);
            }
        }
    }

    fn choice(&mut self, node: NodeRef, choice: &str) {
        let Some(choices) = self.names.choices(node) else { return };
        if choice.is_empty() || choices.contains(&choice) {
            return;
        }
        let all = self.names.all();
        let name = all.get(node as usize).copied().unwrap_or_default().to_owned();
        self.faults.push(ExprError::NoSuchChoice {
            name,
            choice: choice.to_owned(),
            suggestion: closest(choice, choices),
        });
    }

    fn call(&mut self, name: &str, mut args: Vec<Expr<Arc<str>>>) -> Expr {
        // XLSForm writes the question of a choice in quotes: `jr:choice-name(${a}, '${a}')`.
        if let ("jr:choice-name", [_, question]) = (name, args.as_mut_slice())
            && let Expr::Text(text) = question
            && let Some(inner) = text.strip_prefix("${").and_then(|t| t.strip_suffix('}'))
        {
            *question = Expr::Name(inner.trim().into());
        }
        let mut args: Vec<Expr> = args.into_iter().map(|a| self.expr(a)).collect();
        match name {
            "visit" | "place" => return self.facts(name, &args),
            "regex" => return self.pattern(args),
            _ => {}
        }
        let Some((function, _, min, max)) = Function::ALL.iter().find(|f| f.1 == name) else {
            let known: Vec<&str> = Function::ALL.iter().map(|f| f.1).collect();
            self.faults.push(ExprError::Function { name: name.to_owned(), suggestion: closest(name, known) });
            return Expr::Number(f64::NAN);
        };
        if !(*min..=*max).contains(&args.len()) {
            self.arguments(name, *min, *max, args.len());
            args.resize(args.len().max(*min), Expr::Number(f64::NAN));
        }
        self.shape(*function, name, &args);
        Expr::Call(*function, args)
    }

    fn arguments(&mut self, name: &str, min: usize, max: usize, found: usize) {
        let expected = match (min, max) {
            (a, b) if a == b => a.to_string(),
            (a, usize::MAX) => format!("{a} or more"),
            (a, b) => format!("{a} to {b}"),
        };
        self.faults.push(ExprError::Arguments { function: name.to_owned(), expected, found });
    }

    /// Checks functions that take only a name, a repeat or a literal.
    fn shape(&mut self, function: Function, name: &str, args: &[Expr]) {
        let is_repeat = |e: &Expr| matches!(e, Expr::Name(n) if self.names.is_repeat(*n));
        let fault = match function {
            Function::Position
                if !matches!(args.first(), Some(Expr::Current)) && !args.first().is_some_and(is_repeat) =>
            {
                "takes `..`, the row that the question is in"
            }
            Function::IndexedRepeat if !args.get(1).is_some_and(is_repeat) => "the second argument must be a repeat",
            Function::IndexedRepeat | Function::ChoiceName
                if !matches!(
                    (function, args.first(), args.get(1)),
                    (Function::IndexedRepeat, Some(Expr::Name(_)), _) | (Function::ChoiceName, _, Some(Expr::Name(_)))
                ) =>
            {
                "takes a question by its name"
            }
            Function::Selected => {
                if let (Some(Expr::Name(node)), Some(Expr::Text(choice))) = (args.first(), args.get(1)) {
                    self.choice(*node, choice);
                }
                return;
            }
            _ => return,
        };
        self.faults.push(ExprError::Argument { function: name.to_owned(), expected: fault });
    }

    fn facts(&mut self, function: &str, args: &[Expr]) -> Expr {
        let field = match args {
            [Expr::Text(field)] => field.clone(),
            _ => Arc::default(),
        };
        if function == "place" && self.names.place(&field) {
            return Expr::Place(field);
        }
        if let Some(field) = VisitField::parse(&field).filter(|_| function == "visit") {
            return Expr::Visit(field);
        }
        let expected = if function == "place" {
            "takes the name of a column of the places or of a level, in quotes"
        } else {
            "takes 'code', 'place', 'arrived_at', 'departed_at', 'outcome' or 'mode'"
        };
        self.faults.push(ExprError::Argument { function: function.to_owned(), expected });
        Expr::Number(f64::NAN)
    }

    fn pattern(&mut self, mut args: Vec<Expr>) -> Expr {
        if args.len() != 2 {
            self.arguments("regex", 2, 2, args.len());
            return Expr::Number(f64::NAN);
        }
        let pattern = args.remove(1);
        let Expr::Text(text) = &pattern else {
            self.faults.push(ExprError::Argument {
                function: "regex".into(),
                expected: "the pattern must be a text in quotes",
            });
            return pattern;
        };
        // XLSForm's regex() must match the whole value.
        match Regex::new(&format!("^(?:{text})$")) {
            Ok(regex) => Expr::Matches(Box::new(args.remove(0)), Arc::new(regex)),
            Err(why) => {
                self.faults.push(ExprError::Pattern { why: why.to_string() });
                pattern
            }
        }
    }
}
