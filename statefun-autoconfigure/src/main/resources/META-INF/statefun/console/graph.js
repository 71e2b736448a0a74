// Which function sends to which, in layers from what comes in to what goes out.

import { h, s, show, card, empty, rate, count } from './dom.js';
import { read } from './api.js';
import { Rates } from './rates.js';

const rates = new Rates();
const WIDTH = 168;
const HEIGHT = 46;
const GAP = 30;
const COLUMN = 264;
const MARGIN = 26;

/**
 * Puts each node into a layer: behind the nodes that send to it, as far as there are no circles. A way back, and what a
 * node sends to itself, does not count.
 */
export function layers(nodes, edges) {
  const out = new Map(nodes.map((node) => [node.id, []]));
  for (const edge of edges) if (edge.from !== edge.to) out.get(edge.from)?.push(edge.to);
  out.forEach((targets) => targets.sort());
  const state = new Map();
  const order = [];
  const back = new Set();
  const visit = (id) => {
    state.set(id, 1);
    for (const next of out.get(id)) {
      if (state.get(next) === 1) back.add(id + '\n' + next);
      else if (!state.has(next)) visit(next);
    }
    state.set(id, 2);
    order.unshift(id);
  };
  const kinds = ['ingress', 'outside', 'function', 'egress', 'callers'];
  const sorted = [...nodes].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.id < b.id ? -1 : 1));
  for (const node of sorted) if (!state.has(node.id)) visit(node.id);
  const layer = new Map(nodes.map((node) => [node.id, 0]));
  for (const id of order) {
    for (const next of out.get(id)) {
      if (!back.has(id + '\n' + next)) layer.set(next, Math.max(layer.get(next), layer.get(id) + 1));
    }
  }
  const last = Math.max(1, ...layer.values());
  for (const node of nodes) if (node.kind === 'egress' || node.kind === 'callers') layer.set(node.id, Math.max(layer.get(node.id), last));
  const columns = [];
  for (const node of sorted) (columns[layer.get(node.id)] ||= []).push(node);
  return arrange(columns.filter(Boolean), edges);
}

/** Moves nodes next to those that they have to do with, a few times forth and back. */
function arrange(columns, edges) {
  const near = new Map();
  for (const edge of edges) {
    if (edge.from === edge.to) continue;
    for (const [a, b] of [[edge.from, edge.to], [edge.to, edge.from]]) near.set(a, [...(near.get(a) || []), b]);
  }
  for (let round = 0; round < 4; round++) {
    const place = new Map();
    columns.forEach((column) => column.forEach((node, index) => place.set(node.id, (index + 0.5) / column.length)));
    for (const column of round % 2 ? [...columns].reverse() : columns) {
      const wanted = new Map(column.map((node) => {
        const others = near.get(node.id) || [];
        return [node.id, others.length ? others.reduce((sum, id) => sum + (place.get(id) ?? 0.5), 0) / others.length : place.get(node.id)];
      }));
      column.sort((a, b) => wanted.get(a.id) - wanted.get(b.id) || (a.id < b.id ? -1 : 1));
      column.forEach((node, index) => place.set(node.id, (index + 0.5) / column.length));
    }
  }
  return columns;
}

const shortened = (name) => (name.length > 21 ? name.slice(0, 20) + '…' : name);

function draw(page) {
  // Replies go to those who have asked, who are drawn where everything ends.
  const edges = page.edges.map((edge) => (edge.to === 'outside:outside' ? { ...edge, to: 'callers:callers' } : edge));
  const nodes = [...page.nodes];
  if (edges.some((edge) => edge.to === 'callers:callers')) nodes.push({ id: 'callers:callers', kind: 'callers', name: 'callers' });
  const used = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const columns = layers(nodes.filter((node) => node.kind === 'function' || used.has(node.id)), edges);
  const tallest = Math.max(...columns.map((column) => column.length));
  const height = Math.max(170, tallest * (HEIGHT + GAP) + 2 * MARGIN);
  const width = (columns.length - 1) * COLUMN + WIDTH + 2 * MARGIN;
  const at = new Map();
  columns.forEach((column, x) => column.forEach((node, y) => at.set(node.id, {
    x: MARGIN + x * COLUMN, y: (height * (y + 0.5)) / column.length - HEIGHT / 2, column: x,
  })));
  const svg = s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'Graph of who sends to whom; the table below has the same' });
  const fastest = Math.max(1, ...edges.map((edge) => edge.rate || 0));
  const marks = new Map();

  for (const edge of edges) {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (!from || !to) continue;
    const idle = !(edge.rate > 0);
    const thick = idle ? 1.2 : 1.4 + 5 * Math.sqrt(edge.rate / fastest);
    const { path, label, tip, angle } = way(from, to, edge.from === edge.to, height);
    const group = s('g', { 'data-from': edge.from, 'data-to': edge.to, class: 'way' },
      s('path', { class: `edge${idle ? ' idle' : ''}${edge.from === edge.to ? ' self' : ''}`, d: path, 'stroke-width': thick.toFixed(1) }),
      s('path', { class: `arrow${idle ? ' idle' : ''}`, d: 'M0 0L-9 -4.5L-9 4.5Z', transform: `translate(${tip.x} ${tip.y}) rotate(${angle})` }),
      s('title', null, `${page.names.get(edge.from) ?? edge.from} → ${page.names.get(edge.to) ?? 'callers'}: ${count(edge.messages)} messages`));
    if (!idle) marks.set(group, s('text', { class: 'rate', x: label.x, y: label.y }, rate(edge.rate)));
    svg.append(group);
  }
  for (const [group, mark] of marks) {
    mark.dataset.from = group.dataset.from;
    mark.dataset.to = group.dataset.to;
    mark.classList.add('way');
    svg.append(mark);
  }
  for (const node of nodes) {
    const place = at.get(node.id);
    if (!place) continue;
    const slash = node.name.indexOf('/');
    const names = { ingress: 'ingress', egress: 'egress', outside: 'the application, HTTP', callers: 'who asked', function: node.remote ? 'remote function' : 'function' };
    const shown = s('g', { class: `node ${node.kind}${node.remote ? ' remote' : ''}`, transform: `translate(${place.x} ${place.y})`, tabindex: 0, 'data-id': node.id },
      s('rect', { width: WIDTH, height: HEIGHT, rx: 9 }),
      s('text', { class: 'name', x: 12, y: 20 }, shortened(node.name)),
      s('text', { class: 'small', x: 12, y: 36 }, names[node.kind]),
      s('title', null, node.name + (slash < 0 ? '' : ` (${names[node.kind]})`)));
    const highlight = (on) => {
      for (const one of svg.querySelectorAll('.way')) one.classList.toggle('dimmed', on && one.dataset.from !== node.id && one.dataset.to !== node.id);
    };
    shown.addEventListener('pointerenter', () => highlight(true));
    shown.addEventListener('pointerleave', () => highlight(false));
    shown.addEventListener('focus', () => highlight(true));
    shown.addEventListener('blur', () => highlight(false));
    svg.append(shown);
  }
  return svg;
}

function way(from, to, self, height) {
  const right = { x: from.x + WIDTH, y: from.y + HEIGHT / 2 };
  const left = { x: to.x, y: to.y + HEIGHT / 2 };
  if (self) {
    const x = from.x + WIDTH / 2;
    const y = from.y;
    return { path: `M${x - 26} ${y}C${x - 26} ${y - 26} ${x + 26} ${y - 26} ${x + 26} ${y - 2}`, label: { x, y: y - 12 }, tip: { x: x + 26, y }, angle: 90 };
  }
  if (to.column > from.column) {
    const bend = (left.x - right.x) / 2;
    const ends = { x: left.x - 1, y: left.y };
    // A way over other columns goes a little aside, so as not to hide behind their nodes.
    const aside = to.column - from.column > 1 ? (from.y + to.y < height - HEIGHT ? -1 : 1) * 46 : 0;
    return {
      path: `M${right.x} ${right.y}C${right.x + bend} ${right.y + aside} ${ends.x - bend} ${ends.y + aside} ${ends.x - 7} ${ends.y}`,
      label: { x: (right.x + ends.x) / 2, y: (right.y + ends.y) / 2 + aside * 0.75 + 4 }, tip: ends, angle: 0,
    };
  }
  // A way back, or to the same layer: below, from the lower edge to the lower edge.
  const start = { x: from.x + WIDTH / 2 - 22, y: from.y + HEIGHT };
  const end = { x: to.x + WIDTH / 2 + 22, y: to.y + HEIGHT };
  const depth = Math.max(start.y, end.y) + 30 + 10 * (from.column - to.column);
  return {
    path: `M${start.x} ${start.y}C${start.x} ${depth} ${end.x} ${depth} ${end.x} ${end.y + 7}`,
    label: { x: 0.16 * start.x + 0.84 * end.x, y: 0.016 * start.y + 0.562 * depth + 0.422 * end.y + 4 }, tip: end, angle: -90,
  };
}

export default {
  title: 'Graph',

  open(root) {
    const place = h('div', { class: 'graph' });
    const list = h('div');
    const note = h('span', { class: 'quiet' });
    root.append(h('div', { class: 'heading' }, h('h1', null, 'Graph'), note),
      card('Who sends to whom', 'as observed by this process since it started; thicker is faster, dashed is idle', place),
      card('The same as a list', null, list));

    return {
      async poll() {
        const page = await read('graph');
        page.names = new Map(page.nodes.map((node) => [node.id, node.name]));
        for (const edge of page.edges) edge.rate = rates.of(edge.from + '\n' + edge.to, page.time, { messages: edge.messages }).messages;
        note.textContent = page.total > page.edges.length ? `the busiest ${page.edges.length} of ${page.total} edges` : '';
        if (!page.edges.length) {
          show(place, empty('Nothing was sent yet', 'Edges appear with the first messages.'));
          show(list);
          return;
        }
        if (!place.matches(':hover') && !place.contains(document.activeElement)) {
          const { scrollLeft, scrollTop } = place;
          show(place, draw(page));
          place.scrollTo(scrollLeft, scrollTop);
        }
        show(list, h('div', { class: 'table' }, h('table', { class: 'responsive' },
          h('thead', null, h('tr', null, ['From', 'To', 'Rate', 'Messages'].map((label, index) => h('th', { scope: 'col', class: index > 1 ? 'number' : undefined }, label)))),
          h('tbody', null, [...page.edges].sort((a, b) => b.messages - a.messages).slice(0, 200).map((edge) => h('tr', null,
            h('td', { class: 'mono' }, page.names.get(edge.from)), h('td', { class: 'mono wide', 'data-label': 'To' }, page.names.get(edge.to)),
            h('td', { class: 'number', 'data-label': 'Rate' }, rate(edge.rate)), h('td', { class: 'number', 'data-label': 'Messages' }, count(edge.messages))))))));
      },
    };
  },
};
