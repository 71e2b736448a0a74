/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

// Functions of the engine's tests, some in several versions.

const { StateFun, messageBuilder } = require('apache-flink-statefun');

const HOUR = 3_600_000;
const LOG = { name: 'log', type: StateFun.stringType() };
const COUNT = { name: 'count', type: StateFun.intType() };
const WRITTEN = { name: 'written', type: StateFun.stringType(), expireAfterWrite: HOUR };
const CALLED = { name: 'called', type: StateFun.stringType(), expireAfterCall: HOUR };

function reply(context, value) {
  if (context.caller !== null) {
    const { typename, id } = context.caller;
    context.send(messageBuilder({ typename, id, value }));
  }
}

function log(context, message) {
  const all = `${context.storage.log ?? ''}${message.asString()},`;
  context.storage.log = all;
  reply(context, all);
}

function countingLog(context) {
  context.storage.count = (context.storage.count ?? 0) + 1;
  reply(context, `${context.storage.log ?? ''}${context.storage.count}`);
}

function alarm(context, message) {
  const [step, text, delay] = message.asString().split(' ');
  const toSink = () => messageBuilder({ typename: 'ref/sink', id: 's', value: text });
  switch (step) {
    case 'after':
      context.sendAfter(Number(delay), toSink());
      break;
    case 'set':
      context.sendAfter(Number(delay), toSink(), text);
      break;
    case 'setAndCancel':
      context.sendAfter(1, toSink(), text);
      context.cancelDelayedMessage(text);
      break;
    default:
      context.cancelDelayedMessage(text);
  }
  reply(context, 'done');
}

function expiring(context, message) {
  if (message.asString() === 'set') {
    context.storage.written = 'written';
    context.storage.called = 'called';
  }
  reply(context, `${context.storage.written ?? '-'} ${context.storage.called ?? '-'}`);
}

module.exports = {
  versions: {
    LOG: { typename: 'sdk/log', specs: [LOG], fn: log },
    LOG_WITH_MORE: { typename: 'sdk/log', specs: [LOG, COUNT], fn: log },
    COUNTING_LOG: { typename: 'sdk/log', specs: [LOG, COUNT], fn: countingLog },
    STATELESS_LOG: { typename: 'sdk/log', fn: (context) => reply(context, 'nothing') },
    ALARM: { typename: 'sdk/alarm', fn: alarm },
    EXPIRING: { typename: 'sdk/expiring', specs: [WRITTEN, CALLED], fn: expiring },
  },
};
