/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { settingsOf } = require('../settings');

it('settings have the defaults of the application', () => {
  assert.deepEqual(settingsOf([]), {
    port: 8000,
    parent: undefined,
    maxAttempts: 20,
    retryBackoff: 500,
    requestsTopic: undefined,
  });
});

it('settings are read from the arguments of the application', () => {
  const args = [
    '--port=0',
    '--parent=17',
    '--billing.users=900',
    '--billing.max-attempts=100',
    '--billing.retry-backoff=2s',
    '--spring.profiles.active=kafka,redis',
    '--billing.topics.payment-requests=requests',
  ];
  assert.deepEqual(settingsOf(args), {
    port: 0,
    parent: 17,
    maxAttempts: 100,
    retryBackoff: 2_000,
    requestsTopic: 'requests',
  });
});

it('what is given last counts', () => {
  assert.equal(settingsOf(['--port=1', '--port=2']).port, 2);
});

it('a mistake is named', () => {
  assert.throws(() => settingsOf(['--billing.retry-backoff=soon']), /soon/);
  assert.throws(() => settingsOf(['--port=any']), /any/);
});
