//! The typed tree.

use regex_lite::Regex;
use std::sync::Arc;

/// A group, repeat or question by position in the definition.
pub type NodeRef = u32;

/// A value of the visit that an expression may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VisitField {
    /// The readable code, as `T047-05`.
    Code,
    /// When the team arrived.
    ArrivedAt,
    /// When it left.
    DepartedAt,
    /// `observed`, `refused`, `expelled`, `closed`, `not_found`, `unsafe`.
    Outcome,
    /// How the answers came in: `phone`, `paper`, `call`.
    Mode,
    /// The code of the place.
    Place,
}

impl VisitField {
    /// The name in `visit('...')`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "code" => Self::Code,
            "arrived_at" => Self::ArrivedAt,
            "departed_at" => Self::DepartedAt,
            "outcome" => Self::Outcome,
            "mode" => Self::Mode,
            "place" => Self::Place,
            _ => return None,
        })
    }
}

/// An expression. `N` is how a name is written: a text after parsing, a [`NodeRef`] after resolving.
#[derive(Debug, Clone)]
pub enum Expr<N = NodeRef> {
    /// A number.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// `.`
    Current,
    /// `${name}`
    Name(N),
    /// A column of the choice that a filter looks at.
    Column(Arc<str>),
    /// Two operands.
    Binary(Operator, Box<(Self, Self)>),
    /// `- x`
    Negate(Box<Self>),
    /// A function.
    Call(Function, Vec<Self>),
    /// `visit('field')`
    Visit(VisitField),
    /// `place('attribute')`
    Place(Arc<str>),
    /// `regex(x, 'pattern')`, compiled.
    Matches(Box<Self>, Arc<Regex>),
    /// A function by name, before resolving.
    Unresolved(Arc<str>, Vec<Self>),
}

/// Operators, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

macro_rules! functions {
    ($($variant:ident $name:literal $min:literal $max:expr;)*) => {
        /// The functions, named as XLSForm names them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "https://docs.getodk.org/form-operators-functions/ says what each does")]
        pub enum Function { $($variant),* }

        impl Function {
            /// Every function with its name and the numbers of arguments it takes.
            pub const ALL: &'static [(Self, &'static str, usize, usize)] = &[$((Self::$variant, $name, $min, $max)),*];
        }
    };
}

const ANY: usize = usize::MAX;

functions! {
    Selected "selected" 2 2;
    CountSelected "count-selected" 1 1;
    SelectedAt "selected-at" 2 2;
    If "if" 3 3;
    Coalesce "coalesce" 2 2;
    Concat "concat" 1 ANY;
    Join "join" 2 ANY;
    Sum "sum" 1 1;
    Count "count" 1 1;
    CountNonEmpty "count-non-empty" 1 1;
    Min "min" 1 ANY;
    Max "max" 1 ANY;
    Round "round" 1 2;
    Int "int" 1 1;
    Abs "abs" 1 1;
    Pow "pow" 2 2;
    Number "number" 0 1;
    String "string" 0 1;
    StringLength "string-length" 0 1;
    Substr "substr" 2 3;
    Contains "contains" 2 2;
    StartsWith "starts-with" 2 2;
    EndsWith "ends-with" 2 2;
    NormalizeSpace "normalize-space" 0 1;
    Translate "translate" 3 3;
    Not "not" 1 1;
    True "true" 0 0;
    False "false" 0 0;
    Boolean "boolean" 1 1;
    Today "today" 0 0;
    Now "now" 0 0;
    Date "date" 1 1;
    DateTime "date-time" 1 1;
    FormatDate "format-date" 2 2;
    DecimalDateTime "decimal-date-time" 1 1;
    Position "position" 1 1;
    IndexedRepeat "indexed-repeat" 3 3;
    ChoiceName "jr:choice-name" 2 2;
    Once "once" 1 1;
    Random "random" 0 0;
    Uuid "uuid" 0 0;
}

impl Function {
    /// Whether it makes a number of the values of its arguments.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::Sum
                | Self::Min
                | Self::Max
                | Self::Round
                | Self::Int
                | Self::Abs
                | Self::Pow
                | Self::Number
                | Self::StringLength
                | Self::CountSelected
                | Self::DecimalDateTime
        )
    }
}

impl<N> Expr<N> {
    /// Whether its value is drawn by chance.
    pub fn draws(&self) -> bool {
        let mut draws = false;
        self.walk(&mut |e| draws |= matches!(e, Self::Call(Function::Random | Function::Uuid, _)));
        draws
    }

    /// Calls `f` with this expression and every one inside it.
    pub fn walk<'a>(&'a self, f: &mut impl FnMut(&'a Self)) {
        f(self);
        match self {
            Self::Binary(_, pair) => {
                pair.0.walk(f);
                pair.1.walk(f);
            }
            Self::Negate(inner) | Self::Matches(inner, _) => inner.walk(f),
            Self::Call(_, args) | Self::Unresolved(_, args) => args.iter().for_each(|a| a.walk(f)),
            _ => {}
        }
    }
}
