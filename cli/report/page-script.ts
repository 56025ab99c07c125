/**
 * The only code in the report: it shows what a bar of the timeline is, under the pointer or by the arrow keys. The report
 * says the same without it.
 */
export const SCRIPT = `
for (const figure of document.querySelectorAll('.explorable')) {
  const bars = [...figure.querySelectorAll('.bars rect')];
  const texts = JSON.parse(figure.querySelector('.bars-text').textContent);
  const readout = figure.querySelector('.readout');
  const cursor = figure.querySelector('.cursor');
  const chart = figure.querySelector('.chart');
  const number = new Map(bars.map((bar, n) => [bar, n]));
  const left = (n) => Number(bars[n].getAttribute('x'));
  const lanes = [];
  texts.forEach(([lane], n) => (lanes[lane] ??= []).push(n));
  for (const lane of lanes) lane?.sort((a, b) => left(a) - left(b));
  const used = Object.keys(lanes).map(Number);
  let at;
  const show = (n) => {
    if (n === undefined || n === at) return;
    at = n;
    readout.textContent = texts[n][1];
    for (const name of ['x', 'y', 'width', 'height']) cursor.setAttribute(name, bars[n].getAttribute(name));
  };
  const nearest = (lane) => lanes[lane]?.reduce((a, b) => (Math.abs(left(b) - left(at)) < Math.abs(left(a) - left(at)) ? b : a));
  const moves = {
    ArrowRight: (lane, place) => lanes[lane][place + 1],
    ArrowLeft: (lane, place) => lanes[lane][place - 1],
    ArrowDown: (lane) => nearest(used[used.indexOf(lane) + 1]),
    ArrowUp: (lane) => nearest(used[used.indexOf(lane) - 1]),
    Home: (lane) => lanes[lane][0],
    End: (lane) => lanes[lane].at(-1),
  };
  chart.addEventListener('keydown', (event) => {
    if (!(event.key in moves) || used.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (at === undefined) return show(lanes[used[0]][0]);
    const lane = texts[at][0];
    show(moves[event.key](lane, lanes[lane].indexOf(at)));
    cursor.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  chart.addEventListener('pointermove', ({ target }) => show(number.get(target)));
}
`;
