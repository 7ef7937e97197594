//! Lines of growth: what a size costs, each line named at its end.

use super::svg::{Anchor, Picture, Style};
use super::{Unit, colour, scale::Scale};

/// One line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is measured. It begins with the library's name, which gives the colour.
    pub label: String,
    /// Points from left to right.
    pub points: Vec<(f64, f64)>,
    /// What has to be said of its end, as "stopped after 300 s".
    pub note: Option<String>,
}

const WIDTH: f64 = 860.0;
const EDGE: f64 = 8.0;
const TOP: f64 = 72.0;
const BOTTOM: f64 = 372.0;
const HEIGHT: f64 = 424.0;
const LINE_OF_TEXT: f64 = 16.0;

const TITLE: Style = Style::new(16.0).bold();
const NOTE: Style = Style::new(11.5);
const NAME: Style = Style::new(12.5).bold();
const TICK: Style = Style::new(11.0);

/// A chart of lines; each axis with the name and the unit of its values.
pub fn lines(title: &str, x: (&str, Unit), y: (&str, Unit), lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| line.points.iter());
    let chart = Chart {
        x: Scale::for_points(points().map(|point| point.0)),
        y: Scale::for_points(points().map(|point| point.1)),
        units: (x.1, y.1),
        left: 70.0,
        right: right(lines),
    };
    let mut picture = Picture::new(WIDTH);
    picture.text((EDGE, 22.0), TITLE, &TITLE.fitted(title, WIDTH - 2.0 * EDGE));
    picture.text((EDGE, 40.0), NOTE, &chart.note(y.0));
    chart.axes(&mut picture, x.0);
    lines.iter().for_each(|line| chart.line(&mut picture, line));
    chart.names(&mut picture, lines);
    picture.finish(title, HEIGHT)
}

struct Chart {
    x: Scale,
    y: Scale,
    units: (Unit, Unit),
    left: f64,
    right: f64,
}

impl Chart {
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.left + self.x.at(x) * (self.right - self.left), BOTTOM - self.y.at(y) * (BOTTOM - TOP))
    }

    fn note(&self, y: &str) -> String {
        let scales = match (self.x.logarithmic, self.y.logarithmic) {
            (true, true) => "; logarithmic scales",
            (true, false) => "; logarithmic to the right",
            (false, true) => "; logarithmic upwards",
            (false, false) => "",
        };
        format!("{y}; lower is better{scales}")
    }

    fn axes(&self, picture: &mut Picture, x: &str) {
        for tick in self.y.ticks(9) {
            let (_, y) = self.place((0.0, tick));
            picture.grid_line((self.left, y), (self.right, y), true);
            let style = TICK.anchored(Anchor::End);
            picture.text((self.left - 8.0, y + 4.0), style, &self.units.1.tick(tick));
        }
        picture.grid_line((self.left, BOTTOM), (self.right, BOTTOM), false);
        for tick in self.x.ticks(7) {
            let (at, _) = self.place((tick, 0.0));
            picture.grid_line((at, BOTTOM), (at, BOTTOM + 4.0), false);
            picture.text((at, BOTTOM + 18.0), TICK.anchored(Anchor::Middle), &self.units.0.tick(tick));
        }
        let middle = f64::midpoint(self.left, self.right);
        picture.text((middle, BOTTOM + 40.0), NOTE.anchored(Anchor::Middle), x);
    }

    fn line(&self, picture: &mut Picture, line: &Line) {
        let places: Vec<(f64, f64)> = line.points.iter().map(|point| self.place(*point)).collect();
        picture.curve(&places, colour(&line.label));
        for (point, place) in line.points.iter().zip(places) {
            let hint =
                format!("{}: {} at {}", line.label, self.units.1.show(point.1), self.units.0.tick(point.0));
            picture.dot(place, colour(&line.label), &hint);
        }
    }

    /// The lines' names right of their ends, pushed apart where they would overlap.
    fn names(&self, picture: &mut Picture, lines: &[Line]) {
        let mut ends: Vec<(f64, &Line)> =
            lines.iter().filter_map(|line| Some((self.place(*line.points.last()?).1, line))).collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wanted: Vec<(f64, f64)> = ends.iter().map(|(y, line)| (*y, rows(line) * LINE_OF_TEXT)).collect();
        for (top, (_, line)) in apart(&wanted).into_iter().zip(&ends) {
            self.name(picture, top, line);
        }
    }

    fn name(&self, picture: &mut Picture, top: f64, line: &Line) {
        let Some(last) = line.points.last() else { return };
        let (end, y) = self.place(*last);
        // A line that ends early leads to its name.
        if end < self.right - 1.0 {
            picture.leader((end + 6.0, y), (self.right + 8.0, top + LINE_OF_TEXT / 2.0), colour(&line.label));
        }
        let name = named(line, &self.units.1.show(last.1));
        picture.text((self.right + 12.0, top + 12.0), NAME.coloured(colour(&line.label)), &name);
        if let Some(note) = &line.note {
            picture.text((self.right + 12.0, top + 12.0 + LINE_OF_TEXT), NOTE, note);
        }
    }
}

fn named(line: &Line, value: &str) -> String {
    format!("{}: {value}", line.label)
}

fn rows(line: &Line) -> f64 {
    if line.note.is_some() { 2.0 } else { 1.0 }
}

/// The tops of blocks of text that want to stand at a height each, sorted, so that none lies on another and all are
/// on the chart.
fn apart(wanted: &[(f64, f64)]) -> Vec<f64> {
    let mut tops: Vec<f64> = wanted.iter().map(|(middle, _)| middle - LINE_OF_TEXT / 2.0).collect();
    let mut free = TOP - LINE_OF_TEXT;
    for (top, (_, height)) in tops.iter_mut().zip(wanted) {
        *top = top.max(free);
        free = *top + height;
    }
    let mut limit = BOTTOM + LINE_OF_TEXT;
    for (top, (_, height)) in tops.iter_mut().zip(wanted).rev() {
        *top = top.min(limit - height);
        limit = *top;
    }
    tops
}

fn right(lines: &[Line]) -> f64 {
    let name = |line: &Line| NAME.width(&named(line, "100.0 ms"));
    let note = |line: &Line| line.note.as_deref().map_or(0.0, |note| NOTE.width(note));
    let widest = lines.iter().map(|line| name(line).max(note(line))).fold(80.0, f64::max);
    WIDTH - EDGE - 12.0 - widest.min(WIDTH / 2.5)
}
