/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

/**
 * What an object in Redis is made of: chunks of one size, the last of which may be shorter.
 *
 * @param attempt whose chunks they are; no two attempts have the same
 * @param length the object's length in bytes
 * @param chunkSize the length of a chunk in bytes
 */
record StoredObject(String attempt, long length, int chunkSize) {

  /** How many chunks there are; an empty object has none. */
  int chunks() {
    return Math.toIntExact((length + chunkSize - 1) / chunkSize);
  }
}
