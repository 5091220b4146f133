//! Tables in a folder, and places to go with them.

use baqylau_forms::Zone;
use baqylau_forms::definition::Text;
use baqylau_forms::places::{Level, Place, PlaceTable, Places};
use baqylau_xlsform::{CompiledChecklist, Finding, Workbook, compile};
use std::fs;
use std::sync::Arc;

/// The sheets of a checklist. What is empty is not written.
#[derive(Debug, Clone)]
pub struct Tables {
    pub survey: String,
    pub choices: String,
    pub settings: String,
    pub shared: String,
    pub languages: Vec<&'static str>,
}

/// A checklist in English with a sound settings sheet.
pub fn tables(survey: &str) -> Tables {
    Tables {
        survey: survey.to_owned(),
        choices: "list_name,name,label,exclusive,kind\nyn,yes,Yes,,\nyn,no,No,,\nwho,police,Police,,state\nwho,nobody,Nobody,yes,\n".to_owned(),
        settings: "form_id,version,form_title,places\nvoting,1,Voting,station\n".to_owned(),
        shared: String::new(),
        languages: vec!["en"],
    }
}

impl Tables {
    pub fn choices(self, choices: &str) -> Self {
        Self { choices: choices.to_owned(), ..self }
    }

    pub fn settings(self, settings: &str) -> Self {
        Self { settings: settings.to_owned(), ..self }
    }

    pub fn shared(self, shared: &str) -> Self {
        Self { shared: shared.to_owned(), ..self }
    }

    pub fn languages(self, languages: &[&'static str]) -> Self {
        Self { languages: languages.to_vec(), ..self }
    }

    pub fn workbook(&self) -> Workbook {
        let root = tempfile::tempdir().expect("a folder for the test");
        let dir = root.path().join("voting");
        fs::create_dir(&dir).expect("a folder in it");
        let shared = root.path().join("choices.csv");
        let files = [
            (dir.join("survey.csv"), &self.survey),
            (dir.join("choices.csv"), &self.choices),
            (dir.join("settings.csv"), &self.settings),
            (shared.clone(), &self.shared),
        ];
        for (file, text) in files.iter().filter(|f| !f.1.is_empty()) {
            fs::write(file, text).expect("a file in it");
        }
        let shared = (!self.shared.is_empty()).then_some(shared.as_path());
        Workbook::from_csv(&dir, shared).expect("the tables can be read")
    }

    pub fn compile(&self) -> Result<CompiledChecklist, Vec<Finding>> {
        let languages: Vec<String> = self.languages.iter().map(|l| (*l).to_owned()).collect();
        compile(&self.workbook(), &languages, &places())
    }

    /// Compiled without errors.
    pub fn good(&self) -> CompiledChecklist {
        self.compile().unwrap_or_else(|e| panic!("{}\n{}", self.survey, lines(&e).join("\n")))
    }

    /// The errors, in words.
    pub fn errors(&self) -> Vec<String> {
        self.compile().err().map(|e| lines(&e)).unwrap_or_default()
    }

    /// The warnings, in words.
    pub fn warnings(&self) -> Vec<String> {
        lines(&self.good().warnings)
    }
}

pub fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// A country with one region, commission and station.
pub fn places() -> Arc<Places> {
    let text = |t: &str| Text(vec![Arc::from(t)]);
    let levels = ["country", "region", "commission", "station"];
    let place = |at: usize| Place {
        code: Arc::from(format!("p{at}")),
        level: u16::try_from(at).expect("few levels"),
        parent: at.checked_sub(1).and_then(|p| u32::try_from(p).ok()),
        number: Arc::default(),
        label: text("Place"),
        zone: 0,
        cells: vec![Arc::from("regular"), Arc::from("urban")],
    };
    let table = PlaceTable {
        levels: levels.iter().map(|l| Level { id: (*l).to_owned(), label: text(l) }).collect(),
        columns: vec!["kind".to_owned(), "setting".to_owned()],
        zones: vec![Zone::fixed(360)],
        places: (0..levels.len()).map(place).collect(),
    };
    Arc::new(Places::new(table).expect("the places are sound"))
}
