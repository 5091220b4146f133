//! Choice lists: own, shared, places, `or_other`.

use super::support::tables;
use baqylau_forms::definition::{Kind, ListRef};

#[test]
fn only_lists_that_are_used_go_into_the_definition() {
    let survey =
        "type,name,label\nselect_one who,a,A\nselect_one region,b,B\nselect_multiple who,c,C\nselect_one ours,d,D\n";
    let shared = "list_name,name,label,extra\nours,x,X,1\nwho,wrong,Wrong,\nunused,y,,\n";
    let compiled = tables(survey).shared(shared).good();
    let d = compiled.definition;
    assert_eq!(d.lists.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["who", "ours"]);
    assert_eq!(d.items[0].kind, Kind::SelectOne { list: ListRef::Own(0) });
    assert_eq!(d.items[1].kind, Kind::SelectOne { list: ListRef::Places("region".to_owned()) });
    assert_eq!(d.items[2].kind, Kind::SelectMultiple { list: ListRef::Own(0) });
    // The checklist's own list wins.
    let who = &d.lists[0];
    assert_eq!(who.columns, ["kind"]);
    assert_eq!(who.choices.iter().map(|c| c.name.as_ref()).collect::<Vec<_>>(), ["police", "nobody"]);
    assert_eq!(who.choices[0].cells, ["state"]);
    assert!(who.choices[1].exclusive && !who.choices[0].exclusive);
    assert_eq!(d.lists[1].columns, ["extra"]);
    let warnings: Vec<String> = compiled.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "voting/choices.csv, row 2, column list_name: no question uses the list \"yn\"; remove it if it is not needed"
        ]
    );
}

#[test]
fn faults_of_shared_lists_are_said_where_they_are_used() {
    let shared = "list_name,name,label,exclusive\nours,,X,\nours,x,X,maybe\nunused,y y,,\n,z,Z,\n";
    let errors = tables("type,name,label\nselect_one ours,d,D\n").choices("").shared(shared).errors();
    assert_eq!(errors.len(), 3, "{errors:#?}");
    assert!(errors[0].ends_with("/choices.csv, row 2, column name: the choice's name is missing; fill in the cell"));
    assert!(errors[1].ends_with("/choices.csv, row 3, column exclusive: \"maybe\" is not understood; use yes or no"));
    assert!(errors[2].ends_with("/choices.csv, row 5, column list_name: the list's name is missing; fill in the cell"));
}

#[test]
fn a_list_with_the_name_of_a_level_is_refused_where_it_is_used() {
    let choices = "list_name,name,label\nregion,north,North\n";
    let errors = tables("type,name,label\nselect_one region,a,A\n").choices(choices).errors();
    assert_eq!(
        errors,
        [
            "voting/survey.csv, row 2, column type: \"region\" is both a list of the choices and a level of the places; rename the list"
        ]
    );
}

#[test]
fn or_other_becomes_a_choice_and_a_question() {
    let survey = "type,name,label::en,label::kk,label::ru\n\
        begin_group,g,G,G,G\nselect_one yn or_other,a,A,A,A\nselect_multiple yn or_other,b,B,B,B\nselect_one yn,c,C,C,C\nend_group,,,,\n";
    let choices = "list_name,name,label::en,label::kk,label::ru\nyn,yes,Yes,Иә,Да\n";
    let settings = "form_id,version,form_title::en,form_title::kk,form_title::ru,places\nt,1,T,T,T,station\n";
    let d = tables(survey).choices(choices).settings(settings).languages(&["en", "kk", "ru"]).good().definition;
    let names: Vec<&str> = d.items.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["g", "a", "a_other", "b", "b_other", "c"]);
    assert_eq!(d.items.iter().map(|i| i.number.as_str()).collect::<Vec<_>>(), ["", "1", "2", "3", "4", "5"]);
    let other = &d.items[2];
    assert_eq!((&other.kind, other.parent), (&Kind::Text, Some(0)));
    assert_eq!(other.relevant.as_deref(), Some("selected(${a}, 'other')"));
    assert_eq!(other.required.as_deref(), Some("true()"));
    // Both questions share one copy; the plain question keeps the list as it is.
    assert_eq!(d.lists.len(), 2);
    let choice = &d.lists[0].choices[1];
    assert_eq!(choice.name.as_ref(), "other");
    assert_eq!(choice.label.0.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["Other", "Басқа", "Другое"]);
    assert_eq!(d.lists[1].choices.len(), 1);
}

#[test]
fn or_other_collides_with_a_question_of_that_name() {
    let errors = tables("type,name,label\nselect_one yn or_other,a,A\ntext,a_other,B\n").errors();
    assert_eq!(
        errors,
        [
            "voting/survey.csv, row 3, column name: \"a_other\" stands before, in row 2; names are unique: rename one of them"
        ]
    );
}
