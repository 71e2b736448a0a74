// Lines over time, in SVG.

import { h, s, show, clock } from './dom.js';

const HEIGHT = 140;
const LEFT = 46;
const BOTTOM = 18;

/** Rounds up to a number that is good to read on an axis. */
function nice(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

/**
 * A chart of some series. Each is {name, values}; null is a gap.
 *
 * @param format writes a value
 * @param top the largest value of the axis, if it is always the same
 */
export function chart(title, note, format, { top, minimum = 0 } = {}) {
  const svg = s('svg', { class: 'chart', role: 'img' });
  const legend = h('div', { class: 'legend' });
  const root = h('section', { class: 'card' },
    h('header', null, h('h2', null, title), note && h('span', { class: 'quiet' }, note), legend), svg);
  let shown = null;
  let at = null;
  svg.addEventListener('pointermove', (event) => { at = event.clientX - svg.getBoundingClientRect().left; draw(); });
  svg.addEventListener('pointerleave', () => { at = null; draw(); });
  new ResizeObserver(() => draw()).observe(svg);

  function draw() {
    if (!shown) return;
    const { times, series } = shown;
    const width = Math.max(120, svg.clientWidth || 300);
    const floor = HEIGHT - BOTTOM;
    const most = top ?? nice(Math.max(minimum, ...series.flatMap((one) => one.values.map((value) => value ?? 0))));
    const x = (index) => LEFT + (times.length < 2 ? 0 : (index * (width - LEFT - 4)) / (times.length - 1));
    const y = (value) => floor - (Math.min(value, most) / most) * (floor - 8);
    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const parts = [];
    for (const part of [0, 0.5, 1]) {
      const height = y(most * part);
      parts.push(s('line', { class: 'gridline', x1: LEFT, x2: width, y1: height, y2: height }));
      parts.push(s('text', { x: LEFT - 7, y: height + 4, 'text-anchor': 'end' }, format(most * part)));
    }
    if (times.length > 1) {
      const span = times[times.length - 1] - times[0];
      parts.push(s('text', { x: LEFT, y: HEIGHT - 3 }, span < 90_000 ? `${Math.round(span / 1000)} s ago` : `${Math.round(span / 60_000)} min ago`));
      parts.push(s('text', { x: width - 2, y: HEIGHT - 3, 'text-anchor': 'end' }, 'now'));
    }
    series.forEach((one, number) => {
      const [line, area] = path(one.values, x, y, floor);
      if (number === 0) parts.push(s('path', { class: `area f${number + 1}`, d: area }));
      parts.push(s('path', { class: `curve s${number + 1}`, d: line }));
    });
    let index = times.length - 1;
    if (at !== null && times.length > 1) {
      index = Math.max(0, Math.min(times.length - 1, Math.round(((at - LEFT) * (times.length - 1)) / (width - LEFT - 4))));
      parts.push(s('line', { class: 'cursor', x1: x(index), x2: x(index), y1: 6, y2: floor }));
    }
    show(svg, parts);
    show(legend, at !== null && times.length ? h('span', null, clock(times[index])) : null,
      series.map((one, number) => h('span', null, h('i', { class: `b${number + 1}` }), one.name + ' ', h('b', null, format(last(one.values, index))))));
    svg.setAttribute('aria-label', `${title}: ` + series.map((one) => `${one.name} ${format(last(one.values, times.length - 1))}`).join(', '));
  }

  return { root, set(times, series) { shown = { times, series }; draw(); } };
}

/** The value at a time, or the one before if there was none just then. */
function last(values, index) {
  for (let i = index; i >= Math.max(0, index - 5); i--) {
    if (values[i] !== null && values[i] !== undefined) return values[i];
  }
  return null;
}

function path(values, x, y, floor) {
  let line = '';
  let area = '';
  let begun = null;
  const end = (index) => { if (begun !== null) area += `L${x(index).toFixed(1)} ${floor}L${x(begun).toFixed(1)} ${floor}Z`; };
  values.forEach((value, index) => {
    if (value === null || value === undefined) {
      end(index - 1);
      begun = null;
      return;
    }
    const point = `${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    line += (begun === null ? 'M' : 'L') + point;
    area += (begun === null ? `M${x(index).toFixed(1)} ${floor}L` : 'L') + point;
    if (begun === null) begun = index;
  });
  end(values.length - 1);
  return [line, area];
}

/** A small line without axes. */
export function spark(values) {
  const most = Math.max(1e-9, ...values);
  const points = values.map((value, index) => `${((index * 88) / Math.max(1, values.length - 1) + 1).toFixed(1)},${(20 - (value / most) * 18).toFixed(1)}`);
  return s('svg', { class: 'spark', viewBox: '0 0 90 22', 'aria-hidden': 'true' }, s('polyline', { class: 'curve s1', points: points.join(' ') }));
}
