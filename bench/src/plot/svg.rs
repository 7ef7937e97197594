//! A picture being written: text, lines and boxes, and how wide a text will be.

use std::fmt::Write;

/// All text, and marks on bars: as far from white as from GitHub's dark page.
pub const INK: &str = "#767d86";

/// The lines of an axis: visible on both pages, loud on neither.
const GRID: &str = "#8c959f";

const FONT: &str =
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif";

/// A picture of a fixed width, growing in height.
pub struct Picture {
    width: f64,
    body: String,
}

/// How a text is set.
#[derive(Clone, Copy)]
pub struct Style {
    pub size: f64,
    pub bold: bool,
    pub anchor: Anchor,
    pub colour: &'static str,
}

/// Which end of a text is at its place.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Style {
    pub const fn new(size: f64) -> Style {
        Style { size, bold: false, anchor: Anchor::Start, colour: INK }
    }

    pub const fn bold(self) -> Style {
        Style { bold: true, ..self }
    }

    pub const fn anchored(self, anchor: Anchor) -> Style {
        Style { anchor, ..self }
    }

    pub const fn coloured(self, colour: &'static str) -> Style {
        Style { colour, ..self }
    }

    /// Pixels that a text takes, rather too many: the reader's font is unknown.
    pub fn width(self, text: &str) -> f64 {
        let em: f64 = text.chars().map(width_of).sum();
        em * self.size * if self.bold { 1.08 } else { 1.0 }
    }

    /// The text, or as much of it as fits into so many pixels.
    pub fn fitted(self, text: &str, room: f64) -> String {
        if self.width(text) <= room {
            return text.to_owned();
        }
        let mut cut = text.to_owned();
        while !cut.is_empty() && self.width(&cut) + self.width("…") > room {
            cut.pop();
        }
        format!("{}…", cut.trim_end())
    }
}

/// Widths in em of wide sans-serif fonts, by kinds of characters.
fn width_of(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.31,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '_' => 0.41,
        'm' | 'w' | 'M' | 'W' | '…' | '×' | '→' => 0.95,
        'A'..='Z' => 0.7,
        _ => 0.6,
    }
}

impl Picture {
    pub fn new(width: f64) -> Picture {
        Picture { width, body: String::new() }
    }

    pub fn text(&mut self, (x, y): (f64, f64), style: Style, text: &str) {
        let weight = if style.bold { " font-weight=\"600\"" } else { "" };
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (size, colour, text) = (style.size, style.colour, escaped(text));
        let _ = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{colour}\"{weight}{anchor}>{text}</text>"
        );
    }

    /// A box with round corners; `hint` shows where the pointer rests on it.
    pub fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: &str, hint: &str) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2.5\" \
             fill=\"{colour}\"><title>{}</title></rect>",
            escaped(hint)
        );
    }

    pub fn grid_line(&mut self, from: (f64, f64), to: (f64, f64), faint: bool) {
        let opacity = if faint { 0.28 } else { 0.75 };
        self.line(from, to, &format!("stroke=\"{GRID}\" stroke-opacity=\"{opacity}\""));
    }

    /// From `low` to `high`, with a stroke across each end. Pale below the ink, so that it is seen on any bar.
    pub fn whisker(&mut self, (low, high): (f64, f64), y: f64) {
        for stroke in [
            "stroke=\"#f6f8fa\" stroke-width=\"3.4\" stroke-opacity=\"0.55\"",
            "stroke=\"#424a53\" stroke-width=\"1.4\"",
        ] {
            self.line((low, y), (high, y), stroke);
            self.line((low, y - 3.5), (low, y + 3.5), stroke);
            self.line((high, y - 3.5), (high, y + 3.5), stroke);
        }
    }

    pub fn curve(&mut self, points: &[(f64, f64)], colour: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            self.body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.2\" stroke-linejoin=\"round\"/>",
            points.join(" ")
        );
    }

    /// A pale dotted line from a mark to its name.
    pub fn leader(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        self.line(
            from,
            to,
            &format!("stroke=\"{colour}\" stroke-opacity=\"0.6\" stroke-dasharray=\"1.5 4\""),
        );
    }

    pub fn dot(&mut self, (x, y): (f64, f64), colour: &str, hint: &str) {
        let _ = writeln!(
            self.body,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.6\" fill=\"{colour}\"><title>{}</title></circle>",
            escaped(hint)
        );
    }

    /// The whole file.
    pub fn finish(self, title: &str, height: f64) -> String {
        let Picture { width, body } = self;
        let title = escaped(title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{title}\" font-family=\"{FONT}\">\n\
             <title>{title}</title>\n{body}</svg>\n"
        )
    }

    fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str) {
        let _ = writeln!(
            self.body,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {stroke}/>"
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::Style;

    #[test]
    fn a_text_too_long_is_cut_to_its_room() {
        let style = Style::new(12.0);
        assert_eq!(style.fitted("short", 100.0), "short");
        let cut = style.fitted("a text that is far too long for its room", 100.0);
        assert!(cut.ends_with('…') && style.width(&cut) <= 100.0, "{cut}");
    }
}
