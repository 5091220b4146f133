//! As much of SPSS as the exported syntax uses, so that what it says can be checked without SPSS. What it does not know fails.

use std::collections::BTreeMap;
use std::path::Path;

#[derive(Default)]
struct Variable {
    label: String,
    values: BTreeMap<String, String>,
    missing: Vec<String>,
    number: bool,
    cells: Vec<String>,
}

/// A file of data with its dictionary.
#[derive(Default)]
pub struct Spss {
    variables: Vec<(String, Variable)>,
    filter: Option<String>,
    cases: usize,
}

/// Words, quoted texts and brackets of a command.
fn tokens(command: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut rest = command.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                let mut text = String::from("'");
                while let Some(c) = rest.next() {
                    match c {
                        '\'' if rest.peek() == Some(&'\'') => drop(rest.next()),
                        '\'' => break,
                        _ => {}
                    }
                    text.push(c);
                }
                out.push(text);
            }
            '(' | ')' | '=' | ',' | '>' => out.push(c.into()),
            c if c.is_whitespace() => {}
            c => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| !c.is_whitespace() && !"()=,>'".contains(*c)) {
                    word.push(c);
                }
                out.push(word);
            }
        }
    }
    out
}

fn text(token: &str) -> String {
    token.strip_prefix('\'').unwrap_or_else(|| panic!("{token} is no text")).to_owned()
}

impl Spss {
    /// Runs the syntax in a file.
    pub fn run(folder: &Path, name: &str) -> Self {
        let syntax = std::fs::read_to_string(folder.join(name)).expect("the syntax");
        let mut data = Self::default();
        for command in syntax.split(".\n").map(str::trim_start).filter(|c| !c.is_empty()) {
            // A comment ends with its line here, as the dot of its sentence is the last of it.
            let command = command.trim_start();
            let begins = command.lines().skip(1).filter_map(|line| line.split_whitespace().next());
            let named = begins.filter(|word| data.variables.iter().any(|v| v.0 == *word));
            assert_eq!(named.count(), 0, "a line that begins with a name may be taken for a command: {command}");
            let words = tokens(command);
            match words.iter().map(String::as_str).take(2).collect::<Vec<_>>()[..] {
                ["SET" | "FORMATS" | "EXECUTE", ..] => {}
                ["*", ..] => {}
                ["GET", "DATA"] => data.get(folder, command),
                ["RECODE", _] => data.recode(words),
                ["IF", _] if words[2] == "SUBSTR" => data.unprotect(&words[4]),
                ["IF", _] if words.iter().any(|w| w == "NUMBER") => data.read(&words),
                ["IF", _] => data.choose(&words),
                ["ADD", "FILES"] => data.keep(command),
                ["RENAME", _] => data.rename(&words),
                ["VARIABLE", "LABELS"] => data.of(&words[2]).label = text(&words[3]),
                ["VALUE", "LABELS"] => {
                    let value = |w: &&String| w.starts_with('\'') || w.parse::<f64>().is_ok();
                    let at = words.iter().position(|w| value(&w)).expect("a value");
                    for name in words[2..at].iter().filter(|w| *w != ",") {
                        let pairs = words[at..].chunks(2);
                        let pairs = pairs.map(|p| (p[0].trim_start_matches('\'').to_owned(), text(&p[1])));
                        data.of(name).values.extend(pairs);
                    }
                }
                ["MISSING", "VALUES"] => {
                    let at = words.iter().position(|w| w == "(").expect("values");
                    for name in words[2..at].iter().filter(|w| *w != ",") {
                        let values = words[at..].iter().filter(|w| !["(", ")", ","].contains(&w.as_str()));
                        data.of(name).missing = values.map(|w| w.trim_start_matches('\'').to_owned()).collect();
                    }
                }
                ["COMPUTE", _] => assert_eq!(words[2..], ["=", "(", "status", "=", "'counted", ")"]),
                ["FILTER", "BY"] => data.filter = Some("counted".into()),
                _ => panic!("no command of SPSS: {command}"),
            }
        }
        data
    }

    fn of(&mut self, name: &str) -> &mut Variable {
        let found = self.variables.iter_mut().find(|v| v.0.eq_ignore_ascii_case(name));
        &mut found.unwrap_or_else(|| panic!("no variable {name}")).1
    }

    fn add(&mut self, name: &str, cells: Vec<String>) {
        let valid =
            name.starts_with(|c: char| c.is_alphabetic() || c == '@') && name.len() <= 64 && !name.ends_with('.');
        assert!(valid && name.chars().all(|c| c.is_alphanumeric() || "._@".contains(c)), "{name} is no name");
        assert!(!["by", "to", "all", "and", "or", "not", "with"].contains(&name), "{name} is a word of the language");
        assert!(!self.variables.iter().any(|v| v.0.eq_ignore_ascii_case(name)), "{name} twice");
        self.variables.push((name.to_owned(), Variable { number: true, cells, ..Variable::default() }));
    }

    fn get(&mut self, folder: &Path, command: &str) {
        let file = command.split("/FILE='").nth(1).and_then(|f| f.split('\'').next()).expect("a file");
        let table = std::fs::read_to_string(folder.join(file)).expect("the table");
        // A line is a case.
        let cases: Vec<Vec<String>> = table
            .lines()
            .skip(1)
            .map(|line| {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
                reader.records().next().expect("a case").expect("cells").iter().map(str::to_owned).collect()
            })
            .collect();
        self.cases = cases.len();
        let declared = command.split("/VARIABLES=").nth(1).expect("variables");
        let declared: Vec<&str> = declared.split_whitespace().collect();
        for (at, pair) in declared.chunks(2).enumerate() {
            let width: usize = pair[1].strip_prefix('A').and_then(|w| w.parse().ok()).expect("a width");
            let cells: Vec<String> = cases.iter().map(|case| case[at].clone()).collect();
            assert!(cells.iter().all(|c| c.len() <= width), "{} is cut", pair[0]);
            self.add(pair[0], cells);
            self.of(pair[0]).number = false;
        }
    }

    /// `RECODE from , … ('a'=1) … (CONVERT) INTO to …`.
    fn recode(&mut self, mut words: Vec<String>) {
        let mut map = BTreeMap::new();
        let mut convert = false;
        let into = words.iter().rposition(|w| w == "INTO").expect("INTO");
        let to = words.split_off(into).split_off(1);
        let rules = words.split_off(words.iter().position(|w| w == "(").expect("rules"));
        let from: Vec<&String> = words[1..].iter().filter(|w| *w != ",").collect();
        assert_eq!(from.len(), to.len(), "a name for each");
        for rule in rules.split(|w| w == ")").filter(|rule| !rule.is_empty()) {
            match rule {
                [_, word] if word == "CONVERT" => convert = true,
                [_, from, _, to] => drop(map.insert(text(from), to.clone())),
                _ => panic!("no rule: {rule:?}"),
            }
        }
        let recoded = |cell: &String| {
            let number = || cell.parse::<f64>().ok().filter(|_| convert).map(|_| cell.clone());
            map.get(cell).cloned().or_else(number).unwrap_or_default()
        };
        for (from, to) in from.into_iter().zip(&to) {
            let cells = self.of(from).cells.iter().map(recoded).collect();
            self.add(to, cells);
        }
    }

    /// `IF (SUBSTR(name, 1, 1) EQ '''' AND …) name = SUBSTR(name, 2)`.
    fn unprotect(&mut self, name: &str) {
        for cell in &mut self.of(name).cells {
            let formula = cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t']);
            if formula && cell.starts_with('\'') {
                cell.remove(0);
            }
        }
    }

    /// `IF (from NE '' AND MISSING(to)) to = NUMBER(…)`: a day or a time, here as it is written.
    fn read(&mut self, words: &[String]) {
        let (from, to) = (&words[2], &words[8]);
        let texts = self.of(from).cells.clone();
        self.of(to).cells.iter_mut().zip(texts).filter(|(cell, _)| cell.is_empty()).for_each(|(cell, t)| *cell = t);
    }

    /// `IF (from NE '' AND MISSING(to)) to = (INDEX(CONCAT(' ', RTRIM(from), ' '), ' choice ') > 0)`.
    fn choose(&mut self, words: &[String]) {
        let (from, to) = (&words[2], &words[8]);
        let choice = text(words.iter().rfind(|w| w.starts_with('\'')).expect("a choice"));
        let texts = self.of(from).cells.clone();
        for (cell, text) in
            self.of(to).cells.iter_mut().zip(texts).filter(|(cell, text)| cell.is_empty() && !text.is_empty())
        {
            *cell = u8::from(format!(" {text} ").contains(&choice)).to_string();
        }
    }

    fn keep(&mut self, command: &str) {
        let kept = command
            .split("/KEEP=")
            .nth(1)
            .expect("variables")
            .split([',', '\n'])
            .map(str::trim)
            .filter(|n| !n.is_empty());
        let mut before = std::mem::take(&mut self.variables);
        for name in kept {
            let at = before.iter().position(|v| v.0 == name).unwrap_or_else(|| panic!("no variable {name}"));
            self.variables.push(before.remove(at));
        }
    }

    fn rename(&mut self, words: &[String]) {
        let (from, to) = (&words[3], &words[5]);
        let mut variable = std::mem::take(self.of(from));
        self.variables.iter_mut().filter(|v| v.0 == *from).for_each(|v| v.0.clone_from(to));
        std::mem::swap(self.of(to), &mut variable);
    }

    /// What a variable's label says.
    pub fn label(&self, name: &str) -> &str {
        &self.variable(name).label
    }

    fn variable(&self, name: &str) -> &Variable {
        &self.variables.iter().find(|v| v.0 == name).unwrap_or_else(|| panic!("no variable {name}")).1
    }

    /// How often each value stands in the cases that count, by its label.
    fn count(&self, name: &str, missing: bool) -> BTreeMap<String, usize> {
        assert!(self.filter.is_some(), "only what counts is counted");
        let (variable, status) = (self.variable(name), self.variable("status"));
        let mut out = BTreeMap::new();
        let counted = variable.cells.iter().zip(&status.cells).filter(|(_, status)| *status == "counted");
        for (cell, _) in counted.filter(|(c, _)| !c.is_empty() && variable.missing.contains(c) == missing) {
            let label = variable.values.get(cell).unwrap_or(cell);
            *out.entry(label.clone()).or_default() += 1;
        }
        out
    }

    /// What a share of valid cases is made of.
    pub fn valid(&self, name: &str) -> BTreeMap<String, usize> {
        self.count(name, false)
    }

    /// What is missing, by why.
    pub fn missing(&self, name: &str) -> BTreeMap<String, usize> {
        self.count(name, true)
    }
}
