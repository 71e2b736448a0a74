// Where the partitions are, and what waits in them.

import { h, show, card, table, count, empty } from './dom.js';
import { read } from './api.js';

const AT_ONCE = 512;

export default {
  title: 'Partitions',

  open(root) {
    let offset = 0;
    const cells = h('div', { class: 'cells', role: 'list', 'aria-label': 'Partitions' });
    const note = h('span', { class: 'quiet' });
    const pages = h('div', { class: 'actions' });
    const owners = table([
      { label: 'Process', first: true, sort: (row) => row.name, value: (row) => [row.name, row.here && [' ', h('span', { class: 'tag' }, 'this one')]] },
      { label: 'Partitions', number: true, sort: (row) => row.partitions, value: (row) => count(row.partitions) },
    ], 'Processes and their partitions');
    const busiest = table([
      { label: 'Partition', number: true, sort: (row) => row.number, value: (row) => row.number },
      { label: 'Worker', number: true, sort: (row) => row.worker, value: (row) => row.worker },
      { label: 'Waiting', number: true, first: true, down: true, sort: (row) => row.waiting, value: (row) => count(row.waiting) },
    ], 'The partitions of this process in which most waits');
    const problem = h('p', { class: 'problem' });
    const most = h('div');
    root.append(h('div', { class: 'heading' }, h('h1', null, 'Partitions'), note),
      card('All partitions', 'what waits here is below the number; those of other processes are grey', cells, pages),
      h('div', { class: 'grid' }, card('Processes', null, owners.root, problem), card('Where most waits', 'in mailboxes of this process', most)));

    return {
      async poll() {
        const page = await read('partitions', { offset, limit: AT_ONCE });
        note.textContent = `${count(page.here)} of ${count(page.all)} are here, ${count(page.waiting)} messages wait in them`;
        show(cells, page.partitions.map((one) => {
          const here = one.worker !== null;
          const level = !here ? (one.owner === null && page.ownersKnown ? 'nobody' : '') : one.waiting > 4096 ? 'full' : one.waiting > 64 ? 'some' : 'here';
          const what = here ? `worker ${one.worker}, ${one.waiting} wait` : one.owner === null ? 'elsewhere' : page.owners[one.owner].name;
          return h('div', { class: `cell ${level}`, role: 'listitem', title: `Partition ${one.number}: ${what}` }, h('b', null, one.number), here ? count(one.waiting) : one.owner === null ? '–' : `#${one.owner + 1}`);
        }));
        show(pages, page.all > AT_ONCE && [
          h('button', { class: 'button', type: 'button', disabled: offset === 0, onclick: () => { offset = Math.max(0, offset - AT_ONCE); } }, 'Before'),
          h('span', { class: 'quiet' }, `${offset} to ${Math.min(page.all, offset + AT_ONCE) - 1}`),
          h('button', { class: 'button', type: 'button', disabled: offset + AT_ONCE >= page.all, onclick: () => { offset += AT_ONCE; } }, 'After')]);
        owners.set(page.owners);
        problem.textContent = page.ownersProblem || '';
        const waiting = page.busiest.filter((one) => one.waiting > 0);
        if (!waiting.length) show(most, empty('Nothing waits', 'Each message is handled as it comes.'));
        else {
          if (!busiest.root.isConnected) show(most, busiest.root);
          busiest.set(waiting);
        }
      },
    };
  },
};
