//! The frame of the page: its style, its sections.

use std::io;

/// Colours by role, for light and dark; one column that fits a phone. What is wide scrolls by itself.
pub(super) const STYLE: &str = "\
:root { --back: #fff; --card: #f6f7f9; --text: #1c2126; --dim: #5d6873; --line: #d5dae0; --error: #b3261e; --warning: #8a5a00; --info: #1f5fa8; --good: #1b7a3d; --mark: #fff0b3; --a: #1f5fa8; --b: #b3261e; --c: #1b7a3d; --d: #7a3fa0; --e: #8a5a00 }
@media (prefers-color-scheme: dark) { :root { --back: #14181c; --card: #1d2329; --text: #e6eaee; --dim: #9aa7b3; --line: #38424c; --error: #ff8a80; --warning: #f2c14e; --info: #8ab8f0; --good: #7fd69a; --mark: #574a12; --a: #8ab8f0; --b: #ff8a80; --c: #7fd69a; --d: #cf9df0; --e: #f2c14e } }
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
main { max-width: 70rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.6rem; margin: .5rem 0 0 }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem }
p { margin: .3rem 0 }
code, pre, .place { font-family: ui-monospace, monospace; font-size: .875em }
small, .day, .note, .dim { color: var(--dim) }
.verdict { font-size: 1.1rem; font-weight: 600 }
.verdict.bad, .error { color: var(--error) } .verdict.fair, .warning { color: var(--warning) } .info { color: var(--info) } .verdict.good { color: var(--good) }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: .5rem; padding: 0; list-style: none }
.tiles li { background: var(--card); border-radius: .5rem; padding: .5rem .7rem } .tiles b { display: block; font-size: 1.4rem } .quiet { color: var(--dim) }
details { background: var(--card); border-radius: .5rem; margin: .5rem 0; padding: .5rem .7rem }
summary { cursor: pointer }
.count { float: right; color: var(--dim) }
.findings { list-style: none; margin: .5rem 0 0; padding: 0 } .findings > li { border-top: 1px solid var(--line); padding: .5rem 0 }
.findings pre { margin: .3rem 0 0; overflow-x: auto; background: var(--back); border-radius: .3rem; padding: .3rem .5rem }
mark { background: var(--mark); color: inherit; border-radius: .2rem }
.problems { padding-left: 1.2rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line) } th { font-weight: 600; color: var(--dim); white-space: nowrap } .number { text-align: right; white-space: nowrap } .wide td, .wide th { overflow-wrap: normal } .wide code { white-space: nowrap } .wide td.whole { min-width: 14rem; overflow-wrap: anywhere } .wide td.whole code { white-space: normal }
dt { font-weight: 600; margin-top: .4rem } dd { margin-left: 1rem }
svg { display: block; max-width: 100%; height: auto } .wide svg { max-width: none }
svg text { font: 12px system-ui, sans-serif; fill: var(--text) } svg .dim { fill: var(--dim) } svg .rule { stroke: var(--line); fill: none } svg .edge { stroke: var(--dim); fill: none; stroke-width: 1.5 } svg .dot { fill: var(--a) } svg .head { fill: var(--good) } svg .fault { fill: var(--error) } svg .bar { fill: var(--a) }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem } .legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .3rem }
.s0 { stroke: var(--text); background: var(--text) } .s1 { stroke: var(--a); background: var(--a) } .s2 { stroke: var(--b); background: var(--b) } .s3 { stroke: var(--c); background: var(--c) } .s4 { stroke: var(--d); background: var(--d) } .s5 { stroke: var(--e); background: var(--e) }
svg .series { fill: none; stroke-width: 2 }
";

/// Writes a section with its heading.
pub(super) fn section(
    out: &mut dyn io::Write,
    id: &str,
    title: &str,
    body: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    writeln!(out, "<section id=\"{id}\">\n<h2>{title}</h2>")?;
    body(out)?;
    writeln!(out, "</section>")
}
