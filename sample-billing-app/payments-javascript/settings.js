/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

const MILLIS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration as Spring Boot's simple form has it: 500ms, 5s; a number alone is milliseconds. */
function millis(text) {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)?$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new Error(`'${text}' is no duration such as 500ms or 5s`);
  }
  return Number(amount) * MILLIS[unit ?? 'ms'];
}

function whole(text) {
  if (!/^\d+$/.test(text)) {
    throw new Error(`'${text}' is no number`);
  }
  return Number(text);
}

/**
 * What the server is told: its own --port and --parent, and of the application's arguments those that concern payments.
 * They have the same names and defaults, so that both processes can be given the same; others are passed over.
 */
function settingsOf(args) {
  const given = new Map(
    args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2).split(/=(.*)/s, 2)),
  );
  const setting = (name, fallback, read = String) => read(given.get(name) ?? fallback);
  const onKafka = setting('spring.profiles.active', '').split(',').includes('kafka');
  return {
    port: setting('port', '8000', whole),
    parent: given.has('parent') ? whole(given.get('parent')) : undefined,
    maxAttempts: setting('billing.max-attempts', '20', whole),
    retryBackoff: setting('billing.retry-backoff', '500ms', millis),
    requestsTopic: onKafka ? setting('billing.topics.payment-requests', 'billing.payment-requests') : undefined,
  };
}

module.exports = { settingsOf };
