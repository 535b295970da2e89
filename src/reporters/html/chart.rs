//! A line chart of how the list of exceptions has grown, as inline SVG.

use std::fmt::Write as _;
use std::io;

use super::escape;
use crate::model::history::{By, Growth};

/// The drawing, and the margins inside it.
const SIZE: (usize, usize) = (640, 260);
const LEFT: usize = 44;
const BOTTOM: usize = 28;
const TOP: usize = 12;
/// Rules with a line of their own, beside the line of all.
const MOST: usize = 5;

pub(super) fn write(growth: &Result<Growth, String>, out: &mut dyn io::Write) -> io::Result<()> {
    let growth = match growth {
        Ok(growth) => growth,
        Err(why) => return writeln!(out, "<p>Not known: {}.</p>", escape(why)),
    };
    let (Some(first), Some(last)) = (growth.points.first(), growth.points.last()) else {
        return writeln!(out, "<p>No commit has an exceptions file.</p>");
    };
    writeln!(
        out,
        "<p>{} at first ({}), {} now ({}).{}{}</p>",
        first.entries,
        escape(&first.day),
        last.entries,
        escape(&last.day),
        if growth.cut_off { " The history is cut off: what is older is not known." } else { "" },
        match growth.unreadable {
            0 => String::new(),
            number => format!(" Versions that were broken and left out: {number}."),
        }
    )?;
    let mut series = vec![("all".to_owned(), growth.points.iter().map(|point| point.entries).collect::<Vec<_>>())];
    let rules = growth.series(By::Rule).into_iter().take(MOST);
    series.extend(rules.map(|(name, values)| (name.to_string(), values)));
    draw(growth, &series, out)?;
    writeln!(out, "<ul class=\"legend\">")?;
    for (number, (name, values)) in series.iter().enumerate() {
        let now = values.last().copied().unwrap_or(0);
        writeln!(out, "<li><i class=\"s{number}\"></i>{}: {now}</li>", escape(name))?;
    }
    writeln!(out, "</ul>")
}

fn draw(growth: &Growth, series: &[(String, Vec<usize>)], out: &mut dyn io::Write) -> io::Result<()> {
    let (width, height) = SIZE;
    let most = series.iter().flat_map(|(_, values)| values).copied().max().unwrap_or(0);
    let step = step(most);
    let top = most.div_ceil(step).max(1) * step;
    let (across, down) = (width - LEFT - 8, height - TOP - BOTTOM);
    let y = |value: usize| TOP + down - value * down / top;
    // Clocks go back, lines do not.
    let mut reached = i64::MIN;
    let times: Vec<i64> = growth
        .points
        .iter()
        .map(|point| {
            reached = reached.max(point.time);
            reached
        })
        .collect();
    let (start, end) = (times.first().copied().unwrap_or(0), times.last().copied().unwrap_or(0));
    let length = (i128::from(end) - i128::from(start)).max(1);
    let x = |time: i64| {
        let part = (i128::from(time) - i128::from(start)) * across as i128 / length;
        LEFT + usize::try_from(part).unwrap_or(0)
    };
    writeln!(
        out,
        "<div class=\"wide\"><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Number of exceptions over time\">"
    )?;
    for value in (0..=top).step_by(step) {
        let at = y(value);
        writeln!(
            out,
            "<path class=\"rule\" d=\"M{LEFT} {at}H{}\"/><text class=\"dim\" text-anchor=\"end\" x=\"{}\" y=\"{}\">{value}</text>",
            width - 8,
            LEFT - 6,
            at + 4
        )?;
    }
    let days = [growth.points.first(), growth.points.last()];
    for (day, (anchor, at)) in days.iter().flatten().zip([("start", LEFT), ("end", width - 8)]) {
        writeln!(
            out,
            "<text class=\"dim\" text-anchor=\"{anchor}\" x=\"{at}\" y=\"{}\">{}</text>",
            height - 8,
            escape(&day.day)
        )?;
    }
    for (number, (name, values)) in series.iter().enumerate().rev() {
        let mut path = String::new();
        for (time, value) in times.iter().zip(values) {
            // What a commit leaves holds until the next: steps, not slopes.
            let _ = if path.is_empty() {
                write!(path, "M{} {}", x(*time), y(*value))
            } else {
                write!(path, "H{}V{}", x(*time), y(*value))
            };
        }
        let _ = write!(path, "H{}", width - 8);
        writeln!(out, "<path class=\"series s{number}\" d=\"{path}\"><title>{}</title></path>", escape(name))?;
    }
    writeln!(out, "</svg></div>")
}

/// Returns the distance of the lines behind a chart: one, two or five of a power of ten, four to eight of them.
fn step(most: usize) -> usize {
    let mut power = 1_usize;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if most / step <= 6 {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn steps_are_round() {
        for (most, expected) in [(0, 1), (6, 1), (7, 2), (20, 5), (36, 10), (69, 10), (70, 20), (10_000, 2_000)] {
            assert_eq!(step(most), expected, "{most}");
        }
        assert!(step(usize::MAX) > 1);
    }
}
