//! What is asked: groups in groups, answers that are hidden and come back.

use super::support::{answer, calculate, clear, filling, group, issues, one, q, set, shown, value, view};
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{FillError, Mode};
use baqylau_forms::value::Answer;

fn nested() -> Vec<super::support::Q> {
    vec![
        group("page"),
        one("outer", 0).inside("page"),
        group("g").relevant("${outer} = 'yes'").inside("page"),
        one("inner", 0).inside("g"),
        group("h").relevant("${inner} = 'yes'").inside("g"),
        q("n", Kind::Integer).required("yes").inside("h"),
        q("m", Kind::Integer).relevant("${n} > 1").inside("h"),
        calculate("double", "${n} * 2"),
    ]
}

#[test]
fn what_holds_a_question_decides_with_it() {
    let steps = [
        ("", "outer"),
        ("outer=yes", "outer g inner"),
        ("inner=yes", "outer g inner h n"),
        ("n=5", "outer g inner h n m"),
        ("outer=no", "outer"),
        ("outer=yes", "outer g inner h n m"),
        ("inner=no", "outer g inner"),
        ("inner=yes", "outer g inner h n m"),
        ("n=1", "outer g inner h n"),
    ];
    let mut f = filling(nested());
    for (step, expected) in steps {
        if let Some((name, literal)) = step.split_once('=') {
            set(&mut f, name, literal);
        }
        assert_eq!(shown(&f), expected, "after {step}");
    }
}

#[test]
fn a_hidden_answer_is_kept_and_counts_for_nothing() {
    let mut f = filling(nested());
    for (name, literal) in [("outer", "yes"), ("inner", "yes"), ("n", "5")] {
        set(&mut f, name, literal);
    }
    assert_eq!((answer(&f, "double").as_str(), f.progress().asked, f.progress().answered), ("10", 4, 3));
    set(&mut f, "outer", "no");
    let key = f.key("n").expect("a question");
    assert_eq!(f.answer(key), Some(&Answer::Integer(5)));
    assert!(!f.is_shown(key));
    assert_eq!((answer(&f, "double").as_str(), f.progress().asked, f.progress().answered), ("-", 1, 1));
    assert_eq!(value(&f, "${n}", Mode::Blank), "''");
    assert_eq!(issues(&f), Vec::<String>::new());
    assert_eq!(f.set(key, Answer::Integer(6)), Err(FillError::Hidden { name: "n".to_owned() }));
    set(&mut f, "outer", "yes");
    assert_eq!(answer(&f, "double"), "10");
}

#[test]
fn a_section_that_is_hidden_has_no_rows() {
    let mut f = filling(vec![
        one("a", 0),
        group("s").relevant("${a} = 'yes'"),
        q("b", Kind::Text).inside("s"),
        q("c", Kind::Text),
    ]);
    assert_eq!(f.sections().iter().map(|s| s.shown).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(f.open_section(1).expect("a section").rows.len(), 0);
    let change = set(&mut f, "a", "yes");
    assert_eq!(change.changed.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["b"]);
    assert!(f.sections()[1].shown);
    let change = set(&mut f, "a", "no");
    assert_eq!(change.removed, [f.key("b").expect("a question")]);
    assert_eq!(change.order, Some(Vec::new()));
}

#[test]
fn a_chain_of_hidden_questions_settles_in_one_change() {
    let items = (0..50).map(|i| {
        let item = one(&format!("q{i}"), 0);
        if i == 0 { item } else { item.relevant(&format!("${{q{}}} = 'yes'", i - 1)) }
    });
    let mut f = filling(items.collect());
    for i in 0..50 {
        set(&mut f, &format!("q{i}"), "yes");
    }
    assert_eq!(f.progress().asked, 50);
    set(&mut f, "q10", "no");
    assert_eq!(f.progress().asked, 11);
    set(&mut f, "q10", "yes");
    assert_eq!(f.progress().asked, 50);
    clear(&mut f, "q0");
    assert_eq!(f.progress().asked, 1);
}

#[test]
fn a_missing_or_hidden_answer_is_blank_to_what_depends_on_it() {
    let mut f = filling(vec![q("n", Kind::Integer).missing(), q("m", Kind::Integer).relevant("${n} = ''")]);
    assert_eq!(shown(&f), "n m");
    set(&mut f, "n", "1");
    assert_eq!(shown(&f), "n");
    set(&mut f, "n", "?dk");
    assert_eq!(shown(&f), "n m");
}

#[test]
fn labels_name_answers() {
    let items = vec![
        q("n", Kind::Integer).missing(),
        one("a", 0),
        q("t", Kind::Text).label("Of ${n} and ${ a }: why?"),
        q("u", Kind::Text).label("${n}").relevant("${a} = 'yes'"),
    ];
    let mut f = filling(items);
    f.open_section(0);
    assert_eq!(view(&f, "t").label.as_ref(), "Of  and : why?");
    set(&mut f, "n", "3");
    let change = set(&mut f, "a", "no");
    assert_eq!(change.changed.iter().map(|r| r.label.as_ref()).collect::<Vec<_>>(), ["a", "Of 3 and NO: why?"]);
}
