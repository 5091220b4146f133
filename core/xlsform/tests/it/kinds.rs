//! Every kind of question, and what a row becomes.

use super::support::tables;
use baqylau_forms::Missing;
use baqylau_forms::definition::{Check, Kind, ListRef, Media, Phase};

#[test]
fn every_type_is_a_kind() {
    let media = |media| Kind::Attachment { media };
    let range =
        |start: &str, end: &str, step: &str| Kind::Range { start: start.into(), end: end.into(), step: step.into() };
    let one = Kind::SelectOne { list: ListRef::Own(0) };
    let many = Kind::SelectMultiple { list: ListRef::Own(0) };
    let cases = [
        ("integer", "", Kind::Integer),
        ("int", "", Kind::Integer),
        ("decimal", "", Kind::Decimal),
        ("text", "", Kind::Text),
        ("string", "", Kind::Text),
        ("date", "", Kind::Date),
        ("time", "", Kind::Time),
        ("dateTime", "", Kind::DateTime),
        ("geopoint", "", Kind::Geopoint),
        ("image", "", media(Media::Image)),
        ("photo", "", media(Media::Image)),
        ("audio", "", media(Media::Audio)),
        ("video", "", media(Media::Video)),
        ("file", "", media(Media::File)),
        ("barcode", "", Kind::Barcode),
        ("range", "start=1 end=5 step=1", range("1", "5", "1")),
        ("range", "start=0; end = 2; step=1", range("0", "2", "1")),
        ("range", "end=2.5, step=0.5 start=0", range("0", "2.5", "0.5")),
        ("range", "", range("1", "10", "1")),
        ("acknowledge", "", Kind::Acknowledge),
        ("trigger", "", Kind::Acknowledge),
        ("note", "", Kind::Note),
        ("hidden", "", Kind::Hidden),
        ("start", "", Kind::Start),
        ("end", "", Kind::End),
        ("today", "", Kind::Today),
        ("select_one yn", "", one.clone()),
        ("select  one\u{a0}yn", "", one.clone()),
        ("Select_One yn", "", one.clone()),
        ("select one from yn", "", one),
        ("select_multiple yn", "", many.clone()),
        ("select all that apply from yn", "", many),
    ];
    for (kind, parameters, expected) in cases {
        let compiled = tables(&format!("type,name,label,parameters\n{kind},a,A,\"{parameters}\"\n")).good();
        assert_eq!(compiled.definition.items[0].kind, expected, "{kind} {parameters}");
    }
}

#[test]
fn groups_and_repeats_hold_what_is_between_begin_and_end() {
    let survey = "type,name,label,phase,repeat_count\n\
        start,s,,,\nbegin_group,g,G,observing,\ninteger,n,N,,\nbegin repeat,r,R,,${n}\ntext,a,A,,\nend repeat,,,,\nnote,t,T,,\nEnd Group,,,,\n\
        text,b,B,,\n";
    let items = tables(survey).good().definition.items;
    let got: Vec<(&str, Option<u32>, &str)> =
        items.iter().map(|i| (i.name.as_str(), i.parent, i.number.as_str())).collect();
    let expected = [
        ("s", None, ""),
        ("g", None, ""),
        ("n", Some(1), "1"),
        ("r", Some(1), ""),
        ("a", Some(3), "2"),
        ("t", Some(1), ""),
        ("b", None, "3"),
    ];
    assert_eq!(got, expected);
    assert_eq!(items[1].kind, Kind::Group { phase: Some(Phase::Observing) });
    assert_eq!(items[3].kind, Kind::Repeat { count: Some("${n}".to_owned()) });
}

#[test]
fn a_row_keeps_all_it_says() {
    let survey = "type,name,label,hint,relevant,constraint,constraint_message,check,required,required_message,missing,calculation,default,read_only,appearance,figure\n\
        integer,a,A,,,,,,,,,,,,,\n\
        integer,b,\" B of ${a} \",H,${a} > 1,. < “9”,Too many,error,yes,Needed,\"dk, np na dk\",,3,${a} = 2,multiline,v.one v.two\n";
    let item = tables(survey).good().definition.items.remove(1);
    assert_eq!(item.label.get(0).as_ref(), "B of ${a}");
    assert_eq!(item.hint.get(0).as_ref(), "H");
    assert_eq!(item.relevant.as_deref(), Some("${a} > 1"));
    assert_eq!(item.constraint.as_deref(), Some(". < “9”"));
    assert_eq!(item.constraint_message.get(0).as_ref(), "Too many");
    assert_eq!(item.check, Check::Error);
    assert_eq!(item.required.as_deref(), Some("true()"));
    assert_eq!(item.required_message.get(0).as_ref(), "Needed");
    assert_eq!(item.missing, Missing::ALL);
    assert_eq!(item.default.as_deref(), Some("3"));
    assert_eq!(item.read_only.as_deref(), Some("${a} = 2"));
    assert_eq!(item.appearance, "multiline");
    assert_eq!(item.figures, ["v.one", "v.two"]);
}

#[test]
fn filters_see_columns_and_levels() {
    let survey = "type,name,label,choice_filter\nselect_one region,r,R,\nselect_one station,s,S,region = ${r} and kind = 'regular'\nselect_one who,w,W,kind = 'state'\n";
    tables(survey).good();
}
