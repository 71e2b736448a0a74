/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

const { StateFun } = require('apache-flink-statefun');

// The names that the Java records have by @MessageTypeName. What is in the JSON is in those records: no dates, money as a
// whole number of cents, constants of enums by their names.
const json = (name) => StateFun.jsonType(`billing/${name}`);

module.exports = {
  // State
  PAYMENT: json('payment'),
  // Messages to a payment
  PAYMENT_DUE: json('payment-due'),
  PROVIDER_ANSWER: json('provider-answer'),
  RETRY_PAYMENT: json('retry-payment'),
  PAYMENT_QUERY: json('payment-query'),
  // Messages of a payment
  PAYMENT_VIEW: json('payment-view'),
  PAYMENT_SETTLED: json('payment-settled'),
  TALLY: json('tally'),
  // Records for egresses
  PAYMENT_REQUEST: json('payment-request'),
  ALERT: json('alert'),
};
