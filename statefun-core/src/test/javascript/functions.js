/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

// The functions of SdkFunctions in Java, as users of the JavaScript SDK write them.

const { StateFun, egressMessageBuilder, kafkaEgressMessage, messageBuilder } = require('apache-flink-statefun');
const { LONG, DOUBLE, POINT, ORDER, bytesOf } = require('./types');

const SINK = 'ref/sink';
const OUT = 'ref/out';

const STATES = [
  { name: 'bool', type: StateFun.booleanType() },
  { name: 'int', type: StateFun.intType() },
  { name: 'long', type: LONG, expireAfterWrite: 3_600_000 },
  { name: 'float', type: StateFun.floatType() },
  { name: 'double', type: DOUBLE },
  { name: 'string', type: StateFun.stringType(), expireAfterCall: 3_600_000 },
  { name: 'point', type: POINT },
  { name: 'json', type: ORDER },
];

/** The value that a number stands for in a state. */
const VALUES = {
  bool: (number) => number % 2 !== 0,
  int: (number) => number,
  long: (number) => BigInt(number) * 3n,
  float: (number) => number / 2,
  double: (number) => number / 3,
  string: (number) => (number === 0 ? '' : `nümber ${number}`),
  point: (number) => ({ x: number, y: -number }),
  json: (number) => ({ item: `item ${number}`, pieces: number }),
};

const typeOf = (state) => STATES.find((spec) => spec.name === state).type;

const STEPS = {
  set(context, state, number) {
    context.storage[state] = VALUES[state](Number(number));
  },
  clear(context, state) {
    context.storage[state] = null;
  },
  show(context, state) {
    const value = context.storage[state];
    const message = value === null ? { value: 'none' } : { value, valueType: typeOf(state) };
    context.send(messageBuilder({ typename: SINK, id: 's', ...message }));
  },
  send(context, id, number) {
    context.send(messageBuilder({ typename: SINK, id, value: Number(number) }));
  },
  later(context, delay, number) {
    context.sendAfter(Number(delay), messageBuilder({ typename: SINK, id: 's', value: Number(number) }));
  },
  token(context, token, delay) {
    const { typename, id } = context.self;
    context.sendAfter(Number(delay), messageBuilder({ typename, id, value: token }), token);
  },
  cancel(context, token) {
    context.cancelDelayedMessage(token);
  },
  egress(context, state, number) {
    const value = VALUES[state](Number(number));
    context.send(egressMessageBuilder({ typename: OUT, value, valueType: typeOf(state) }));
  },
  kafka(context, number) {
    const record = { topic: 'topic', key: `key ${number}`, value: `value ${number}` };
    context.send(kafkaEgressMessage({ typename: 'ref/kafka', ...record }));
  },
  reply(context, number) {
    if (context.caller !== null) {
      const { typename, id } = context.caller;
      context.send(messageBuilder({ typename, id, value: Number(number) }));
    }
  },
};

const calculator = {
  typename: 'ref/calculator',
  specs: STATES,
  fn(context, message) {
    for (const line of message.asString().split('\n')) {
      const [step, ...words] = line.split(' ');
      STEPS[step](context, ...words);
    }
  },
};

const stateless = {
  typename: 'ref/stateless',
  fn(context, message) {
    const asItIs = { value: message.rawValueBytes, valueType: bytesOf(message.valueTypeName) };
    context.send(messageBuilder({ typename: SINK, id: 's', ...asItIs }));
    context.send(egressMessageBuilder({ typename: OUT, ...asItIs }));
  },
};

const asking = {
  typename: 'ref/asking',
  specs: [{ name: 'answers', type: StateFun.stringType() }],
  async fn(context, message) {
    const answer = await Promise.resolve(`answer to ${message.asString()}`);
    context.storage.answers = `${context.storage.answers ?? ''}${answer}; `;
    context.send(messageBuilder({ typename: SINK, id: 's', value: answer }));
  },
};

module.exports = { functions: [calculator, stateless, asking] };
