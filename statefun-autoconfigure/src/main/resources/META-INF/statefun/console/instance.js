// All that the application has of one instance.

import { h, show, card, json, time, ago, instance as link, instanceUrl, empty, millis } from './dom.js';
import { read } from './api.js';

/** So many functions are asked for an id of which nobody said whose it is. */
const ASKED = 16;
const EACH = 2_000;

const places = {
  MAILBOX: 'in the mailbox', CHANNEL: 'on its way', OUTBOX: 'at its sender', BLOCKED: 'behind one that failed', CALLED: 'with the function', QUEUED: 'for the next call',
};

function timeline(items) {
  return h('ol', { class: 'timeline' }, items.map(([when, what]) => h('li', null, h('span', { class: 'quiet' }, when), what)));
}

const said = (text) => h('pre', null, text);

function sections(view, now) {
  const names = Object.keys(view.states);
  const parts = [];
  const state = card('State', names.length === 1 ? '1 value' : `${names.length} values`,
      names.length ? names.map((name) => [h('h3', null, name), h('div', { class: 'box' }, json(view.states[name]))])
        : empty(view.known ? 'It has no state' : 'There is no such function here', view.known ? 'It was never sent a message, or has cleared everything.' : 'Is the name right?'));
  if (view.deadLetters.length) {
    parts.push(card('Dead letters', String(view.deadLetters.length), timeline(view.deadLetters.map((one) => [time(one.time), h('div', null, said(one.message), h('div', { class: 'problem' }, one.cause.split(/\n|\\n/)[0]), h('div', { class: 'quiet' }, 'from ', link(one.from)))])),
      h('div', { class: 'actions' }, h('a', { href: '#/dead-letters?' + new URLSearchParams({ function: view.function }) }, 'Replay or discard them'))));
  }
  if (view.blocked) {
    parts.push(card('Blocked', view.blocked.failures === 1 ? '1 failure' : `${view.blocked.failures} failures`,
      h('div', { class: 'problem' }, view.blocked.cause.split(/\n|\\n/)[0]), said(view.blocked.cause),
      h('p', { class: 'quiet' }, view.blocked.nextAttempt ? ['It is tried again at ', time(view.blocked.nextAttempt), ', ', ago(view.blocked.nextAttempt, now), '. What waits behind it stays in order.'] : 'Its function has stopped. Restart the process when the cause is mended.')));
  }
  parts.push(card('Waiting messages', String(view.waitingMessages.length), view.waitingMessages.length
    ? timeline(view.waitingMessages.map((one) => [places[one.place] || one.place, h('div', null, said(one.message), h('div', { class: 'quiet' }, 'from ', link(one.from)))]))
    : empty('No message waits')));
  const later = [
    ...view.timers.map((one) => [one.due, said(one.what)]),
    ...view.reminders.map((one) => [one.next, h('div', null, said(one.message), h('div', { class: 'quiet' }, `reminder ${one.name}`))]),
  ].sort((a, b) => new Date(a[0]) - new Date(b[0]));
  parts.push(card('Timers and reminders', String(later.length), later.length
    ? timeline(later.map(([due, what]) => [h('span', null, time(due), ', ', ago(due, now)), what])) : empty('Nothing happens later by itself')));
  if (view.operations.length) parts.push(card('Asynchronous operations', 'under way', timeline(view.operations.map((one) => ['', said(one)]))));
  if (view.invocations) {
    parts.push(card('Last invocations', 'as they were traced', view.invocations.length
      ? timeline(view.invocations.map((one) => [h('span', null, time(one.time), ' · ', millis(one.millis)), h('div', null, said(one.what), one.trace && h('div', { class: 'quiet mono' }, one.trace), one.failure && h('div', { class: 'problem' }, one.failure))]))
      : empty('None was traced yet')));
  }
  return [view.partial && h('p', { class: 'quiet' }, 'There is more than what is shown.'),
    h('div', { class: 'split' }, h('div', null, state), h('div', null, parts))];
}

export default {
  title: 'Instance',

  open(root, { parameters, note }) {
    const wanted = { function: parameters.get('function') || '', id: parameters.get('id') ?? '' };
    const type = h('input', { id: 'instance-function', list: 'functions', value: wanted.function, placeholder: 'namespace/name, or empty to ask all', autocomplete: 'off', spellcheck: false });
    const id = h('input', { id: 'instance-id', value: wanted.id, placeholder: 'id', autocomplete: 'off', spellcheck: false, required: true });
    const known = h('datalist', { id: 'functions' });
    const result = h('div', { id: 'instance-result' });
    const heading = h('span', { class: 'quiet mono' }, wanted.function && wanted.id ? `${wanted.function}/${wanted.id}` : '');
    root.append(h('div', { class: 'heading' }, h('h1', null, 'Instance'), heading),
      h('form', { class: 'controls', onsubmit: (event) => { event.preventDefault(); location.hash = instanceUrl(type.value.trim(), id.value); } },
        h('label', { for: 'instance-function' }, 'Function', type, known), h('label', { for: 'instance-id' }, 'Id', id), h('button', { class: 'button primary', type: 'submit' }, 'Look up')),
      result);
    let looked = 0;
    let shown = '';
    let names = null;

    async function functions() {
      if (!names) {
        const page = await read('functions');
        names = page.functions.filter((one) => !one.name.endsWith('/*') && one.name !== 'unknown').map((one) => one.name);
        show(known, names.map((name) => h('option', { value: name })));
      }
      return names;
    }

    async function look() {
      try {
        const view = await read('instance', wanted);
        const key = JSON.stringify({ ...view, time: null });
        // What somebody reads, or has selected, stays where it is unless it has changed.
        if (key === shown) return;
        shown = key;
        const now = new Date(view.time).getTime();
        heading.textContent = `${view.function}/${view.id} · partition ${view.partition}`;
        show(result, sections(view, now));
      } catch (failure) {
        if (!failure.status || failure.status === 401) throw failure;
        shown = '';
        show(result, card('Not found', null, empty('That could not be looked up', failure.message)));
      }
    }

    async function askAll() {
      const asked = (await functions()).slice(0, ASKED);
      const views = (await Promise.all(asked.map((name) => read('instance', { function: name, id: wanted.id }).catch((failure) => {
        if (!failure.status) throw failure;
        return null;
      })))).filter(Boolean);
      const having = views.filter((view) => !view.empty);
      if (having.length === 1) {
        location.replace(instanceUrl(having[0].function, wanted.id));
        return;
      }
      const left = names.length > ASKED ? ` Only the first ${ASKED} functions were asked.` : '';
      show(result, card(`Who knows “${wanted.id}”`, null, having.length
        ? timeline(having.map((view) => [h('a', { href: instanceUrl(view.function, wanted.id), class: 'mono' }, view.function),
          h('span', null, Object.keys(view.states).join(', ') || 'no state', view.deadLetters.length > 0 && [' ', h('span', { class: 'badge' }, `${view.deadLetters.length} dead letters`)])]))
        : empty('No function has an instance with this id', `Ids are compared exactly.${left}`)));
    }

    return {
      async poll() {
        await functions();
        if (!wanted.id) {
          if (!shown) show(result, card('Look up an instance', null, empty('Whose state do you want to see?', 'Give an id, and the function if you know it: its state, waiting messages, timers and dead letters are shown, whichever process has it.')));
          shown = 'nothing';
          return;
        }
        if (Date.now() - looked < EACH) return;
        if (wanted.function) {
          looked = Date.now();
          await look();
        } else if (!looked) {
          await askAll();
          looked = Infinity;
        }
      },
    };
  },
};
