// How the application does, and how it did in the last minutes.

import { h, show, text, short, rate, millis, bytes, duration, ago, time } from './dom.js';
import { read } from './api.js';
import { chart } from './charts.js';

const percent = (value) => (value === null || value === undefined ? '–' : Math.round(value * 100) + ' %');

function tile(label) {
  const value = h('div', { class: 'value' }, '–');
  const more = h('div', { class: 'more' });
  const root = h('div', { class: 'tile' }, h('div', { class: 'label' }, label), value, more);
  return {
    root,
    set(shown, note, level) {
      text(value, shown);
      text(more, note || '\u00a0');
      root.className = 'tile ' + (level || '');
    },
  };
}

/** What the server has of the last minutes, of which only what is new is asked for. */
export class History {
  constructor() {
    this.next = 0;
    this.series = null;
  }

  async load() {
    const page = await read('history', { since: this.next });
    if (!this.series || page.first > this.next || page.next < this.next) this.series = Object.fromEntries(Object.keys(page.series).map((name) => [name, []]));
    for (const [name, values] of Object.entries(page.series)) {
      this.series[name].push(...values);
      if (this.series[name].length > page.kept) this.series[name].splice(0, this.series[name].length - page.kept);
    }
    this.next = page.next;
    return this.series;
  }
}

function warnings(root, list) {
  const key = JSON.stringify(list);
  if (root.dataset.shown === key) return;
  root.dataset.shown = key;
  show(root, list.map((warning) => h('div', { class: `item ${warning.severity}` }, h('strong', null, warning.title), warning.action,
    warning.view && [' ', h('a', { href: '#/' + warning.view }, 'Look')])));
}

export default {
  title: 'Overview',

  open(root) {
    const history = new History();
    const warned = h('div', { class: 'warnings', role: 'status', 'aria-label': 'Warnings' });
    const about = h('span', { class: 'quiet' });
    const tiles = {
      rate: tile('Messages handled'), commit: tile('Commit latency, p99'), waiting: tile('Waiting in mailboxes'), pressure: tile('Back-pressure'),
      letters: tile('Dead letters'), snapshot: tile('Last snapshot'), savepoint: tile('Last savepoint'), partitions: tile('Partitions'),
    };
    const charts = {
      rate: chart('Message rate', null, rate, { minimum: 10 }),
      commit: chart('Commit latency', null, millis),
      waiting: chart('Mailbox depth', null, short, { minimum: 10 }),
      pressure: chart('Back-pressure', null, percent, { top: 1 }),
    };
    root.append(
      h('div', { class: 'heading' }, h('h1', null, 'Overview'), about), warned,
      h('div', { class: 'tiles' }, Object.values(tiles).map((one) => one.root)),
      h('div', { class: 'grid' }, Object.values(charts).map((one) => one.root)));

    return {
      status(status) {
        const now = new Date(status.time).getTime();
        text(about, `${status.node} · epoch ${status.epoch.toLocaleString('en')} · ${status.workers} workers · up ${duration(status.uptime).trim()}`);
        warnings(warned, status.warnings);
        tiles.letters.set(short(status.deadLettersWaiting), 'in all processes', status.deadLettersWaiting ? 'warning' : '');
        const last = status.lastCommit;
        tiles.snapshot.set(last ? ago(last.time, now) : 'none yet', last ? `${bytes(last.bytes)}, took ${millis(last.millis)}` : 'made when something changes', status.commitFailures ? 'critical' : '');
        const savepoint = status.savepoint;
        tiles.savepoint.set(savepoint ? ago(savepoint.created, now) : '–', savepoint ? `number ${savepoint.number}, ${bytes(savepoint.bytes)}` : status.partitions.coordinates ? 'none was taken' : 'see the process with partition 0', status.savepointFailure ? 'warning' : '');
        tiles.partitions.set(`${status.partitions.here} of ${status.partitions.all}`, status.partitions.here === status.partitions.all ? 'all are here' : 'the others are elsewhere');
        const held = [];
        if (status.blocked) held.push(`${short(status.blocked)} instances blocked`);
        if (status.calls) held.push(`${short(status.calls)} remote calls`);
        if (status.operations) held.push(`${short(status.operations)} async`);
        tiles.waiting.set(short(status.waiting), held.join(', '));
      },

      async poll() {
        const series = await history.load();
        const end = series.time.length - 1;
        const recent = (name) => series[name].slice(-5).filter((value) => value !== null);
        const mean = (name) => { const some = recent(name); return some.length ? some.reduce((sum, value) => sum + value, 0) / some.length : null; };
        charts.rate.set(series.time, [{ name: 'handled', values: series.handled }, { name: 'failed', values: series.failed }]);
        charts.commit.set(series.time, [{ name: 'p99', values: series.commitP99 }, { name: 'median', values: series.commitP50 }]);
        charts.waiting.set(series.time, [{ name: 'waiting', values: series.waiting }]);
        charts.pressure.set(series.time, [{ name: 'limits', values: series.limits }, { name: 'mailboxes', values: series.mailboxes }, { name: 'functions', values: series.functions }]);
        tiles.rate.set(rate(mean('handled')), mean('failed') >= 0.05 ? `${rate(mean('failed'))} fail` : 'none fail', mean('failed') >= 0.05 ? 'warning' : '');
        tiles.commit.set(millis(mean('commitP99')), mean('commits') === null ? '' : `${rate(mean('commits'))} commits`);
        const reasons = [['limits', 'limits of epoch or memory'], ['mailboxes', 'full mailboxes'], ['functions', 'functions elsewhere']];
        const [worst, why] = reasons.reduce((most, one) => ((mean(one[0]) ?? 0) > (mean(most[0]) ?? 0) ? one : most));
        tiles.pressure.set(percent(mean(worst)), (mean(worst) ?? 0) >= 0.01 ? why : 'none', (mean(worst) ?? 0) > 0.5 && worst !== 'mailboxes' ? 'warning' : '');
        root.dataset.samples = end + 1;
      },
    };
  },
};
