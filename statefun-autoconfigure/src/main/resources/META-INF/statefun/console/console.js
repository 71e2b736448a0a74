// The frame: which view is shown, how the application does, and whether it answers.

import { h, show, text, count } from './dom.js';
import { read, settings } from './api.js';
import overview from './overview.js';
import functions from './functions.js';
import graph from './graph.js';
import partitions from './partitions.js';
import snapshots from './snapshots.js';
import letters from './letters.js';
import endpoints from './endpoints.js';
import instance from './instance.js';

const EACH = 1000;

const views = { '': overview, functions, graph, partitions, snapshots, 'dead-letters': letters, endpoints, instance };

const find = (id) => document.getElementById(id);
const content = find('content');
const banner = find('banner');
const links = new Map();

let current = null;
let latest = null;
let lost = false;
let timer = null;
let turn = 0;

// Colours

const system = matchMedia('(prefers-color-scheme: dark)');
const themes = ['system', 'light', 'dark'];
let theme = 'system';
try { theme = localStorage.getItem('statefun-theme') || 'system'; } catch { /* Not kept then. */ }

function paint() {
  const shown = theme === 'system' ? (system.matches ? 'dark' : 'light') : theme;
  document.documentElement.dataset.theme = shown;
  const label = 'Colours: ' + (theme === 'system' ? 'as the system has them' : theme);
  find('theme').setAttribute('aria-label', label);
  find('theme').title = label;
}

find('theme').addEventListener('click', () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  try { localStorage.setItem('statefun-theme', theme); } catch { /* Not kept then. */ }
  paint();
});
system.addEventListener('change', paint);
paint();

// Notes

function note(message, bad) {
  const shown = h('div', { class: bad ? 'note bad' : 'note' }, message);
  find('notes').append(shown);
  setTimeout(() => shown.remove(), 6000);
}

// Views

function navigate() {
  const [path, search] = location.hash.replace(/^#\/?/, '').split('?');
  const view = views[path] || overview;
  current?.close?.();
  turn++;
  content.replaceChildren();
  const parameters = new URLSearchParams(search || '');
  current = view.open(content, { parameters, note, latest: () => latest, refresh });
  document.title = `${view.title} – ${latest?.application || 'StateFun'}`;
  for (const [key, link] of links) {
    if (views[key] === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  links.get(path)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  if (latest) current.status?.(latest);
  refresh();
}

for (const [path, view] of Object.entries(views)) {
  const link = h('a', { href: '#/' + path }, view.title, h('span', { class: 'badge', hidden: true }));
  links.set(path, link);
  find('navigation').append(link);
}

function badge(path, number) {
  const shown = links.get(path).querySelector('.badge');
  shown.hidden = !number;
  text(shown, number > 99 ? '99+' : count(number));
}

find('search').addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = find('search-text').value.trim();
  if (!wanted) return;
  const parts = wanted.split('/');
  const address = parts.length > 2 ? { function: parts.slice(0, 2).join('/'), id: parts.slice(2).join('/') } : { id: wanted };
  location.hash = '#/instance?' + new URLSearchParams(address).toString();
  find('search-text').blur();
});

// Life

async function poll() {
  const mine = turn;
  try {
    const status = await read('overview');
    latest = status;
    settings.writable = status.writable;
    settings.csrf = status.csrf;
    text(find('application'), status.application);
    const pill = find('health');
    pill.className = 'pill ' + status.health;
    text(pill, status.health === 'good' ? status.state : status.warnings.length === 1 ? '1 warning' : `${status.warnings.length} warnings`);
    badge('dead-letters', status.deadLettersWaiting);
    badge('endpoints', status.failingEndpoints);
    links.get('endpoints').hidden = !status.endpoints;
    document.title = document.title.replace(/– .*/, `– ${status.application}`);
    if (mine === turn) {
      current.status?.(status);
      await current.poll?.();
    }
    answered();
  } catch (failure) {
    silent(failure);
  }
}

function answered() {
  if (!lost) return;
  lost = false;
  banner.hidden = true;
  text(banner, '');
}

function silent(failure) {
  lost = true;
  const pill = find('health');
  pill.className = 'pill critical';
  text(pill, failure.status === 401 ? 'signed out' : 'no connection');
  const message = failure.status === 401 ? failure.message
    : failure.status ? failure.message + ' Trying again…'
      : 'The connection to the application is lost; what is shown is old. Trying again…';
  if (banner.textContent !== message) banner.textContent = message;
  banner.hidden = false;
  if (!failure.status && failure.name !== 'Error') console.error(failure);
}

let running = false;

/** Asks now, and then each second for as long as somebody looks. */
async function refresh() {
  clearTimeout(timer);
  if (document.hidden || running) return;
  running = true;
  const asked = turn;
  try {
    await poll();
  } finally {
    running = false;
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(refresh, asked === turn ? EACH : 0);
  }
}

document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : refresh()));
addEventListener('hashchange', () => { navigate(); content.focus({ preventScroll: true }); scrollTo(0, 0); });
addEventListener('online', refresh);
navigate();
