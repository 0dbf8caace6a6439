//! What is read out of a chart: by pointer, by keys, and in the table behind it.

use super::{Axis, Chart, Ink, Point, Reading, Series};

/// Most rows of a table: more are not read, but slow the page down.
const MOST_ROWS: usize = 100;

/// A place in a chart where values can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// On the horizontal axis.
    pub x: f64,
    /// On the vertical axis, where it is of one point.
    pub y: Option<f64>,
    /// The points that are read: numbers of their series, and they.
    pub points: Vec<(usize, Point)>,
}

/// A chart's values as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Titles of the columns.
    pub header: Vec<String>,
    /// Cells, a row each; evenly chosen ones if there are many.
    pub rows: Vec<Vec<String>>,
    /// How many rows there would be.
    pub all: usize,
}

impl Chart {
    /// All stops: from left to right, or point by point.
    pub fn stops(&self) -> Vec<Stop> {
        match self.reading {
            Reading::ByX => self.stops_by_x(),
            Reading::ByPoint => self
                .read_series()
                .flat_map(|(number, series)| {
                    series.points.iter().map(move |point| Stop {
                        x: point.x,
                        y: Some(point.y),
                        points: vec![(number, *point)],
                    })
                })
                .collect(),
        }
    }

    fn stops_by_x(&self) -> Vec<Stop> {
        let points = self.read_series().flat_map(|(_, series)| &series.points);
        let mut places: Vec<f64> = points.map(|point| point.x).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        // Series are in the order of their places, so that one walk finds all.
        let mut next = vec![0; self.series.len()];
        places
            .into_iter()
            .map(|x| {
                let mut points = Vec::new();
                for (number, series) in self.read_series() {
                    let rest = &series.points[next[number]..];
                    if let Some(point) = rest.first().filter(|point| point.x == x) {
                        points.push((number, *point));
                        next[number] += rest.iter().take_while(|point| point.x == x).count();
                    }
                }
                Stop { x, y: None, points }
            })
            .collect()
    }

    /// Series that have values to be read, with their numbers.
    fn read_series(&self) -> impl Iterator<Item = (usize, &Series)> {
        self.series
            .iter()
            .enumerate()
            .filter(|(_, series)| series.ink != Ink::Reference)
    }

    /// Number of the stop that is nearest to a place, 0 to 1 from left to right and from the bottom up.
    pub fn nearest(&self, stops: &[Stop], (x, y): (f64, f64)) -> Option<usize> {
        let distance = |stop: &Stop| {
            let across = self.x.scale.place(stop.x) - x;
            let up = stop.y.map_or(0.0, |height| self.y.scale.place(height) - y);
            across.hypot(up)
        };
        let distances = stops.iter().map(distance).enumerate();
        distances
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(number, _)| number)
    }

    /// A stop in words: names with their values.
    pub fn words(&self, stop: &Stop) -> String {
        let named = |axis: &Axis, value| format!("{} {}", axis.name, axis.format.write(value));
        let mut parts = Vec::new();
        match self.reading {
            Reading::ByX => {
                parts.push(named(&self.x, stop.x));
                for (number, point) in &stop.points {
                    let name = &self.series[*number].name;
                    parts.push(format!("{name} {}", self.y.format.write(point.y)));
                }
            }
            Reading::ByPoint => {
                for (number, point) in &stop.points {
                    if self.read_series().count() > 1 {
                        parts.push(self.series[*number].name.clone());
                    }
                    parts.push(named(&self.x, point.x));
                    parts.push(named(&self.y, point.y));
                }
            }
        }
        let details = stop.points.iter().filter_map(|(_, point)| {
            let detail = self.detail.as_ref()?;
            let value = detail.format.write(point.detail?);
            Some(format!("{} {value}", detail.name))
        });
        parts.extend(details);
        parts.join(" · ")
    }

    /// The values behind the chart. `of` is the title of the column that names the series.
    pub fn table(&self, of: &str) -> Table {
        let stops = self.stops();
        let (last, all) = (stops.len().saturating_sub(1), stops.len());
        let shown: Vec<&Stop> = match all {
            all if all <= MOST_ROWS => stops.iter().collect(),
            _ => (0..MOST_ROWS)
                .map(|row| &stops[row * last / (MOST_ROWS - 1)])
                .collect(),
        };
        let several = self.read_series().count() > 1;
        let mut header = Vec::new();
        let rows = match self.reading {
            Reading::ByX => {
                header.push(self.x.name.clone());
                header.extend(self.read_series().map(|(_, series)| series.name.clone()));
                shown.iter().map(|stop| self.row_by_x(stop)).collect()
            }
            Reading::ByPoint => {
                header.extend(several.then(|| of.to_owned()));
                header.extend([self.x.name.clone(), self.y.name.clone()]);
                header.extend(self.detail.iter().map(|detail| detail.name.clone()));
                let rows = shown.iter().flat_map(|stop| &stop.points);
                rows.map(|(number, point)| {
                    let name = several.then(|| self.series[*number].name.clone());
                    self.row_of_point(name, point)
                })
                .collect()
            }
        };
        Table { header, rows, all }
    }

    fn row_by_x(&self, stop: &Stop) -> Vec<String> {
        let values = self.read_series().map(|(series, _)| {
            let found = stop.points.iter().find(|(number, _)| *number == series);
            found.map_or_else(String::new, |(_, point)| self.y.format.write(point.y))
        });
        std::iter::once(self.x.format.write(stop.x))
            .chain(values)
            .collect()
    }

    fn row_of_point(&self, name: Option<String>, point: &Point) -> Vec<String> {
        let mut row: Vec<String> = name.into_iter().collect();
        row.push(self.x.format.write(point.x));
        row.push(self.y.format.write(point.y));
        row.extend(self.detail.iter().map(|detail| {
            let value = point.detail.map(|value| detail.format.write(value));
            value.unwrap_or_default()
        }));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Detail, Mark, NumberFormat, Scale};
    use super::*;

    fn axis(name: &str) -> Axis {
        Axis {
            name: name.into(),
            scale: Scale::up_to(10.0, 5),
            format: NumberFormat::Count,
        }
    }

    fn series(name: &str, ink: Ink, points: &[(f64, f64)]) -> Series {
        Series {
            name: name.into(),
            mark: Mark::Line,
            ink,
            points: points
                .iter()
                .map(|(x, y)| Point {
                    detail: Some(7.0),
                    ..Point::new(*x, *y)
                })
                .collect(),
        }
    }

    fn chart(reading: Reading) -> Chart {
        Chart {
            title: String::new(),
            summary: String::new(),
            x: axis("x"),
            y: axis("y"),
            detail: None,
            series: vec![
                series("reference", Ink::Reference, &[(0.0, 0.0), (10.0, 10.0)]),
                series("a", Ink::Number(0), &[(1.0, 1.0), (2.0, 4.0), (9.0, 8.0)]),
                series("b", Ink::Number(1), &[(2.0, 3.0), (5.0, 6.0)]),
            ],
            reading,
        }
    }

    #[test]
    fn all_series_are_read_at_a_place() {
        let chart = chart(Reading::ByX);
        let stops = chart.stops();
        let words: Vec<String> = stops.iter().map(|stop| chart.words(stop)).collect();
        assert_eq!(
            words,
            ["x 1 · a 1", "x 2 · a 4 · b 3", "x 5 · b 6", "x 9 · a 8"]
        );
        assert_eq!(chart.nearest(&stops, (0.24, 1.0)), Some(1));
        let table = chart.table("of");
        assert_eq!(table.header, ["x", "a", "b"]);
        assert_eq!(table.rows[2], ["5", "", "6"]);
    }

    #[test]
    fn points_are_read_one_by_one() {
        let mut chart = chart(Reading::ByPoint);
        chart.detail = Some(Detail {
            name: "d".into(),
            format: NumberFormat::Count,
        });
        let stops = chart.stops();
        assert_eq!(chart.words(&stops[3]), "b · x 2 · y 3 · d 7");
        assert_eq!(chart.nearest(&stops, (0.5, 0.55)), Some(4));
        let table = chart.table("of");
        assert_eq!(table.header, ["of", "x", "y", "d"]);
        assert_eq!(table.rows[0], ["a", "1", "1", "7"]);
    }

    #[test]
    fn nothing_is_read_of_nothing() {
        let mut chart = chart(Reading::ByX);
        chart.series.clear();
        assert_eq!(chart.nearest(&chart.stops(), (0.5, 0.5)), None);
        assert_eq!(chart.table("of").rows.len(), 0);
    }

    #[test]
    fn long_tables_keep_their_ends() {
        let mut chart = chart(Reading::ByX);
        let points: Vec<(f64, f64)> = (0..1_000).map(|x| (x.into(), x.into())).collect();
        chart.series = vec![series("a", Ink::Number(0), &points)];
        let table = chart.table("of");
        assert_eq!((table.rows.len(), table.all), (100, 1_000));
        assert_eq!((&*table.rows[0][0], &*table.rows[99][0]), ("0", "999"));
    }
}
