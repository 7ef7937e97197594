//! Charts as SVG text: bars grouped by case, and lines of growth.
//!
//! No background and one grey for all text, which reads on white and on GitHub's dark page alike (4.3:1 on both): a
//! picture in a page cannot know the page's theme. Knows nothing of cases or libraries but the libraries' colours.

mod bars;
mod lines;
mod scale;
mod svg;
mod unit;

pub use bars::{Bar, bars};
pub use lines::{Line, lines};
pub use unit::Unit;

/// The colour of a library, the same in every chart. `name` may go on with a version or a variant.
fn colour(name: &str) -> &'static str {
    // The longer name before the shorter one that begins it.
    const COLOURS: [(&str, &str); 11] = [
        ("kysera", "#e8590c"),
        ("rusqlite", "#8c959f"),
        ("tokio-postgres", "#8c959f"),
        ("diesel-async", "#2b9fc4"),
        ("diesel_async", "#2b9fc4"),
        ("diesel", "#3b76d6"),
        ("sqlx", "#9a5bd8"),
        ("sea-query", "#58a55c"),
        ("sea-orm", "#2f9e6e"),
        ("seaorm", "#2f9e6e"),
        ("toasty", "#b58900"),
    ];
    let name = name.to_lowercase();
    COLOURS.iter().find(|(library, _)| name.starts_with(library)).map_or("#c2577a", |(_, colour)| colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(group: &str, label: &str, value: f64, spread: Option<(f64, f64)>) -> Bar {
        Bar { group: group.into(), label: label.into(), value, spread }
    }

    /// Every opened element is closed, in order: browsers refuse a picture where one is not.
    fn assert_well_formed(svg: &str) {
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let name = tag.split([' ', '>', '/']).next().unwrap_or_default();
            match tag.strip_prefix('/') {
                Some(closing) => assert_eq!(open.pop(), closing.split('>').next(), "{svg}"),
                None if tag.split('>').next().is_some_and(|tag| tag.ends_with('/')) => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?} left open");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn bars_are_well_formed_whatever_they_show() {
        assert_well_formed(&bars("nothing", Unit::Nanos, &[]));
        assert_well_formed(&bars("zero", Unit::Bytes, &[bar("", "a", 0.0, None)]));
        let odd = [bar("<b> & \"c\"", "kysera", 1.0, Some((0.0, 3.0))), bar("x", "diesel", 1e9, None)];
        let svg = bars("odd", Unit::Nanos, &odd);
        assert_well_formed(&svg);
        assert!(svg.contains("&lt;b&gt; &amp; &quot;c&quot;"));
    }

    #[test]
    fn the_scale_is_logarithmic_only_where_values_are_far_apart() {
        let near = [bar("", "a", 1.0, None), bar("", "b", 19.0, None)];
        let far = [bar("", "a", 1.0, None), bar("", "b", 21.0, None)];
        assert!(!bars("near", Unit::Seconds, &near).contains("logarithmic"));
        assert!(bars("far", Unit::Seconds, &far).contains("logarithmic"));
    }

    #[test]
    fn lines_are_well_formed_whatever_they_show() {
        assert_well_formed(&lines("nothing", ("tables", Unit::Count), ("time", Unit::Seconds), &[]));
        let point = Line { label: "diesel".into(), points: vec![(10.0, 2.0)], note: Some("stopped".into()) };
        assert_well_formed(&lines("one", ("tables", Unit::Count), ("time", Unit::Seconds), &[point]));
    }

    #[test]
    fn a_library_keeps_its_colour_with_a_version_or_a_variant_behind_it() {
        assert_eq!(colour("diesel 2.3.14"), colour("Diesel, boxed"));
        assert_ne!(colour("diesel"), colour("diesel-async 0.9"));
    }
}
