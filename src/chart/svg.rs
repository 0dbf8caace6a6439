//! A chart as one SVG with its words in it, for files. Its colours are those of `www/marks.css`.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::{Chart, Drawing, SIDE};

/// Width and height of a wide chart, and of one whose axes are equally long.
const WIDE: (f64, f64) = (640.0, 300.0);
const SQUARE: (f64, f64) = (352.0, 348.0);
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 24.0;
/// Ticks and the axis's name, and below them a line for each series.
const BOTTOM: f64 = 44.0;
const LEGEND_LINE: f64 = 18.0;

/// The whole chart: axes, ticks, paths and a legend. `square` makes the axes equally long.
pub fn svg(chart: &Chart, square: bool) -> String {
    let drawing = chart.drawing();
    let (width, height) = if square { SQUARE } else { WIDE };
    let total = height + LEGEND_LINE * chart.series.len() as f64;
    let (plot_width, plot_height) = (width - LEFT - RIGHT, height - TOP - BOTTOM);
    let mut text = format!(
        r#"<svg class="chart" viewBox="0 0 {width} {total}" role="img" aria-label="{}: {}">"#,
        escape(&*chart.title),
        escape(&*chart.summary)
    );
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        r#"<text x="{LEFT}" y="14">{}</text><svg x="{LEFT}" y="{TOP}" width="{plot_width}" height="{plot_height}" viewBox="0 0 {SIDE} {SIDE}" preserveAspectRatio="none" overflow="visible"><path class="grid" d="{}"/>"#,
        escape(&*chart.y.name),
        drawing.grid
    );
    for path in &drawing.paths {
        let _ = write!(text, r#"<path class="{}" d="{}"/>"#, path.class, path.d);
    }
    text.push_str("</svg>");
    ticks(&mut text, &drawing, plot_width, plot_height);
    let foot = TOP + plot_height;
    let _ = write!(
        text,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
        LEFT + plot_width / 2.0,
        foot + 36.0,
        escape(&*chart.x.name)
    );
    for (line, series) in (0_u32..).zip(&chart.series) {
        let y = height + LEGEND_LINE * (f64::from(line) + 0.5);
        let key = match series.mark {
            super::Mark::Line | super::Mark::MarkedLine => format!("M{LEFT} {y}h24"),
            super::Mark::Dots => format!("M{:.1} {y}h0", LEFT + 12.0),
            super::Mark::Bars { .. } => format!("M{LEFT} {:.1}h24v8h-24Z", y - 4.0),
        };
        let _ = write!(
            text,
            r#"<path class="{} {}" d="{key}"/><text x="{:.1}" y="{:.1}">{}</text>"#,
            series.mark.class(),
            series.ink.class(),
            LEFT + 32.0,
            y + 4.0,
            escape(&*series.name)
        );
    }
    text.push_str("</svg>");
    text
}

fn ticks(text: &mut String, drawing: &Drawing, width: f64, height: f64) {
    for tick in &drawing.x_ticks {
        let _ = write!(
            text,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            LEFT + tick.place * width,
            TOP + height + 18.0,
            escape(&*tick.words)
        );
    }
    for tick in &drawing.y_ticks {
        let _ = write!(
            text,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            LEFT - 8.0,
            TOP + (1.0 - tick.place) * height + 4.0,
            escape(&*tick.words)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Axis, Ink, Mark, NumberFormat, Point, Reading, Scale, Series};
    use super::*;

    #[test]
    fn names_are_escaped_and_the_markup_is_whole() {
        let axis = Axis {
            name: "a < b".into(),
            scale: Scale::shares(),
            format: NumberFormat::Decimal,
        };
        let series = |mark| Series {
            name: "<script>&\"".into(),
            mark,
            ink: Ink::Number(0),
            points: vec![Point::new(0.0, 0.5), Point::new(1.0, 1.0)],
        };
        let chart = Chart {
            title: "\"><script>".into(),
            summary: String::new(),
            x: axis.clone(),
            y: axis,
            detail: None,
            series: vec![
                series(Mark::Line),
                series(Mark::MarkedLine),
                series(Mark::Dots),
                series(Mark::Bars { width: 0.1 }),
            ],
            reading: Reading::ByPoint,
        };
        let text = svg(&chart, true);
        assert!(!text.contains("<script>"), "{text}");
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut elements = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(_) => elements += 1,
                _ => {}
            }
        }
        assert!(elements > 10, "{elements}");
        assert!(text.contains(r#"<path class="mark-line ink-0" d="M0.0 500.0L1000.0 0.0"/>"#));
    }
}
