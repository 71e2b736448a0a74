// Elements without a framework. Text from data only ever becomes text nodes and attributes, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value === 'boolean') element[name] = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** An element of HTML. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** An element of SVG. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Shows these in place of what an element has. */
export function show(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** Sets a text if it is another one, so that what somebody has selected stays selected. */
export function text(element, value) {
  const wanted = String(value);
  if (element.textContent !== wanted) element.textContent = wanted;
}

const whole = new Intl.NumberFormat('en');
const unknown = (value) => value === undefined || value === null || Number.isNaN(value);

export function count(value) {
  return unknown(value) ? '–' : whole.format(Math.round(value));
}

/** A number in three digits. */
export function short(value) {
  if (unknown(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e9) return digits(value / 1e9) + ' G';
  if (size >= 1e6) return digits(value / 1e6) + ' M';
  if (size >= 1e4) return digits(value / 1e3) + ' k';
  if (size >= 100 || Number.isInteger(value)) return whole.format(Math.round(value));
  return digits(value);
}

function digits(value) {
  const size = Math.abs(value);
  return size >= 100 ? String(Math.round(value)) : size >= 10 ? trim(value.toFixed(1)) : trim(value.toFixed(2));
}

const trim = (number) => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);

export const rate = (value) => (unknown(value) ? '–' : short(value) + '/s');

export function bytes(value) {
  if (unknown(value)) return '–';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let size = value;
  while (size >= 1024 && unit < units.length - 1) { size /= 1024; unit++; }
  return (unit === 0 ? String(Math.round(size)) : digits(size)) + ' ' + units[unit];
}

export function millis(value) {
  if (unknown(value)) return '–';
  if (value < 1) return value === 0 ? '0 ms' : digits(value * 1000) + ' µs';
  if (value < 1000) return digits(value) + ' ms';
  return duration(value);
}

export function duration(value) {
  if (unknown(value)) return '–';
  const seconds = Math.abs(value) / 1000;
  if (seconds < 60) return digits(seconds) + ' s';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min ' + (Math.floor(seconds % 60) || '') + (Math.floor(seconds % 60) ? ' s' : '');
  if (seconds < 86400) return Math.floor(seconds / 3600) + ' h ' + Math.floor((seconds % 3600) / 60) + ' min';
  return Math.floor(seconds / 86400) + ' d ' + Math.floor((seconds % 86400) / 3600) + ' h';
}

/** A time as people say it, with the exact one behind it. */
export function time(instant) {
  if (!instant) return '–';
  const date = new Date(instant);
  return h('time', { datetime: date.toISOString(), title: date.toISOString() }, clock(date));
}

export function clock(instant) {
  const date = new Date(instant);
  const today = new Date().toDateString() === date.toDateString();
  const pad = (number) => String(number).padStart(2, '0');
  const hours = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return today ? hours : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${hours}`;
}

/** How long ago something was, or how long it will be. */
export function ago(instant, now) {
  const passed = now - new Date(instant).getTime();
  if (Math.abs(passed) < 1500) return 'now';
  return passed > 0 ? coarse(passed) + ' ago' : 'in ' + coarse(-passed);
}

function coarse(millis) {
  const seconds = millis / 1000;
  const [size, unit] = [[86400, 'd'], [3600, 'h'], [60, 'min']].find(([one]) => seconds >= one) || [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** A link to what an instance has. */
export function instance(address) {
  if (!address) return h('span', { class: 'quiet' }, 'outside');
  return h('a', { href: instanceUrl(address.function, address.id), class: 'mono' }, `${address.function}/${address.id}`);
}

export const instanceUrl = (type, id) =>
  '#/instance?' + new URLSearchParams(type ? { function: type, id } : { id }).toString();

export function empty(title, ...what) {
  return h('div', { class: 'empty' }, h('strong', null, title), ...what);
}

/** JSON for people, coloured. */
export function json(value) {
  const pre = h('pre', { class: 'json' });
  write(pre, value, '');
  return pre;
}

function write(out, value, indent) {
  if (value === null || typeof value !== 'object') {
    out.append(h('span', { class: typeof value === 'string' ? 'text' : 'value' }, JSON.stringify(value)));
    return;
  }
  const list = Array.isArray(value);
  const entries = list ? value.map((item) => [null, item]) : Object.entries(value);
  if (entries.length === 0) { out.append(list ? '[]' : '{}'); return; }
  out.append(list ? '[' : '{');
  entries.forEach(([key, item], index) => {
    out.append('\n' + indent + '  ');
    if (key !== null) out.append(h('span', { class: 'key' }, JSON.stringify(key)), ': ');
    write(out, item, indent + '  ');
    if (index < entries.length - 1) out.append(',');
  });
  out.append('\n' + indent + (list ? ']' : '}'));
}

/** A card with a title. */
export function card(title, note, ...children) {
  return h('section', { class: 'card' }, h('header', null, h('h2', null, title), note && h('span', { class: 'quiet' }, note)), ...children);
}

/**
 * A table whose rows are shown anew from data. A column is {label, value(row), number, wide, sort(row), css(row)}.
 */
export function table(columns, caption) {
  const body = h('tbody');
  let by = columns.findIndex((column) => column.first);
  let down = Boolean(columns[by]?.down);
  let rows = [];
  const heads = columns.map((column, index) => {
    const head = h('th', { scope: 'col', class: column.number ? 'number' : undefined });
    if (column.sort) {
      head.append(h('button', { type: 'button', onclick: () => { down = by === index ? !down : Boolean(column.number); by = index; draw(); } }, column.label));
    } else head.append(column.label);
    return head;
  });
  const root = h('div', { class: 'table' }, h('table', { class: 'responsive' },
    h('caption', { class: 'visually-hidden' }, caption), h('thead', null, h('tr', null, heads)), body));
  function draw() {
    const column = columns[by];
    heads.forEach((head, index) => {
      if (columns[index].sort) head.setAttribute('aria-sort', index !== by ? 'none' : down ? 'descending' : 'ascending');
    });
    const sorted = column?.sort ? [...rows].sort((a, b) => {
      const [x, y] = [column.sort(a), column.sort(b)];
      const order = typeof x === 'string' ? x.localeCompare(y) : (x ?? -1) - (y ?? -1);
      return down ? -order : order;
    }) : rows;
    show(body, sorted.map((row) => h('tr', null, columns.map((each) => {
      const value = each.value(row);
      return h('td', {
        'data-label': each.label,
        class: [each.number && 'number', each.wide && 'wide', !each.label && 'blank', each.css?.(row)].filter(Boolean).join(' ') || undefined,
      }, value);
    }))));
  }
  return { root, set(data) { rows = data; draw(); } };
}
