//! Tokens into a tree. The operators of XPath 1.0 with its precedence.

use super::ExprError;
use super::ast::{Expr, Operator};
use super::lexer::{Token, tokens};
use std::sync::Arc;

const MAX_DEPTH: usize = 64;

/// A chain of operators is a tree as deep as the chain is long.
const MAX_TOKENS: usize = 1_000;

/// Parses an expression; names and functions are texts until [`super::resolve`].
///
/// # Errors
/// The first fault, with its position.
pub fn parse(source: &str) -> Result<Expr<Arc<str>>, ExprError> {
    let tokens = tokens(source)?;
    if tokens.len() > MAX_TOKENS {
        return Err(ExprError::Long { found: tokens.len(), max: MAX_TOKENS });
    }
    let mut parser = Parser { tokens: &tokens, at: 0, end: source.chars().count(), depth: 0 };
    let expr = parser.binary(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some(_) => Err(parser.expected("an operator or the end")),
    }
}

struct Parser<'t> {
    tokens: &'t [(Token, usize)],
    at: usize,
    end: usize,
    depth: usize,
}

type Tree = Expr<Arc<str>>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|t| &t.0)
    }

    fn expected(&self, expected: &'static str) -> ExprError {
        ExprError::Expected { expected, at: self.tokens.get(self.at).map_or(self.end, |t| t.1) }
    }

    fn take(&mut self, token: &Token, expected: &'static str) -> Result<(), ExprError> {
        if self.peek() == Some(token) {
            self.at += 1;
            return Ok(());
        }
        Err(self.expected(expected))
    }

    /// The operator that stands here, with its level.
    fn operator(&self) -> Option<(Operator, u8)> {
        let op = match self.peek()? {
            Token::Op(op) => *op,
            Token::Star => Operator::Multiply,
            Token::Word(w) => match w.as_str() {
                "or" => Operator::Or,
                "and" => Operator::And,
                "div" => Operator::Divide,
                "mod" => Operator::Modulo,
                _ => return None,
            },
            _ => return None,
        };
        let level = match op {
            Operator::Or => 0,
            Operator::And => 1,
            Operator::Equal | Operator::NotEqual => 2,
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 3,
            Operator::Add | Operator::Subtract => 4,
            Operator::Multiply | Operator::Divide | Operator::Modulo => 5,
        };
        Some((op, level))
    }

    fn binary(&mut self, level: u8) -> Result<Tree, ExprError> {
        if level > 5 {
            return self.unary();
        }
        let mut left = self.binary(level + 1)?;
        while let Some((op, _)) = self.operator().filter(|(_, l)| *l == level) {
            self.at += 1;
            let right = self.binary(level + 1)?;
            left = Expr::Binary(op, Box::new((left, right)));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Tree, ExprError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ExprError::Deep { max: MAX_DEPTH });
        }
        let out = if self.peek() == Some(&Token::Op(Operator::Subtract)) {
            self.at += 1;
            Ok(Expr::Negate(Box::new(self.unary()?)))
        } else {
            self.primary()
        };
        self.depth -= 1;
        out
    }

    fn primary(&mut self) -> Result<Tree, ExprError> {
        let token = self.peek().cloned().ok_or_else(|| self.expected("a value"))?;
        self.at += 1;
        match token {
            Token::Number(n) => Ok(Expr::Number(n)),
            Token::Text(t) => Ok(Expr::Text(t.into())),
            Token::Name(n) => Ok(Expr::Name(n.into())),
            Token::Dot => Ok(Expr::Current),
            // `position(..)` is the only use of `..` that XLSForm authors write.
            Token::DotDot => Ok(Expr::Current),
            Token::Open => {
                let inner = self.binary(0)?;
                self.take(&Token::Close, "`)`")?;
                Ok(inner)
            }
            Token::Word(word) if self.peek() == Some(&Token::Open) => {
                self.at += 1;
                Ok(Expr::Unresolved(word.into(), self.arguments()?))
            }
            Token::Word(word) => Ok(Expr::Column(word.into())),
            _ => {
                self.at -= 1;
                Err(self.expected("a value"))
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Tree>, ExprError> {
        let mut out = Vec::new();
        if self.peek() == Some(&Token::Close) {
            self.at += 1;
            return Ok(out);
        }
        loop {
            out.push(self.binary(0)?);
            if self.peek() != Some(&Token::Comma) {
                break;
            }
            self.at += 1;
        }
        self.take(&Token::Close, "`,` or `)`")?;
        Ok(out)
    }
}
