// The last commits, and the savepoints.

import { h, show, card, table, bytes, millis, count, time, duration, empty } from './dom.js';
import { read, change, settings } from './api.js';

const STORE_EACH = 5_000;

export default {
  title: 'Snapshots',

  open(root, { note }) {
    const commits = table([
      { label: 'Committed', first: true, down: true, sort: (row) => row.time, value: (row) => time(row.time) },
      { label: 'Took', number: true, sort: (row) => row.millis, value: (row) => millis(row.millis) },
      { label: 'Cut', number: true, sort: (row) => row.cut, value: (row) => millis(row.cut) },
      { label: 'Store', number: true, sort: (row) => row.store, value: (row) => millis(row.store) },
      { label: 'Log', number: true, sort: (row) => row.log, value: (row) => (row.log ? millis(row.log) : '–') },
      { label: 'Size', number: true, sort: (row) => row.bytes, value: (row) => bytes(row.bytes) },
      { label: 'Entries', number: true, sort: (row) => row.entries, value: (row) => count(row.entries) },
    ], 'The last commits');
    const savepoints = table([
      { label: 'Number', first: true, down: true, sort: (row) => row.number, value: (row) => String(row.number) },
      { label: 'Complete', sort: (row) => new Date(row.created).getTime(), value: (row) => time(row.created) },
      { label: 'Took', number: true, sort: (row) => row.took, value: (row) => duration(row.took) },
      { label: 'Size', number: true, sort: (row) => row.bytes, value: (row) => bytes(row.bytes) },
      { label: 'Partitions', number: true, value: (row) => count(row.partitions) },
      { label: 'Asked for by', value: (row) => (row.scheduled ? 'the schedule' : 'somebody') },
    ], 'Savepoints');
    const take = h('button', { class: 'button primary', type: 'button', hidden: true, onclick: begin }, 'Take a savepoint');
    const problem = h('p', { class: 'problem', role: 'status' });
    const stored = h('div', null, empty('Looking into the store…'));
    const made = h('div');
    root.append(h('div', { class: 'heading' }, h('h1', null, 'Snapshots'), h('span', { class: 'spacer' }), take),
      card('Savepoints', 'whole copies from which the application can go on anywhere', stored, problem),
      card('Last snapshots', 'one for each commit: cut, then the store, then the log’s transaction', made));
    let looked = 0;

    async function begin() {
      take.disabled = true;
      take.textContent = 'Being taken…';
      try {
        const taken = await change('savepoints', {});
        note(taken.number ? `Savepoint ${taken.number} is complete.` : 'The savepoint is being taken; it is listed when it is complete.');
      } catch (failure) {
        note(failure.message, true);
      } finally {
        take.disabled = false;
        take.textContent = 'Take a savepoint';
        looked = 0;
      }
    }

    return {
      status(status) {
        take.hidden = !settings.writable;
        const failure = status.savepointFailure;
        problem.textContent = failure ? `Savepoint ${failure.number} was given up: ${failure.why}` : '';
      },

      async poll() {
        const recent = await read('commits');
        if (recent.commits.length) {
          if (!commits.root.isConnected) show(made, commits.root);
          commits.set(recent.commits);
        } else show(made, empty('There was no commit yet', 'One is made when something changes.'));
        if (Date.now() - looked >= STORE_EACH) {
          looked = Date.now();
          const page = await read('savepoints');
          if (page.savepoints.length) {
            if (!savepoints.root.isConnected) show(stored, savepoints.root);
            savepoints.set(page.savepoints);
          } else {
            show(stored, empty('There are no savepoints', settings.writable ? 'Take one, or have them taken by statefun.savepoint.schedule.'
              : 'Have them taken by statefun.savepoint.schedule, or switch on statefun.console.writable to take one here.'));
          }
        }
      },
    };
  },
};
