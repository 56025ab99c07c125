import { createHash } from 'node:crypto';
import { adviceSection } from './advice-section';
import { atWorkChart } from './at-work-chart';
import { durationsChart } from './durations-chart';
import { data, Html, html } from './html';
import { deadLetters, disturbances, failureReasons, nodes, slowestItems } from './lists';
import { SCRIPT } from './page-script';
import { STYLE } from './page-style';
import { courseOf, type RunCourse } from './run-course';
import type { RunHistory } from './run-history';
import { summary } from './summary';
import { timeline } from './timeline';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: (course: RunCourse) => Html | undefined;
}

const SECTIONS: readonly Section[] = [
  { id: 'when', title: 'Timeline', content: timeline },
  { id: 'work', title: 'Items at work over time', content: atWorkChart },
  { id: 'took', title: 'Distribution of durations', content: durationsChart },
  { id: 'advice', title: 'What other values would have given', content: adviceSection },
  { id: 'slowest', title: 'Slowest items', content: slowestItems },
  { id: 'faults', title: 'Faults, gaps and retries', content: disturbances },
  { id: 'reasons', title: 'Failed and interrupted attempts', content: failureReasons },
  { id: 'nodes', title: 'Nodes', content: nodes },
  { id: 'dead', title: 'Dead letters', content: deadLetters },
];

/** One file that shows what happened in a run. It loads nothing, and runs nothing that is in the data. */
export function reportHtml(history: RunHistory): string {
  const course = courseOf(history);
  const sections = SECTIONS.flatMap(({ id, title, content }) => {
    const shown = content(course);
    return shown ? [{ id, title, shown }] : [];
  });
  const policy = `default-src 'none'; style-src '${digest(STYLE)}'; script-src '${digest(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Run ${history.name}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>Run ${data(history.name)}</h1></header>
<main>
${summary(course)}
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(
  ({ id, title, shown }) => html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${shown}
</section>
`,
)}</main>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.markup;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
