// How functions elsewhere do.

import { h, show, card, empty, rate, millis, count, bytes, short } from './dom.js';
import { read } from './api.js';
import { Rates } from './rates.js';
import { spark } from './charts.js';

const rates = new Rates();

export default {
  title: 'Endpoints',

  open(root) {
    const place = h('div');
    root.append(h('div', { class: 'heading' }, h('h1', null, 'Remote endpoints')), place);

    return {
      async poll() {
        const page = await read('endpoints');
        if (!page.endpoints.length) {
          show(place, card('Endpoints', null, empty('All functions run in this application', 'Endpoints are configured under statefun.remote.endpoints.')));
          return;
        }
        show(place, page.endpoints.map((one) => {
          const speed = rates.of(one.name, page.time, { calls: one.calls, failed: one.failed, nanos: one.nanos, messages: one.messages });
          const mean = speed.calls > 0 ? speed.nanos / speed.calls / 1e6 : one.calls ? one.nanos / one.calls / 1e6 : null;
          const level = one.failures >= 5 ? 'critical' : one.failures ? 'warning' : 'good';
          return h('section', { class: 'card', 'data-endpoint': one.name },
            h('header', null, h('h2', null, one.name), h('span', { class: `pill ${level}` }, one.failures ? `${count(one.failures)} failures in a row` : one.calls ? 'answers' : 'not called yet'),
              h('span', { class: 'spacer' }), spark(rates.history(one.name, 'calls'))),
            h('dl', { class: 'pairs' },
              h('dt', null, 'Calls'), h('dd', null, `${rate(speed.calls)}, ${count(one.calls)} in all, of which ${count(one.failed)} failed`),
              h('dt', null, 'Latency'), h('dd', null, `${millis(mean)} on average`),
              h('dt', null, 'Messages'), h('dd', null, `${rate(speed.messages)}, ${one.calls ? short(one.messages / one.calls) : '–'} a call`),
              h('dt', null, 'Waiting'), h('dd', null, bytes(one.waitingBytes)),
              h('dt', null, 'Outcomes'), h('dd', null, Object.entries(one.outcomes).filter(([, number]) => number).map(([name, number]) => `${name} ${count(number)}`).join(', ') || '–'),
              one.lastFailure && [h('dt', null, 'Last failure'), h('dd', { class: level === 'good' ? undefined : 'problem' }, one.lastFailure)],
              one.failures > 0 && [h('dt', null, 'Meanwhile'), h('dd', null, 'Calls are repeated with a growing pause; their messages wait, and nothing is lost.')]));
        }));
      },
    };
  },
};
