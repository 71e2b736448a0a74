// What each function does.

import { h, card, table, rate, millis, count, bytes, empty, show } from './dom.js';
import { read } from './api.js';
import { Rates } from './rates.js';
import { spark } from './charts.js';

const rates = new Rates();

export default {
  title: 'Functions',

  open(root) {
    const note = h('span', { class: 'quiet' });
    const filter = h('input', { type: 'search', id: 'filter', placeholder: 'by name' });
    const shown = table([
      { label: 'Function', first: true, sort: (row) => row.name, value: (row) => [h('span', { class: 'mono' }, row.name), ' ', h('span', { class: 'tag' }, row.local ? 'here' : 'remote'), row.stopped && [' ', h('span', { class: 'badge' }, 'stopped')]] },
      { label: 'Last minute', value: (row) => spark(rates.history(row.name, 'handled')) },
      { label: 'Rate', number: true, sort: (row) => row.rates.handled, value: (row) => rate(row.rates.handled) },
      { label: 'Handled', number: true, sort: (row) => row.handled, value: (row) => count(row.handled) },
      { label: 'Failed', number: true, sort: (row) => row.failed, value: (row) => count(row.failed), css: (row) => row.rates.failed > 0 && 'bad' },
      { label: 'Retries', number: true, sort: (row) => row.retries, value: (row) => count(row.retries) },
      { label: 'Mean', number: true, sort: (row) => row.mean, value: (row) => (row.local ? millis(row.mean) : '–') },
      { label: 'p99', number: true, sort: (row) => row.p99, value: (row) => (row.local && row.p99 !== null ? '≤ ' + millis(row.p99) : '–') },
      { label: 'Waiting', number: true, sort: (row) => row.waitingBytes, value: (row) => (row.local ? '–' : bytes(row.waitingBytes)) },
      { label: 'Dead letters', number: true, sort: (row) => row.deadLetters, css: (row) => row.deadLetters > 0 && 'bad',
        value: (row) => (row.deadLetters ? h('a', { href: '#/dead-letters?' + new URLSearchParams({ function: row.name }) }, count(row.deadLetters)) : '0') },
    ], 'Functions');
    const place = h('div');
    root.append(h('div', { class: 'heading' }, h('h1', null, 'Functions'), note),
      h('div', { class: 'controls' }, h('label', { for: 'filter' }, 'Filter', filter)),
      card('All functions', 'as this process has counted since it started', place));
    let page = null;
    filter.addEventListener('input', draw);

    function draw() {
      if (!page) return;
      const text = filter.value.toLowerCase();
      const rows = page.functions.filter((row) => row.name.toLowerCase().includes(text));
      note.textContent = page.total > page.functions.length ? `the first ${page.functions.length} of ${page.total}` : `${page.total}`;
      if (!rows.length) {
        show(place, empty(text ? 'No function has such a name' : 'There are no functions', text ? 'Change the filter.' : 'Write a bean with @StatefulFunction.'));
      } else {
        if (!shown.root.isConnected) show(place, shown.root);
        shown.set(rows);
      }
    }

    return {
      async poll() {
        page = await read('functions');
        for (const row of page.functions) {
          row.rates = rates.of(row.name, page.time, { handled: row.handled, failed: row.failed });
          row.mean = row.measured ? row.nanos / row.measured / 1e6 : null;
          row.p99 = row.p99Nanos === null ? null : row.p99Nanos / 1e6;
        }
        if (!place.contains(document.activeElement)) draw();
      },
    };
  },
};
