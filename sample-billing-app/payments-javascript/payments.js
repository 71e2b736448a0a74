/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

const { egressMessageBuilder, kafkaEgressMessage, messageBuilder } = require('apache-flink-statefun');
const types = require('./types');

const TYPE = 'billing/payment';
const USER = 'billing/user';
const TOTALS = 'billing/totals';
const REQUESTS = 'billing/payment-requests';
const ALERTS = 'billing/alerts';
const LONGEST_DOUBLING = 4;

/**
 * One payment: asks the provider, waits for its answer, asks again after a pause if it declined, and tells the user's
 * function how it ended. It does, message for message, what PaymentFunction does in Java.
 */
class PaymentFunction {
  #settings;

  /**
   * @param {{maxAttempts: number, retryBackoff: number, requestsTopic?: string}} settings how often a payment is asked
   *     for, the first pause in milliseconds, and the topic of requests if they go to Kafka
   */
  constructor(settings) {
    this.#settings = settings;
  }

  /** What the SDK binds. */
  get spec() {
    return {
      typename: TYPE,
      specs: [{ name: 'payment', type: types.PAYMENT }],
      fn: (context, message) => this.handle(context, message),
    };
  }

  handle(context, message) {
    if (message.is(types.PAYMENT_DUE)) {
      this.#due(message.as(types.PAYMENT_DUE), context);
    } else if (message.is(types.PROVIDER_ANSWER)) {
      this.#answered(message.as(types.PROVIDER_ANSWER), context);
    } else if (message.is(types.RETRY_PAYMENT)) {
      this.#retry(message.as(types.RETRY_PAYMENT), context);
    } else if (message.is(types.PAYMENT_QUERY)) {
      query(message.as(types.PAYMENT_QUERY), context);
    } else {
      throw new Error(`A payment does not know ${message.valueTypeName}`);
    }
  }

  #due({ userId, period, amountCents }, context) {
    if (context.storage.payment !== null) {
      duplicate(context, 'It was asked for a second time');
      return;
    }
    this.#request({ userId, period, amountCents, status: 'REQUESTED', attempt: 1 }, context);
  }

  #answered(answer, context) {
    const payment = context.storage.payment;
    const problem = problemWith(answer, payment);
    if (payment === null) {
      count(context, 'UNKNOWN');
      alert(context, 'UNKNOWN', 'The provider answered a payment nobody asked for');
    } else if (problem !== null) {
      duplicate(context, problem);
    } else if (answer.outcome === 'PAID') {
      settle({ ...payment, status: 'SUCCEEDED' }, 'PAID', context);
    } else if (payment.attempt >= this.#settings.maxAttempts) {
      alert(context, 'GIVEN_UP', `Declined ${payment.attempt} times`);
      settle({ ...payment, status: 'GIVEN_UP' }, 'GIVEN_UP', context);
    } else {
      this.#retryLater(payment, context);
    }
  }

  #retry({ attempt }, context) {
    const payment = context.storage.payment;
    if (payment !== null && payment.status === 'DECLINED' && payment.attempt + 1 === attempt) {
      this.#request({ ...payment, status: 'REQUESTED', attempt }, context);
    }
  }

  #request(payment, context) {
    const id = context.self.id;
    context.storage.payment = payment;
    context.send(this.#record({ paymentId: id, attempt: payment.attempt, amountCents: payment.amountCents }));
  }

  // A record for Kafka has a key, and then the SDK wants to know the topic too.
  #record(request) {
    const topic = this.#settings.requestsTopic;
    const record = { typename: REQUESTS, value: request, valueType: types.PAYMENT_REQUEST };
    return topic ? kafkaEgressMessage({ ...record, topic, key: request.paymentId }) : egressMessageBuilder(record);
  }

  #retryLater(payment, context) {
    context.storage.payment = { ...payment, status: 'DECLINED' };
    count(context, 'RETRIED');
    context.sendAfter(
      this.pauseAfter(payment.attempt),
      messageBuilder({
        typename: TYPE,
        id: context.self.id,
        value: { attempt: payment.attempt + 1 },
        valueType: types.RETRY_PAYMENT,
      }),
    );
  }

  /** How many milliseconds to wait after an attempt that was declined. */
  pauseAfter(attempt) {
    return this.#settings.retryBackoff * 2 ** Math.min(attempt - 1, LONGEST_DOUBLING);
  }
}

function query({ paymentId }, context) {
  const { typename, id } = context.caller;
  const value = { paymentId, payment: context.storage.payment };
  context.send(messageBuilder({ typename, id, value, valueType: types.PAYMENT_VIEW }));
}

function problemWith(answer, payment) {
  if (answer.outcome === 'DUPLICATE') {
    return `The provider got attempt ${answer.attempt} twice and refused the second`;
  }
  const waits = payment === null || (payment.status === 'REQUESTED' && payment.attempt === answer.attempt);
  return waits ? null : `The provider answered attempt ${answer.attempt} a second time`;
}

function settle(payment, counted, context) {
  context.storage.payment = payment;
  count(context, counted);
  const value = { paymentId: context.self.id, paid: payment.status === 'SUCCEEDED' };
  context.send(messageBuilder({ typename: USER, id: payment.userId, value, valueType: types.PAYMENT_SETTLED }));
}

function duplicate(context, text) {
  count(context, 'DUPLICATES');
  alert(context, 'DUPLICATE', text);
}

function count(context, counted) {
  context.send(messageBuilder({ typename: TOTALS, id: 'all', value: { count: counted }, valueType: types.TALLY }));
}

function alert(context, kind, text) {
  const value = { kind, paymentId: context.self.id, text };
  context.send(egressMessageBuilder({ typename: ALERTS, value, valueType: types.ALERT }));
}

module.exports = { PaymentFunction };
