// Messages that could not be handled: why, and what to do with them.

import { h, show, text, card, time, instance, empty, count } from './dom.js';
import { read, change, settings } from './api.js';

const EACH = 5_000;

const firstLine = (cause) => cause.split('\n')[0];

export default {
  title: 'Dead letters',

  open(root, { parameters, note, refresh }) {
    const chosen = new Set();
    const opened = new Set();
    const summary = h('span', { class: 'quiet' });
    const filter = h('select', { id: 'letter-function' }, h('option', { value: '' }, 'all functions'));
    const words = h('input', { id: 'letter-text', type: 'search', placeholder: 'in message, cause, sender or id' });
    const list = h('div');
    const every = h('input', { type: 'checkbox', id: 'every', 'aria-label': 'Choose all that are shown' });
    const bulk = h('div', { class: 'actions' });
    root.append(h('div', { class: 'heading' }, h('h1', null, 'Dead letters'), summary),
      h('div', { class: 'controls' }, h('label', { for: 'letter-function' }, 'Function', filter), h('label', { for: 'letter-text' }, 'Text', words)),
      card('Messages that could not be handled', 'the oldest first; nothing happens to them until somebody says so', bulk, list));
    let wantedFunction = parameters.get('function') || '';
    let looked = 0;
    let page = null;
    let shownKey = '';

    filter.addEventListener('change', () => { wantedFunction = filter.value; again(); });
    let typing;
    words.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(again, 250); });
    every.addEventListener('change', () => {
      for (const letter of page?.deadLetters || []) (every.checked ? chosen.add(letter.id) : chosen.delete(letter.id));
      draw(true);
    });

    function again() {
      looked = 0;
      load().catch((failure) => note(failure.message, true));
    }

    async function load() {
      looked = Date.now();
      page = await read('dead-letters', { function: wantedFunction, text: words.value.trim() });
      const known = new Set(page.deadLetters.map((letter) => letter.id));
      for (const id of [...chosen]) if (!known.has(id)) chosen.delete(id);
      draw(false);
    }

    function draw(forced) {
      const key = JSON.stringify([page.deadLetters.map((letter) => letter.id), page.functions, settings.writable]);
      text(summary, page.deadLetters.length === page.total ? `${count(page.total)}${page.more ? ' or more' : ''}` : `${count(page.deadLetters.length)} of ${count(page.total)}${page.more ? ' or more' : ''}`);
      if (!forced && key === shownKey) return;
      shownKey = key;
      show(filter, h('option', { value: '' }, 'all functions'), page.functions.map((name) => h('option', { value: name }, name)));
      if (wantedFunction && !page.functions.includes(wantedFunction)) filter.append(h('option', { value: wantedFunction }, wantedFunction));
      filter.value = wantedFunction;
      every.checked = page.deadLetters.length > 0 && page.deadLetters.every((letter) => chosen.has(letter.id));
      show(bulk, settings.writable && page.deadLetters.length > 0 && [
        h('label', { class: 'quiet' }, every, ' all'),
        h('button', { class: 'button', type: 'button', disabled: !chosen.size, onclick: () => several('replay') }, `Replay ${chosen.size || ''}`),
        h('button', { class: 'button danger', type: 'button', disabled: !chosen.size, onclick: () => several('discard') }, `Discard ${chosen.size || ''}`)]);
      if (!page.deadLetters.length) {
        show(list, page.total ? empty('None of them is so', 'Change the filter.') : empty('There are no dead letters', 'Everything that came could be handled.'));
      } else show(list, page.deadLetters.map(row));
    }

    function row(letter) {
      const box = settings.writable && h('input', { type: 'checkbox', checked: chosen.has(letter.id), 'aria-label': `Choose dead letter ${letter.id}`,
        onclick: (event) => event.stopPropagation(),
        onchange: (event) => { (event.target.checked ? chosen.add(letter.id) : chosen.delete(letter.id)); draw(true); } });
      const body = h('div', { class: 'body' });
      const details = h('details', { class: 'letter', 'data-id': letter.id },
        h('summary', null, box || h('span', { class: 'quiet', 'aria-hidden': 'true' }, '▸'),
          h('div', null, letter.target ? h('span', { class: 'mono' }, `${letter.target.function}/${letter.target.id}`) : h('span', { class: 'quiet' }, letter.origin || 'nobody knows for whom'),
            ' ', h('span', { class: 'tag' }, letter.type), h('div', { class: 'cause' }, firstLine(letter.cause))),
          h('span', { class: 'quiet nowrap' }, time(letter.time))), body);
      const fillBody = () => body.childElementCount || show(body, content(letter));
      if (opened.has(letter.id)) { details.open = true; fillBody(); }
      details.addEventListener('toggle', () => {
        if (details.open) { opened.add(letter.id); fillBody(); } else opened.delete(letter.id);
      });
      return details;
    }

    function content(letter) {
      const headers = Object.entries(letter.headers);
      return [
        h('dl', { class: 'pairs' },
          h('dt', null, 'For'), h('dd', null, letter.target ? instance(letter.target) : 'not known'),
          h('dt', null, 'From'), h('dd', null, letter.source ? instance(letter.source) : letter.origin || 'outside'),
          h('dt', null, 'Name'), h('dd', { class: 'mono' }, letter.id),
          headers.length > 0 && [h('dt', null, 'Headers'), h('dd', { class: 'mono' }, headers.map(([name, value]) => h('div', null, `${name}: ${value}`)))]),
        h('h3', null, 'Message'), h('div', { class: 'box' }, h('pre', null, letter.message)),
        letter.cut && h('p', { class: 'quiet' }, 'Only the beginning is shown; it is stored whole.'),
        h('h3', null, 'Cause'), h('div', { class: 'box' }, h('pre', null, letter.cause)),
        settings.writable ? h('div', { class: 'actions' },
          h('button', { class: 'button primary', type: 'button', onclick: () => one('replay', letter) }, 'Replay'),
          h('button', { class: 'button', type: 'button', onclick: () => edit(letter) }, 'Edit and replay…'),
          h('button', { class: 'button danger', type: 'button', onclick: () => one('discard', letter) }, 'Discard'))
          : h('p', { class: 'quiet' }, 'To replay or discard it here, switch on statefun.console.writable.')];
    }

    async function one(action, letter) {
      if (action === 'discard' && !(await sure('Discard this dead letter?', 'Its message is lost for good.'))) return;
      await act(action, { ids: [letter.id] });
    }

    async function several(action) {
      const ids = [...chosen];
      const what = action === 'replay' ? ['Replay', 'Each message is handled once more, and is a dead letter again if that fails.'] : ['Discard', 'Their messages are lost for good.'];
      if (await sure(`${what[0]} ${ids.length} dead letters?`, what[1])) await act(action, { ids });
    }

    async function act(action, body) {
      try {
        const done = await change('dead-letters/' + action, body);
        const what = action === 'replay' ? 'Replayed' : 'Discarded';
        note(`${what} ${done.done}.` + (done.problems.length ? ` ${done.problems.length} could not be: ${done.problems[0].detail}` : ''), done.problems.length > 0);
        chosen.clear();
      } catch (failure) {
        note(failure.message, true);
        throw failure;
      } finally {
        again();
        refresh();
      }
    }

    async function edit(letter) {
      let whole = letter;
      try { whole = await read('dead-letters/' + encodeURIComponent(letter.id)); } catch (failure) { note(failure.message, true); return; }
      const type = h('input', { id: 'edit-type', value: whole.type, spellcheck: false });
      const target = h('input', { id: 'edit-target', value: whole.target ? `${whole.target.function}/${whole.target.id}` : '', placeholder: 'namespace/name/id', spellcheck: false });
      const message = h('textarea', { id: 'edit-message', spellcheck: false });
      message.value = whole.message;
      const problem = h('p', { class: 'problem', role: 'alert' });
      const dialog = h('dialog', { 'aria-labelledby': 'edit-title' }, h('form', { method: 'dialog' },
        h('h2', { id: 'edit-title' }, 'Edit and replay'),
        h('label', { class: 'field' }, 'For', target), h('label', { class: 'field' }, 'Type of the message', type), h('label', { class: 'field' }, 'Message', message),
        whole.cut && h('p', { class: 'problem' }, 'The message is too long to be shown whole, so it can only go to another target as it is.'), problem,
        h('div', { class: 'actions' }, h('button', { class: 'button', value: 'no', formnovalidate: true }, 'Cancel'), h('button', { class: 'button primary', type: 'button', id: 'edit-replay', onclick: go }, 'Replay'))));
      if (whole.cut) { message.disabled = true; type.disabled = true; }
      async function go() {
        const changed = !whole.cut && (message.value !== whole.message || type.value !== whole.type);
        problem.textContent = '';
        try {
          await act('replay', { ids: [letter.id], target: target.value.trim() || null, ...(changed ? { type: type.value.trim(), message: message.value } : {}) });
          dialog.close();
        } catch (failure) {
          problem.textContent = failure.message;
        }
      }
      dialog.addEventListener('close', () => dialog.remove());
      document.body.append(dialog);
      dialog.showModal();
      message.focus();
    }

    return {
      async poll() {
        if (Date.now() - looked >= EACH || !page) await load();
      },
      close() { clearTimeout(typing); },
    };
  },
};

function sure(title, what) {
  return new Promise((answer) => {
    const dialog = h('dialog', { 'aria-labelledby': 'sure-title' }, h('form', { method: 'dialog' }, h('h2', { id: 'sure-title' }, title), h('p', null, what),
      h('div', { class: 'actions' }, h('button', { class: 'button', value: 'no' }, 'Cancel'), h('button', { class: 'button primary', value: 'yes', id: 'sure-yes' }, 'Yes'))));
    dialog.addEventListener('close', () => { answer(dialog.returnValue === 'yes'); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
