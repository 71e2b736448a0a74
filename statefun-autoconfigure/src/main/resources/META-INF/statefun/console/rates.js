// Rates from counters that only grow, over a few seconds, so that they do not jump.

const WINDOW = 5_000;
const KEPT = 60;

export class Rates {
  constructor() {
    this.seen = new Map();
  }

  /** Takes the counters of something, and returns how fast each grows, a second; null if not known yet. */
  of(key, time, counters) {
    let past = this.seen.get(key);
    const latest = past?.[past.length - 1];
    if (!past || Object.keys(counters).some((name) => counters[name] < latest.counters[name])) {
      past = [];
      this.seen.set(key, past);
    }
    past.push({ time, counters });
    if (past.length > KEPT) past.shift();
    let first = past[0];
    for (const one of past) if (time - one.time >= WINDOW) first = one;
    const seconds = (time - first.time) / 1000;
    const result = {};
    for (const name of Object.keys(counters)) {
      result[name] = seconds > 0.2 ? (counters[name] - first.counters[name]) / seconds : null;
    }
    return result;
  }

  /** The rates of one counter over the last minute, the oldest first. */
  history(key, name) {
    const past = this.seen.get(key) || [];
    return past.slice(1).map((one, index) =>
      Math.max(0, ((one.counters[name] - past[index].counters[name]) * 1000) / Math.max(1, one.time - past[index].time)));
  }
}
