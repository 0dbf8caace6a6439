//! Where the parts of a chart lie: paths of SVG in a square that is stretched over the plot.

use std::fmt::Write;

use super::{Axis, Chart, Mark, Point, Series};

/// Side of the square that is stretched over the plot.
pub const SIDE: f64 = 1000.0;

/// A chart's paths and ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Lines across the plot at the vertical axis's ticks.
    pub grid: String,
    /// What is drawn, the first below the others.
    pub paths: Vec<Path>,
    /// Ticks of the horizontal axis.
    pub x_ticks: Vec<Tick>,
    /// Ticks of the vertical axis.
    pub y_ticks: Vec<Tick>,
}

/// A path of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its classes in `www/marks.css`.
    pub class: String,
    /// Its commands.
    pub d: String,
}

/// A tick of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it is, 0 to 1 from the axis's start.
    pub place: f64,
    /// The value there.
    pub words: String,
}

impl Chart {
    /// Where everything lies.
    pub fn drawing(&self) -> Drawing {
        let y_ticks = ticks(&self.y);
        let across = |tick: &Tick| format!("M0 {:.1}H{SIDE}", (1.0 - tick.place) * SIDE);
        Drawing {
            grid: y_ticks.iter().map(across).collect(),
            paths: self
                .series
                .iter()
                .flat_map(|series| self.paths(series))
                .collect(),
            x_ticks: ticks(&self.x),
            y_ticks,
        }
    }

    /// A point's place, 0 to 1 from left to right and from the bottom up.
    pub fn place(&self, point: Point) -> (f64, f64) {
        (self.x.scale.place(point.x), self.y.scale.place(point.y))
    }

    fn paths(&self, series: &Series) -> Vec<Path> {
        let path = |class: &str, d| Path {
            class: format!("{class} {}", series.ink.class()),
            d,
        };
        let places = || series.points.iter().map(|point| self.place(*point));
        match series.mark {
            Mark::Line => vec![path(series.mark.class(), line(places()))],
            Mark::MarkedLine => vec![
                path(series.mark.class(), line(places())),
                path(Mark::Dots.class(), dots(places())),
            ],
            Mark::Dots => vec![path(series.mark.class(), dots(places()))],
            Mark::Bars { width } => vec![path(series.mark.class(), self.bars(series, width))],
        }
    }

    fn bars(&self, series: &Series, width: f64) -> String {
        let foot = (1.0 - self.y.scale.place(0.0)) * SIDE;
        series.points.iter().fold(String::new(), |mut path, point| {
            let edge = |side: f64| self.x.scale.place(point.x + side * width / 2.0) * SIDE;
            let top = (1.0 - self.y.scale.place(point.y)) * SIDE;
            // Writing to a String cannot fail.
            let _ = write!(
                path,
                "M{:.1} {foot:.1}V{top:.1}H{:.1}V{foot:.1}Z",
                edge(-0.94),
                edge(0.94)
            );
            path
        })
    }
}

fn ticks(axis: &Axis) -> Vec<Tick> {
    axis.scale
        .ticks()
        .into_iter()
        .map(|value| Tick {
            place: axis.scale.place(value),
            words: axis.format.write_tick(value),
        })
        .collect()
}

fn line(places: impl Iterator<Item = (f64, f64)>) -> String {
    places
        .enumerate()
        .fold(String::new(), |mut path, (index, (x, y))| {
            let command = if index == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", x * SIDE, (1.0 - y) * SIDE);
            path
        })
}

/// Lines of no length, whose caps are dots: the plot is stretched, and circles would be too.
fn dots(places: impl Iterator<Item = (f64, f64)>) -> String {
    places
        .map(|(x, y)| format!("M{:.1} {:.1}h0", x * SIDE, (1.0 - y) * SIDE))
        .collect()
}
