//! Text into tokens.

use super::ExprError;
use super::ast::Operator;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Name(String),
    /// A function, a column, or one of the operators that are words.
    Word(String),
    Op(Operator),
    Star,
    Open,
    Close,
    Comma,
    Dot,
    DotDot,
}

/// The tokens, each with the position of its first character.
pub(super) fn tokens(source: &str) -> Result<Vec<(Token, usize)>, ExprError> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = Vec::new();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        let start = i;
        let next = chars.get(i + 1).copied();
        let token = match c {
            _ if c.is_whitespace() => {
                i += 1;
                continue;
            }
            '(' => one(&mut i, Token::Open),
            ')' => one(&mut i, Token::Close),
            ',' => one(&mut i, Token::Comma),
            '+' => one(&mut i, Token::Op(Operator::Add)),
            '-' => one(&mut i, Token::Op(Operator::Subtract)),
            '*' => one(&mut i, Token::Star),
            '=' => one(&mut i, Token::Op(Operator::Equal)),
            '!' if next == Some('=') => two(&mut i, Token::Op(Operator::NotEqual)),
            '<' if next == Some('=') => two(&mut i, Token::Op(Operator::LessOrEqual)),
            '>' if next == Some('=') => two(&mut i, Token::Op(Operator::GreaterOrEqual)),
            '<' => one(&mut i, Token::Op(Operator::Less)),
            '>' => one(&mut i, Token::Op(Operator::Greater)),
            '.' if next == Some('.') => two(&mut i, Token::DotDot),
            '.' if !next.is_some_and(|n| n.is_ascii_digit()) => one(&mut i, Token::Dot),
            '\'' | '"' | '‘' | '“' => Token::Text(quoted(&chars, &mut i)?),
            '$' if next == Some('{') => Token::Name(braced(&chars, &mut i)?),
            _ if c.is_ascii_digit() || c == '.' => number(&chars, &mut i)?,
            _ if c.is_alphabetic() || c == '_' => word(&chars, &mut i),
            _ => return Err(ExprError::Character { found: c, at: start }),
        };
        out.push((token, start));
    }
    Ok(out)
}

fn one(i: &mut usize, token: Token) -> Token {
    *i += 1;
    token
}

fn two(i: &mut usize, token: Token) -> Token {
    *i += 2;
    token
}

/// Spreadsheets turn straight quotes into curly ones; both are read.
fn quoted(chars: &[char], i: &mut usize) -> Result<String, ExprError> {
    let start = *i;
    let close = match chars[start] {
        '‘' => '’',
        '“' => '”',
        same => same,
    };
    let length = chars[start + 1..].iter().position(|c| *c == close);
    let length = length.ok_or(ExprError::Unclosed { what: "the text", at: start })?;
    *i = start + length + 2;
    Ok(chars[start + 1..start + 1 + length].iter().collect())
}

fn braced(chars: &[char], i: &mut usize) -> Result<String, ExprError> {
    let start = *i;
    let length = chars[start + 2..].iter().position(|c| *c == '}');
    let length = length.ok_or(ExprError::Unclosed { what: "the name", at: start })?;
    *i = start + length + 3;
    Ok(chars[start + 2..start + 2 + length].iter().collect::<String>().trim().to_owned())
}

fn number(chars: &[char], i: &mut usize) -> Result<Token, ExprError> {
    let start = *i;
    while chars.get(*i).is_some_and(|c| c.is_ascii_digit() || *c == '.') {
        *i += 1;
    }
    let text: String = chars[start..*i].iter().collect();
    text.parse().map(Token::Number).map_err(|_| ExprError::Expected { expected: "a number", at: start })
}

/// XPath names hold hyphens, so `a-b` is one name; write `a - b` to subtract.
fn word(chars: &[char], i: &mut usize) -> Token {
    let start = *i;
    let in_name = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    while chars.get(*i).is_some_and(in_name) {
        *i += 1;
    }
    Token::Word(chars[start..*i].iter().collect())
}
