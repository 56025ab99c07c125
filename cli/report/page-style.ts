/** The look of the report, for screens in light and dark, and for paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --soft: #57606a; --page: #ffffff; --line: #d8dee4; --raised: #f6f8fa;
  --done: #2f6fde; --failed: #c4510a; --dead: #8f1029; --interrupted: #6e7781; --running: #1a7f37; --pod: #dfe5ec; --fault: #8250df; --gap: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9fa9b4; --page: #0d1117; --line: #30363d; --raised: #161b22;
  --done: #6ea8fe; --failed: #ff9a4d; --dead: #ff6f91; --interrupted: #9fa9b4; --running: #56d364; --pod: #262d36; --fault: #c297ff; --gap: #d4a72c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
a { color: inherit; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; list-style: none; }
:focus-visible { outline: 3px solid var(--done); outline-offset: 2px; }
.verdict { font-size: 1.1rem; font-weight: 600; margin: 0 0 1rem; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .6rem; margin: 0; }
.facts div { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-weight: 600; }
.note, figcaption, .where { color: var(--soft); font-size: .9rem; }
figure { margin: 0; }
.chart { overflow-x: auto; }
.chart svg { display: block; width: 100%; min-width: 44rem; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--soft); } svg .label { fill: var(--ink); }
.grid { stroke: var(--line); } .axis { stroke: var(--soft); }
.pod { fill: var(--pod); } .done { fill: var(--done); } .failed { fill: var(--failed); } .dead { fill: var(--dead); }
.running { fill: var(--running); } .interrupted { fill: url(#hatch); stroke: var(--interrupted); stroke-width: .5; } #hatch rect { fill: var(--page); } #hatch path { stroke: var(--interrupted); stroke-width: 2; }
.gap { fill: var(--gap); fill-opacity: .28; } .fault { fill: var(--fault); fill-opacity: .45; } .retry { fill: var(--ink); fill-opacity: .7; }
.work { fill: var(--done); fill-opacity: .75; } .limit { stroke: var(--ink); stroke-dasharray: 5 4; }
.cursor { fill: none; stroke: var(--ink); stroke-width: 3; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: 0 0 .5rem; list-style: none; font-size: .9rem; }
.readout { display: block; min-height: 3em; padding: .4rem .6rem; margin: .3rem 0; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; overflow-wrap: anywhere; font-size: .9rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: .2rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); white-space: nowrap; } th.number, td.number { text-align: right; } td.words, th.words { overflow-wrap: anywhere; min-width: 4.5rem; }
.letters { padding: 0; list-style: none; } .letters li { border-top: 1px solid var(--line); padding: .6rem 0; }
.letters p { margin: .2rem 0; overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; margin: .4rem 0; max-height: 14rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.4 ui-monospace, monospace; }
.escape { color: var(--failed); border: 1px solid currentColor; border-radius: 3px; padding: 0 .15em; font-size: .85em; white-space: nowrap; }
summary { cursor: pointer; color: var(--soft); font-size: .9rem; padding: .2rem 0; }
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #444; --page: #fff; --line: #ccc; --raised: #fff; --done: #2f6fde; --failed: #c4510a; --dead: #8f1029; --interrupted: #6e7781; --running: #1a7f37; --pod: #dfe5ec; --fault: #8250df; --gap: #9a6700; }
  body { padding: 0; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .readout, .cursor, details { display: none; }
  .chart svg { min-width: 0; } .chart, .table, pre { overflow: visible; max-height: none; }
  h2, h3 { break-after: avoid; } tr, .facts div, .letters li > p { break-inside: avoid; }
}
`;
