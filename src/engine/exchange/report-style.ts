/** How a report looks: light and dark by the reader's preference, and on paper. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f7f9; --line: #dfe3e8; --text: #1c2128; --muted: #5c6670;
  --accent: #0b62c4; --good: #18794e; --bad: #b42318; --same: #8a6100;
  --before: #8b95a1; --after: #0b62c4; --band: rgba(11, 98, 196, .14);
  --added: #e6f6ec; --added-mark: #18794e; --removed: #fdecea; --removed-mark: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16191d; --panel: #1f2429; --line: #353c44; --text: #e4e8ec; --muted: #9ba5b0;
    --accent: #6cb0ff; --good: #5fcf97; --bad: #ff8f85; --same: #e3b341;
    --before: #7d8894; --after: #6cb0ff; --band: rgba(108, 176, 255, .18);
    --added: #12301f; --added-mark: #5fcf97; --removed: #3a1a18; --removed-mark: #ff8f85;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 32px 24px 72px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 40px 0 12px; font-weight: 650; }
p { margin: 8px 0; }
.meta, .note, figcaption { color: var(--muted); font-size: 13px; }
.stand-in { border: 1px solid var(--line); border-left: 4px solid var(--same); padding: 8px 12px; border-radius: 4px; font-size: 13px; margin-top: 16px; }
.verdict { border: 1px solid var(--line); border-left: 4px solid var(--same); background: var(--panel); border-radius: 4px; padding: 16px 20px; margin: 24px 0 0; }
.verdict p { margin: 4px 0 0; }
.verdict .sentence { font-size: 19px; line-height: 1.4; font-weight: 600; margin: 0; }
.verdict.better { border-left-color: var(--good); } .verdict.worse { border-left-color: var(--bad); }
.verdict ul { margin: 8px 0 0; padding-left: 20px; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 16px 0 0; }
dl.figures div { border: 1px solid var(--line); border-radius: 4px; padding: 10px 12px; }
dt { color: var(--muted); font-size: 12px; } dd { margin: 0; font-size: 16px; font-weight: 600; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: 12px; font-weight: 400; color: var(--muted); }
figure { margin: 0; overflow-x: auto; } figure svg { min-width: 600px; } figcaption { margin-top: 6px; }
svg { display: block; width: 100%; height: auto; overflow: visible; font: 12px system-ui, sans-serif; }
svg text { fill: var(--muted); font-variant-numeric: tabular-nums; } svg text.strong { fill: var(--text); font-weight: 600; }
.grid { stroke: var(--line); } .axis { stroke: var(--muted); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: var(--muted); font-weight: 500; font-size: 12px; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.chosen td { font-weight: 600; } td.why { overflow-wrap: anywhere; min-width: 180px; }
.reason { color: var(--muted); font-weight: 400; }
pre { margin: 0; font: 12.5px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.diff { border: 1px solid var(--line); border-radius: 4px; max-height: 560px; overflow: auto; }
.diff:focus-visible { outline: 2px solid var(--accent); }
.diff div { padding: 0 12px 0 28px; text-indent: -16px; min-height: 1.55em; }
.diff .hunk { background: var(--panel); color: var(--muted); }
.diff .added { background: var(--added); } .diff .removed { background: var(--removed); }
.diff b { font-weight: 600; display: inline-block; width: 16px; text-indent: 0; } .diff .added b { color: var(--added-mark); } .diff .removed b { color: var(--removed-mark); }
.message { border: 1px solid var(--line); border-radius: 4px; margin: 0 0 8px; } .message > p { margin: 0; padding: 4px 12px; background: var(--panel); color: var(--muted); font-size: 12px; border-bottom: 1px solid var(--line); }
.message pre { padding: 8px 12px; }
details summary { cursor: pointer; color: var(--accent); margin: 8px 0; }
footer { margin-top: 48px; color: var(--muted); font-size: 12px; border-top: 1px solid var(--line); padding-top: 12px; }
.every-page { display: none; }
@media print {
  @page { margin: 16mm 14mm 20mm; }
  :root { color-scheme: light; --page: #fff; --panel: #f6f7f9; --line: #ccd2d9; --text: #000; --muted: #444; --before: #8b95a1; --after: #0b62c4; --band: rgba(11, 98, 196, .14); --good: #18794e; --bad: #b42318; --same: #8a6100; --added: #e6f6ec; --removed: #fdecea; --added-mark: #18794e; --removed-mark: #b42318; }
  main { max-width: none; padding: 0 0 12mm; } body { font-size: 11pt; }
  h2 { break-after: avoid; } figure, .verdict, tr { break-inside: avoid; }
  .every-page { display: block; position: fixed; bottom: 0; left: 0; right: 0; font-size: 8pt; color: #444; background: #fff; }
  .diff { max-height: none; overflow: visible; }
}
`;
