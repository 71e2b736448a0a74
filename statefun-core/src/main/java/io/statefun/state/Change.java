/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import org.jspecify.annotations.Nullable;

/**
 * The last change of one key in one epoch. While its epoch goes on, its worker may set the value
 * again; after the cut it never changes.
 */
public final class Change {

  final byte[] key;
  final long epoch;
  @Nullable Object value;

  Change(byte[] key, @Nullable Object value, long epoch) {
    this.key = key;
    this.value = value;
    this.epoch = epoch;
  }

  /** The key. */
  public byte[] key() {
    return key;
  }

  /** A byte array, {@link io.statefun.wire.StoredBytes}, or null if the key was removed. */
  public @Nullable Object value() {
    return value;
  }
}
