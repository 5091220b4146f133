//! Calculations, circles, constraints, required questions, missing values, exclusive choices.

use super::support::{
    answer, calculate, clear, environment, facts, faults, filling, group, issues, key, many, moment, one, q, repeat,
    set, shown, view,
};
use baqylau_forms::definition::{Check, Kind};
use baqylau_forms::expr::Environment;
use baqylau_forms::fill::{Expected, FillError, Issue, VisitFacts};
use baqylau_forms::value::{Answer, Decimal};
use baqylau_forms::{Filling, Missing};

#[test]
fn calculations_follow_each_other_in_any_order_of_writing() {
    let mut f = filling(vec![
        calculate("sum", "${a} + ${b}"),
        calculate("b", "${a} * 2"),
        calculate("text", "concat('n=', ${sum})"),
        calculate("a", "coalesce(${n}, 0) + 1"),
        q("n", Kind::Integer),
        calculate("share", "${n} div 3"),
        calculate("none", "${n} div 0"),
        calculate("day", "today()"),
    ]);
    let all = |f: &Filling| ["a", "b", "sum", "text", "share", "none", "day"].map(|n| answer(f, n)).join(" ");
    assert_eq!(all(&f), "1 2 3 n=3 - - 2023-03-19");
    set(&mut f, "n", "4");
    assert_eq!(all(&f), "5 10 15 n=15 1.3333333333333333 - 2023-03-19");
    clear(&mut f, "n");
    assert_eq!(all(&f), "1 2 3 n=3 - - 2023-03-19");
}

#[test]
fn a_calculation_fills_a_question_of_any_kind_that_can_hold_it() {
    let kinds = [
        (Kind::Integer, "1 + 1", "2"),
        (Kind::Integer, "1.5", "-"),
        (Kind::Decimal, "1.5", "1.5"),
        (Kind::Text, "1 + 1", "2"),
        (Kind::Date, "date('2023-03-19')", "2023-03-19"),
        (Kind::Date, "'soon'", "-"),
        (Kind::DateTime, "visit('arrived_at')", "2023-03-19T09:00:00.000+06:00"),
        (Kind::Time, "'09:30'", "09:30:00"),
        (one("x", 0).item.kind, "'yes'", "yes"),
        (one("x", 0).item.kind, "'maybe'", "-"),
        (many("x", 1).item.kind, "'c a'", "a c"),
        (Kind::Hidden, "2.50", "2.5"),
    ];
    for (kind, expression, expected) in kinds {
        let f = filling(vec![q("x", kind.clone()).calculation(expression)]);
        assert_eq!(answer(&f, "x"), expected, "{kind:?} = {expression}");
    }
}

#[test]
fn circles_are_refused_with_the_names_around_them() {
    let cases = [
        (vec![calculate("a", "${b}"), calculate("b", "${c}"), calculate("c", "${a}")], "a calculation: "),
        (vec![calculate("a", "${a} + 1")], "a calculation: "),
        (vec![q("a", Kind::Text).relevant("${b} = 1"), q("b", Kind::Text).relevant("${a} = 1")], "a relevant: "),
        (vec![group("g").relevant("${a} = 1"), q("a", Kind::Integer).inside("g")], "g relevant: "),
        (vec![repeat("r", Some("sum(${n})")), q("n", Kind::Integer).inside("r")], "r repeat_count: "),
    ];
    let circles = ["a → b → c → a", "a → a", "a → b → a", "g → g", "r → r"];
    for ((items, start), names) in cases.into_iter().zip(circles) {
        let expected =
            format!("{start}the values depend on each other in a circle: {names}; take one of them out of the circle");
        assert_eq!(faults(items), [expected]);
    }
}

#[test]
fn a_question_may_look_at_itself_in_its_checks() {
    let f = filling(vec![
        q("a", Kind::Integer).constraint(". > ${b} and ${a} < 9", Check::Error).required("${a} = ''"),
        q("b", Kind::Integer).constraint(". < ${a}", Check::Error),
    ]);
    assert_eq!(shown(&f), "a b");
}

#[test]
fn constraints_warn_or_refuse_and_a_blank_answer_breaks_none() {
    let mut f = filling(vec![
        q("total", Kind::Integer).missing(),
        q("women", Kind::Integer).constraint(". <= coalesce(${total}, 30)", Check::Warning).missing(),
        q("n", Kind::Integer).constraint(". > 0", Check::Error),
    ]);
    assert!(issues(&f).is_empty());
    set(&mut f, "women", "40");
    set(&mut f, "n", "0");
    assert_eq!(issues(&f), ["women Warning", "n Error"]);
    set(&mut f, "total", "50");
    assert_eq!(issues(&f), ["n Error"]);
    set(&mut f, "total", "9");
    let women = key(&f, "women", 0);
    f.confirm(women, Some("counted twice".to_owned())).expect("a question");
    assert_eq!(issues(&f), ["women Warning (counted twice)", "n Error"]);
    // The confirmation was for the answer that was there.
    set(&mut f, "women", "41");
    assert_eq!(issues(&f), ["women Warning", "n Error"]);
    set(&mut f, "women", "?dk");
    clear(&mut f, "n");
    assert!(issues(&f).is_empty());
}

#[test]
fn required_is_asked_until_answered_or_missing() {
    let mut f = filling(vec![
        q("a", Kind::Text).required("yes").missing(),
        q("b", Kind::Text).required("no"),
        q("c", Kind::Text).required("${a} = 'x'"),
    ]);
    assert_eq!(issues(&f), ["a Unanswered"]);
    set(&mut f, "a", "x");
    assert_eq!(issues(&f), ["c Unanswered"]);
    set(&mut f, "a", "?np");
    assert!(issues(&f).is_empty());
    assert_eq!(f.issues().iter().filter(|p| p.issue == Issue::Error).count(), 0);
}

#[test]
fn an_answer_that_does_not_fit_changes_nothing() {
    let range = Kind::Range { start: "1".to_owned(), end: "5".to_owned(), step: "1".to_owned() };
    let mut f = filling(vec![
        q("n", Kind::Integer),
        one("yn", 0),
        many("abc", 1),
        q("range", range),
        q("fixed", Kind::Text).read_only("yes"),
        calculate("calc", "1"),
        q("note", Kind::Note),
        q("start", Kind::Start),
    ]);
    let decimal = |digits| Answer::Decimal(Decimal { digits, scale: 0 });
    let text = || Answer::Text("x".to_owned());
    let name = |n: &str| n.to_owned();
    let wrong = |n: &str, expected| FillError::WrongKind { name: n.to_owned(), expected };
    let cases = [
        ("n", text(), wrong("n", Expected::Integer)),
        ("n", Answer::Missing(Missing::DoNotKnow), FillError::NoSuchMissing { name: name("n") }),
        ("yn", Answer::One(9), FillError::NotOffered { name: name("yn") }),
        ("abc", Answer::Many(vec![1, 0]), wrong("abc", Expected::EachChoiceOnce)),
        ("abc", Answer::Many(vec![1, 1]), wrong("abc", Expected::EachChoiceOnce)),
        ("abc", Answer::Many(vec![0, 9]), FillError::NotOffered { name: name("abc") }),
        ("abc", Answer::Many(vec![0, 3]), FillError::Exclusive { name: name("abc"), choice: name("none") }),
        ("range", decimal(6), wrong("range", Expected::Step)),
        ("fixed", text(), FillError::ReadOnly { name: name("fixed") }),
        ("calc", text(), FillError::ReadOnly { name: name("calc") }),
        ("note", text(), FillError::ReadOnly { name: name("note") }),
        ("start", Answer::Moment(moment("2023-03-19T10:00")), FillError::ReadOnly { name: name("start") }),
    ];
    let before = f.snapshot();
    for (question, answer, expected) in cases {
        let key = key(&f, question, 0);
        assert_eq!(f.set(key, answer), Err(expected));
    }
    for (node, row) in [(99, 0), (0, 1), (0, u32::MAX), (u32::MAX, 0)] {
        let key = baqylau_forms::fill::CellKey { node, row };
        assert_eq!(f.set(key, Answer::Integer(1)), Err(FillError::NoSuchKey));
        assert_eq!(f.clear(key), Err(FillError::NoSuchKey));
        assert_eq!(f.set_note(key, None), Err(FillError::NoSuchKey));
        assert!(f.add_row(key).is_err() && f.remove_row(key).is_err());
    }
    assert_eq!(f.snapshot(), before);
    let abc = key(&f, "abc", 0);
    f.set(abc, Answer::Many(vec![3])).expect("an exclusive choice alone");
    let long = Answer::Text("x".repeat(20_001));
    let mut f = filling(vec![q("t", Kind::Text)]);
    let t = key(&f, "t", 0);
    assert!(matches!(f.set(t, long), Err(FillError::TooLong { limit: 20_000, .. })));
}

#[test]
fn defaults_are_literals_or_expressions_and_can_be_changed() {
    let mut f = filling(vec![
        q("n", Kind::Integer).default("3"),
        q("m", Kind::Integer).default("int(2.5)"),
        q("k", Kind::Integer).default("${n} + 1"),
        q("d", Kind::Date).default("today()"),
        one("yn", 0).default("no"),
        q("t", Kind::Text).default("hello - world"),
        q("began", Kind::Start),
        q("day", Kind::Today),
    ]);
    assert_eq!(["n", "k", "d", "yn", "t"].map(|n| answer(&f, n)), ["3", "4", "2023-03-19", "no", "hello - world"]);
    assert_eq!([answer(&f, "began"), answer(&f, "day")], ["2023-03-19T14:30:00.000+06:00", "2023-03-19"]);
    set(&mut f, "n", "9");
    assert_eq!([answer(&f, "n"), answer(&f, "k")], ["9", "4"]);
}

#[test]
fn once_keeps_its_first_value() {
    let form =
        super::support::form(vec![q("n", Kind::Integer), calculate("first", "once(${n})"), calculate("last", "${n}")]);
    let mut f = Filling::new(form, facts(), environment());
    for n in ["1", "2"] {
        set(&mut f, "n", n);
    }
    assert_eq!([answer(&f, "first"), answer(&f, "last")], ["1", "2"]);
}

#[test]
fn what_becomes_known_of_the_visit_is_seen() {
    let mut f = filling(vec![
        q("closed", Kind::Text).relevant("visit('outcome') = 'closed'"),
        q("t", Kind::DateTime).constraint(". <= visit('departed_at') or visit('departed_at') = ''", Check::Error),
        calculate("kind", "place('kind')"),
    ]);
    f.open_section(0);
    set(&mut f, "t", "2023-03-19T12:00:00+06:00");
    assert_eq!((shown(&f).as_str(), answer(&f, "kind").as_str()), ("t", "regular"));
    let departed_at = Some(moment("2023-03-19T11:00:00+06:00"));
    let change = f.set_facts(VisitFacts {
        departed_at,
        place: Some(3),
        outcome: baqylau_forms::fill::Outcome::Closed,
        ..facts()
    });
    assert_eq!(issues(&f), ["t Error"]);
    assert_eq!((shown(&f).as_str(), answer(&f, "kind").as_str()), ("closed t", "prison"));
    assert_eq!(change.changed.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["closed", "t"]);
}

#[test]
fn read_only_can_depend_on_answers() {
    let mut f = filling(vec![one("lock", 0), q("t", Kind::Text).read_only("${lock} = 'yes'")]);
    f.set_environment(Environment { language: 5, ..environment() });
    set(&mut f, "t", "x");
    assert!(!view(&f, "t").read_only);
    set(&mut f, "lock", "yes");
    assert!(view(&f, "t").read_only);
    let t = key(&f, "t", 0);
    assert_eq!(f.clear(t), Err(FillError::ReadOnly { name: "t".to_owned() }));
}
