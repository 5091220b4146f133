//! The functions, the visit, and names inside and outside of rows.

use super::expressions::check_all;
use baqylau_forms::fill::Mode;

#[test]
fn numeric_functions() {
    check_all(
        Mode::Blank,
        &[
            ("round(2.5)", "", "3"),
            ("round(-2.5)", "", "-2"),
            ("round(2.4999)", "", "2"),
            ("round(3.14159, 2)", "", "3.14"),
            ("round(1250, -2)", "", "1300"),
            ("round('')", "", "NaN"),
            ("int(3.7)", "", "3"),
            ("int(-3.7)", "", "-3"),
            ("int('')", "", "NaN"),
            ("abs(-3)", "", "3"),
            ("pow(2, 10)", "", "1024"),
            ("pow(4, 0.5)", "", "2"),
            ("min(3, 1, 2)", "", "1"),
            ("max(3, '10', 2)", "", "10"),
            ("max(3, '')", "", "3"),
            ("sum(3)", "", "3"),
            ("count(${n})", "", "0"),
            ("count(${n})", "n=0", "1"),
            ("number(${d})", "d=-0.5", "-0.5"),
        ],
    );
}

#[test]
fn choices_and_conditions() {
    check_all(
        Mode::Blank,
        &[
            ("selected(${abc}, 'b')", "abc=a b", "true"),
            ("selected(${abc}, 'c')", "abc=a b", "false"),
            ("selected(${abc}, 'a')", "", "false"),
            ("selected(${yn}, 'yes')", "yn=yes", "true"),
            ("selected('aa bb', 'a')", "", "false"),
            ("count-selected(${abc})", "abc=a c", "2"),
            ("count-selected(${abc})", "", "0"),
            ("count-selected(${abc})", "abc=?np", "0"),
            ("selected-at(${abc}, 1)", "abc=a c", "'c'"),
            ("selected-at(${abc}, 2)", "abc=a c", "''"),
            ("selected-at(${abc}, -1)", "abc=a c", "''"),
            ("jr:choice-name(${yn}, ${yn})", "yn=yes", "'YES'"),
            ("jr:choice-name(${yn}, ${yn})", "", "''"),
            ("if(${n} > 1, 'many', 'few')", "n=2", "'many'"),
            ("if(${n} > 1, 'many', 'few')", "", "'few'"),
            ("coalesce(${n}, 5)", "", "5"),
            ("coalesce(${n}, 5)", "n=0", "0"),
            ("coalesce(${n}, 5)", "n=?na", "5"),
            ("coalesce(${hidden}, 5)", "", "5"),
            ("once(3)", "", "3"),
            ("true()", "", "true"),
            ("false()", "", "false"),
        ],
    );
}

/// As XLSForm writes it.
#[test]
fn the_name_of_a_choice_takes_its_question_in_quotes() {
    check_all(
        Mode::Blank,
        &[("jr:choice-name(${yn}, '${yn}')", "yn=yes", "'YES'"), ("jr:choice-name('no', '${yn}')", "", "'NO'")],
    );
}

#[test]
fn dates_and_times_compare_as_instants() {
    check_all(
        Mode::Blank,
        &[
            ("today()", "", "date 2023-03-19"),
            ("now()", "", "moment 2023-03-19T14:30:00.000+06:00"),
            ("date('2023-03-19') = today()", "", "true"),
            ("date('nonsense')", "", "''"),
            ("date('2023-02-30')", "", "''"),
            ("date(today() + 1)", "", "date 2023-03-20"),
            ("date(now())", "", "date 2023-03-19"),
            ("date-time('2023-03-19')", "", "moment 2023-03-19T00:00:00.000+06:00"),
            ("date-time('2023-03-19T10:00')", "", "moment 2023-03-19T10:00:00.000+06:00"),
            ("date-time('2023-03-19T10:00:00Z')", "", "moment 2023-03-19T10:00:00.000Z"),
            ("number(date('1970-01-02'))", "", "1"),
            ("decimal-date-time(date('1970-01-03'))", "", "2"),
            ("decimal-date-time(date-time('1970-01-01T12:00:00Z'))", "", "0.5"),
            ("${day} < today()", "day=2023-03-18", "true"),
            ("${day} < today()", "", "false"),
            ("${day} >= '2023-03-18'", "day=2023-03-18", "true"),
            ("${day} = ''", "day=2023-03-18", "false"),
            ("${day} != ''", "day=2023-03-18", "true"),
            ("${day} > 'soon'", "day=2023-03-18", "false"),
            ("today() - ${day}", "day=2023-03-01", "18"),
            ("${day} <= ${at}", "day=2023-03-19; at=2023-03-19T00:30:00+06:00", "true"),
            ("${day} > ${at}", "day=2023-03-20; at=2023-03-19T23:30:00+06:00", "true"),
            ("${at} > visit('arrived_at')", "at=2023-03-19T04:00:00Z", "true"),
            ("${at} = visit('arrived_at')", "at=2023-03-19T03:00:00Z", "true"),
            ("${at} < visit('arrived_at')", "at=2023-03-19T02:59:00Z", "true"),
            ("${at} > '2023-03-19T08:59'", "at=2023-03-19T09:00:00+06:00", "true"),
            ("${at} > visit('departed_at')", "at=2023-03-19T09:00:00+06:00", "false"),
            ("${hour} >= '07:00' and ${hour} < '20:00'", "hour=07:00", "true"),
            ("${hour} < '07:00'", "hour=19:59", "false"),
            ("format-date(today(), '%Y/%m/%d %n %y %b %a')", "", "'2023/03/19 3 23 Mar Sun'"),
            ("format-date('2023-03-09', '%e %d')", "", "'9 09'"),
            ("format-date(now(), '%H:%M:%S.%3 %h')", "", "'14:30:00.000 14'"),
            ("format-date(${at}, '%H:%M')", "at=2023-03-19T09:05:00+06:00", "'09:05'"),
            ("format-date(${hour}, '%H:%M')", "hour=08:05", "'08:05'"),
            ("format-date('', '%Y')", "", "''"),
            ("format-date(today(), '%Q%')", "", "''"),
        ],
    );
}

#[test]
fn the_visit_and_its_place() {
    check_all(
        Mode::Blank,
        &[
            ("visit('code')", "", "'T001-01'"),
            ("visit('outcome') = 'observed'", "", "true"),
            ("visit('mode')", "", "'phone'"),
            ("visit('place')", "", "'r0s0'"),
            ("visit('departed_at')", "", "''"),
            ("place('kind')", "", "'regular'"),
            ("place('region')", "", "'r0'"),
            ("place('country')", "", "'kz'"),
        ],
    );
}

#[test]
fn names_outside_of_rows_mean_all_rows() {
    check_all(
        Mode::Blank,
        &[
            ("sum(${r_n})", "r_n=1|2|3", "6"),
            ("sum(${r_n})", "", "0"),
            ("count(${r})", "r_n=1|2|3", "3"),
            ("count(${r_n})", "r_n=1||3", "3"),
            ("min(${r_n})", "r_n=4|2|3", "2"),
            ("max(${r_n}, 9)", "r_n=4|2|3", "9"),
            ("max(${r_n})", "", "NaN"),
            ("${r_n} = 2", "r_n=1|2", "true"),
            ("${r_n} = 9", "r_n=1|2", "false"),
            ("${r_n} != 2", "r_n=1|2", "true"),
            ("${r_n} > 1", "r_n=1|2", "true"),
            ("${r_n} = 1", "", "false"),
            ("not(${r_n} = 1)", "", "true"),
            ("${r_n} + 1", "r_n=4|2", "5"),
            ("string(${r_t})", "r_t=x|y", "'x'"),
            ("string(${r_t})", "", "''"),
            ("concat(${r_t})", "r_t=x|y", "'xy'"),
            ("join(', ', ${r_t})", "r_t=x|y", "'x, y'"),
            ("indexed-repeat(${r_n}, ${r}, 2)", "r_n=1|2", "2"),
            ("indexed-repeat(${r_n}, ${r}, 0)", "r_n=1|2", "''"),
            ("indexed-repeat(${r_n}, ${r}, 3)", "r_n=1|2", "''"),
            ("indexed-repeat(${r_n}, ${r}, '')", "r_n=1|2", "''"),
            ("if(count(${r}) = 0, 'none', 'some')", "", "'none'"),
        ],
    );
}
