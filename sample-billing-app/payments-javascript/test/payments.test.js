/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

const assert = require('node:assert/strict');
const { beforeEach, describe, it } = require('node:test');
const { messageBuilder } = require('apache-flink-statefun');
const { PaymentFunction } = require('../payments');
const types = require('../types');

const ID = 'u42-p3';
const REQUESTED = { userId: '42', period: 3, amountCents: 500, status: 'REQUESTED', attempt: 1 };

/** Keeps what a function does, as JSON under the names of its types. */
class FakeContext {
  self = { typename: 'billing/payment', id: ID };
  caller = { typename: 'test/caller', id: '1' };
  storage = { payment: null };
  sent = [];
  delayed = [];

  send(message) {
    this.sent.push(shown(message));
  }

  sendAfter(delay, message) {
    this.delayed.push({ delay, ...shown(message) });
  }

  valuesOf(type) {
    return this.sent.filter((one) => one.type === type.typename).map((one) => one.value);
  }
}

function shown(message) {
  const to = message.typename ?? `${message.targetAddress.typename}/${message.targetAddress.id}`;
  const value = message.typedValue;
  return { to, type: value.getTypename(), value: JSON.parse(Buffer.from(value.getValue_asU8()).toString()) };
}

describe('a payment', () => {
  let context;
  let payments;

  beforeEach(() => {
    context = new FakeContext();
    payments = new PaymentFunction({ maxAttempts: 3, retryBackoff: 1_000 });
  });

  function tell(valueType, value) {
    payments.handle(context, messageBuilder({ typename: 'billing/payment', id: ID, value, valueType }));
  }

  const due = () => tell(types.PAYMENT_DUE, { userId: '42', period: 3, amountCents: 500 });
  const answer = (attempt, outcome) => tell(types.PROVIDER_ANSWER, { paymentId: ID, attempt, outcome });
  const retry = (attempt) => tell(types.RETRY_PAYMENT, { attempt });
  const counts = () => context.valuesOf(types.TALLY).map((tally) => tally.count);
  const alerts = () => context.valuesOf(types.ALERT).map((alert) => alert.kind);

  it('that is due is asked for', () => {
    due();
    assert.deepEqual(context.storage.payment, REQUESTED);
    assert.deepEqual(context.sent, [
      {
        to: 'billing/payment-requests',
        type: 'billing/payment-request',
        value: { paymentId: ID, attempt: 1, amountCents: 500 },
      },
    ]);
  });

  it('that is paid has succeeded, and the user is told', () => {
    due();
    context.sent = [];
    answer(1, 'PAID');
    assert.deepEqual(context.storage.payment, { ...REQUESTED, status: 'SUCCEEDED' });
    assert.deepEqual(context.sent, [
      { to: 'billing/totals/all', type: 'billing/tally', value: { count: 'PAID' } },
      { to: 'billing/user/42', type: 'billing/payment-settled', value: { paymentId: ID, paid: true } },
    ]);
  });

  it('that is declined is asked for again after a pause that grows', () => {
    due();
    answer(1, 'DECLINED');
    retry(2);
    answer(2, 'DECLINED');
    const later = { to: `billing/payment/${ID}`, type: 'billing/retry-payment' };
    assert.deepEqual(context.delayed, [
      { ...later, delay: 1_000, value: { attempt: 2 } },
      { ...later, delay: 2_000, value: { attempt: 3 } },
    ]);
    assert.deepEqual(context.storage.payment, { ...REQUESTED, status: 'DECLINED', attempt: 2 });
    assert.deepEqual(context.valuesOf(types.PAYMENT_REQUEST).map((request) => request.attempt), [1, 2]);
  });

  it('that is declined as often as is allowed is given up', () => {
    due();
    answer(1, 'DECLINED');
    retry(2);
    answer(2, 'DECLINED');
    retry(3);
    answer(3, 'DECLINED');
    assert.equal(context.storage.payment.status, 'GIVEN_UP');
    assert.deepEqual(alerts(), ['GIVEN_UP']);
    assert.deepEqual(context.valuesOf(types.PAYMENT_SETTLED), [{ paymentId: ID, paid: false }]);
    assert.deepEqual(counts(), ['RETRIED', 'RETRIED', 'GIVEN_UP']);
  });

  it('that is answered twice stays as it is, and raises an alert', () => {
    due();
    answer(1, 'PAID');
    answer(1, 'PAID');
    assert.equal(context.valuesOf(types.PAYMENT_SETTLED).length, 1);
    assert.deepEqual(alerts(), ['DUPLICATE']);
    assert.deepEqual(counts(), ['PAID', 'DUPLICATES']);
  });

  it('of which the provider refused a second request goes on, and raises an alert', () => {
    due();
    answer(1, 'DUPLICATE');
    assert.equal(context.storage.payment.status, 'REQUESTED');
    assert.deepEqual(alerts(), ['DUPLICATE']);
  });

  it('that nobody asked for is unknown', () => {
    answer(1, 'PAID');
    assert.equal(context.storage.payment, null);
    assert.deepEqual(alerts(), ['UNKNOWN']);
    assert.deepEqual(counts(), ['UNKNOWN']);
  });

  it('that is due twice is asked for once', () => {
    due();
    due();
    assert.equal(context.valuesOf(types.PAYMENT_REQUEST).length, 1);
    assert.deepEqual(alerts(), ['DUPLICATE']);
  });

  it('passes over a retry that is not next', () => {
    due();
    answer(1, 'DECLINED');
    retry(3);
    retry(2);
    retry(2);
    assert.equal(context.valuesOf(types.PAYMENT_REQUEST).length, 2);
  });

  it('waits no longer than sixteen times the first pause', () => {
    assert.equal(payments.pauseAfter(5), 16_000);
    assert.equal(payments.pauseAfter(99), 16_000);
  });

  it('is shown to who asks', () => {
    tell(types.PAYMENT_QUERY, { paymentId: ID });
    due();
    tell(types.PAYMENT_QUERY, { paymentId: ID });
    assert.deepEqual(context.valuesOf(types.PAYMENT_VIEW), [
      { paymentId: ID, payment: null },
      { paymentId: ID, payment: REQUESTED },
    ]);
    assert.equal(context.sent[0].to, 'test/caller/1');
  });

  it('does not take what it does not know', () => {
    assert.throws(() => tell(types.ALERT, { kind: 'UNKNOWN' }), /billing\/alert/);
  });
});
