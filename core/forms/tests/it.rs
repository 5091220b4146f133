//! The expression language and forms being filled, as tables of cases and as properties over random edits.

mod it {
    mod carrying;
    mod choices;
    mod counting;
    mod drawing;
    mod expressions;
    mod figures;
    mod functions;
    mod hostile;
    mod identity;
    mod keeping;
    mod limits;
    mod numbers;
    mod random;
    mod relevance;
    mod repeats;
    mod rules;
    mod search;
    mod support;
    mod typed;
    mod zones;
}
