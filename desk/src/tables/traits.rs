//! What the tables say of the places: town or country, kind of station.

use baqylau_forms::Places;
use baqylau_forms::definition::Text;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A column of the places by which stations are told apart.
#[derive(Debug, Clone)]
pub struct Trait {
    /// The head of the column in `places.csv`.
    pub column: String,
    /// From `traits.csv`; the head of the column where that does not name it.
    pub label: Text,
    /// Each value that a place has, with its label from `traits.csv` or as it stands in the table.
    pub values: Vec<(String, Text)>,
}

/// A column with more values tells nothing apart.
const MAX_VALUES: usize = 12;

pub(super) fn traits(places: &Places, named: &HashMap<(String, String), Text>) -> Vec<Trait> {
    let called = |column: &str, value: &str, otherwise: &str| {
        let name = named.get(&(column.to_owned(), value.to_owned())).cloned();
        name.unwrap_or_else(|| Text(vec![Arc::from(otherwise)]))
    };
    let table = places.table();
    let one = |(at, column): (usize, &String)| {
        let values: BTreeSet<&str> =
            table.places.iter().filter_map(|p| p.cells.get(at)).map(AsRef::as_ref).filter(|v| !v.is_empty()).collect();
        let numbers = values.iter().all(|v| v.parse::<f64>().is_ok());
        (!numbers && (2..=MAX_VALUES).contains(&values.len())).then(|| Trait {
            column: column.clone(),
            label: called(column, "", column),
            values: values.into_iter().map(|v| (v.to_owned(), called(column, v, v))).collect(),
        })
    };
    table.columns.iter().enumerate().filter_map(one).collect()
}
