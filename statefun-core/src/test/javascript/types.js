/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

const { StateFun } = require('apache-flink-statefun');

/** A type that the SDK lacks: a tag and eight bytes, or nothing at all if they are the default. */
function wrapped(name, write, read, isDefault) {
  const serialize = (value) => {
    if (isDefault(value)) {
      return Buffer.alloc(0);
    }
    const bytes = Buffer.alloc(9);
    bytes[0] = 0x09;
    write(bytes, value);
    return bytes;
  };
  const deserialize = (bytes) => (bytes.length === 0 ? read(Buffer.alloc(9)) : read(bytes));
  return StateFun.customType(`io.statefun.types/${name}`, serialize, deserialize);
}

const LONG = wrapped(
  'long',
  (bytes, value) => bytes.writeBigInt64LE(value, 1),
  (bytes) => bytes.readBigInt64LE(1),
  (value) => value === 0n,
);
const DOUBLE = wrapped(
  'double',
  (bytes, value) => bytes.writeDoubleLE(value, 1),
  (bytes) => bytes.readDoubleLE(1),
  (value) => Object.is(value, 0),
);

/** Two numbers as eight bytes. */
const POINT = StateFun.customType(
  'ref/point',
  ({ x, y }) => {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(x, 0);
    bytes.writeInt32BE(y, 4);
    return bytes;
  },
  (bytes) => ({ x: bytes.readInt32BE(0), y: bytes.readInt32BE(4) }),
);

const ORDER = StateFun.jsonType('ref/order');

/** Bytes under any name. */
const bytesOf = (typename) => StateFun.customType(typename, (bytes) => bytes, (bytes) => bytes);

module.exports = { LONG, DOUBLE, POINT, ORDER, bytesOf };
