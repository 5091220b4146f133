//! The map of the mission.

use baqylau_forms::Places;
use std::path::Path;

/// The outline of a place: rings of longitude and latitude, in degrees.
pub type Outline = Vec<Vec<(f64, f64)>>;

/// `map.geojson` (RFC 7946): polygons, each with the code of its place among its properties.
pub(super) fn map(path: &Path, places: &Places, faults: &mut Vec<String>) -> Vec<(u32, Outline)> {
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    let map: serde_json::Value = match serde_json::from_str(&text) {
        Ok(map) => map,
        Err(e) => {
            faults.push(format!("map.geojson: {e}"));
            return Vec::new();
        }
    };
    let mut out = Vec::new();
    for (at, feature) in map["features"].as_array().into_iter().flatten().enumerate() {
        let code = feature["properties"]["code"].as_str().unwrap_or_default();
        match (places.find(code), outline(&feature["geometry"])) {
            (None, _) => {
                faults.push(format!("map.geojson, feature {}: its code {code:?} is not in places.csv", at + 1))
            }
            (_, None) => faults.push(format!(
                "map.geojson, feature {}: it is no Polygon or MultiPolygon of longitudes and latitudes",
                at + 1
            )),
            (Some(place), Some(outline)) => out.push((place, outline)),
        }
    }
    if out.is_empty() && faults.is_empty() {
        faults.push("map.geojson: it has no features; leave the file away, and tiles are shown".into());
    }
    out
}

fn outline(geometry: &serde_json::Value) -> Option<Outline> {
    let coordinates = geometry["coordinates"].as_array()?;
    let rings: Vec<&serde_json::Value> = match geometry["type"].as_str()? {
        "Polygon" => coordinates.iter().collect(),
        "MultiPolygon" => coordinates.iter().filter_map(|p| p.as_array()).flatten().collect(),
        _ => return None,
    };
    let point = |p: &serde_json::Value| {
        let (x, y) = (p[0].as_f64()?, p[1].as_f64()?);
        (x.abs() <= 180.0 && y.abs() <= 90.0).then_some((x, y))
    };
    let ring = |r: &&serde_json::Value| r.as_array()?.iter().map(point).collect::<Option<Vec<_>>>();
    rings.iter().map(ring).collect()
}
