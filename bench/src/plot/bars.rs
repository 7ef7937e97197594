//! Horizontal bars, grouped by case, with spread and value.

use super::svg::{Anchor, Picture, Style};
use super::{Unit, colour, scale::Scale};

/// One bar of a chart.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The case; bars of one case follow each other below its name. Empty: no heading.
    pub group: String,
    /// What is measured. It begins with the library's name, which gives the colour.
    pub label: String,
    pub value: f64,
    /// From where to where the value was seen.
    pub spread: Option<(f64, f64)>,
}

const WIDTH: f64 = 860.0;
const EDGE: f64 = 8.0;
const ROW: f64 = 22.0;
const THICKNESS: f64 = 14.0;
const LABEL_ROOM: f64 = 270.0;

const TITLE: Style = Style::new(16.0).bold();
const NOTE: Style = Style::new(11.5);
const GROUP: Style = Style::new(13.0).bold();
const LABEL: Style = Style::new(12.5).anchored(Anchor::End);
const VALUE: Style = Style::new(12.0);
const TICK: Style = Style::new(11.0).anchored(Anchor::Middle);

/// A chart of bars in the order that they are given in. Shorter bars are better, and the chart says so.
pub fn bars(title: &str, unit: Unit, bars: &[Bar]) -> String {
    let ends = bars.iter().flat_map(|bar| [bar.value, bar.spread.map_or(bar.value, |(_, high)| high)]);
    let chart = Chart { unit, scale: Scale::for_bars(ends), left: left(bars), right: right(unit, bars) };
    let mut picture = Picture::new(WIDTH);
    let note =
        if chart.scale.logarithmic { "shorter is better; logarithmic scale" } else { "shorter is better" };
    picture.text((EDGE, 22.0), TITLE, &TITLE.fitted(title, WIDTH - 2.0 * EDGE));
    picture.text((EDGE, 40.0), NOTE, note);
    let top = 54.0;
    let bottom = top + height(bars);
    chart.axis(&mut picture, (top, bottom));
    chart.rows(&mut picture, top, bars);
    picture.finish(title, bottom + 26.0)
}

/// Where things are: bars lie between `left` and `right`.
struct Chart {
    unit: Unit,
    scale: Scale,
    left: f64,
    right: f64,
}

impl Chart {
    fn x(&self, value: f64) -> f64 {
        self.left + self.scale.at(value) * (self.right - self.left)
    }

    fn axis(&self, picture: &mut Picture, (top, bottom): (f64, f64)) {
        picture.grid_line((self.left, top), (self.left, bottom), false);
        for tick in self.scale.ticks(6) {
            let x = self.x(tick);
            picture.grid_line((x, top), (x, bottom), true);
            picture.text((x, bottom + 16.0), TICK, &self.unit.tick(tick));
        }
    }

    fn rows(&self, picture: &mut Picture, top: f64, bars: &[Bar]) {
        let mut y = top;
        for (at, bar) in bars.iter().enumerate() {
            if begins_group(bars, at) {
                y += if at == 0 { 4.0 } else { 12.0 };
                picture.text((EDGE, y + 13.0), GROUP, &GROUP.fitted(&bar.group, WIDTH - 2.0 * EDGE));
                y += ROW;
            }
            self.row(picture, y, bar);
            y += ROW;
        }
    }

    fn row(&self, picture: &mut Picture, y: f64, bar: &Bar) {
        let middle = y + ROW / 2.0;
        let (value, end) = (self.unit.show(bar.value), self.x(bar.value));
        let hint = format!("{}: {value}{}", bar.label, self.spread(bar));
        picture.text((self.left - 8.0, middle + 4.3), LABEL, &LABEL.fitted(&bar.label, LABEL_ROOM));
        let size = ((end - self.left).max(1.0), THICKNESS);
        picture.bar((self.left, middle - THICKNESS / 2.0), size, colour(&bar.label), &hint);
        let spread = bar.spread.map(|(low, high)| (self.x(low), self.x(high)));
        // A spread of no width would be a blot on the bar's end.
        let spread = spread.filter(|(low, high)| high - low >= 2.0);
        if let Some(spread) = spread {
            picture.whisker(spread, middle);
        }
        let after = spread.map_or(end, |(_, high)| high.max(end));
        picture.text((after + 7.0, middle + 4.3), VALUE, &value);
    }

    fn spread(&self, bar: &Bar) -> String {
        let between = |(low, high)| format!(" ({} to {})", self.unit.show(low), self.unit.show(high));
        bar.spread.map(between).unwrap_or_default()
    }
}

fn begins_group(bars: &[Bar], at: usize) -> bool {
    let group = &bars[at].group;
    !group.is_empty() && (at == 0 || bars[at - 1].group != *group)
}

fn height(bars: &[Bar]) -> f64 {
    let headings = (0..bars.len()).filter(|at| begins_group(bars, *at)).count() as f64;
    bars.len() as f64 * ROW + headings * (ROW + 12.0) + 4.0
}

fn left(bars: &[Bar]) -> f64 {
    let widest = bars.iter().map(|bar| LABEL.width(&bar.label)).fold(60.0, f64::max);
    EDGE + widest.min(LABEL_ROOM) + 8.0
}

fn right(unit: Unit, bars: &[Bar]) -> f64 {
    let widest = bars.iter().map(|bar| VALUE.width(&unit.show(bar.value))).fold(40.0, f64::max);
    WIDTH - EDGE - widest - 7.0
}
