/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/**
 * The load of the chain: event n goes to one key of function A, and from there to one of function
 * B. Everything follows from the event's number, so that what has come out can be checked.
 *
 * @param keys how many keys each function has
 */
public record ChainLoad(int keys) {

  public static final String APPLICATION = "chain";
  public static final String FUNCTION_A = "chain/a";
  public static final String FUNCTION_B = "chain/b";
  public static final String INGRESS = "chain/events";
  public static final String EGRESS = "chain/results";

  /** How many bytes of state A and B read and write, besides A's counter. */
  public static final int STATE_BYTES = 100;

  /** The key of function A that an event goes to. */
  public String firstKey(long event) {
    return Integer.toString(firstIndex(event));
  }

  public int firstIndex(long event) {
    return index(mix(event));
  }

  /** The key of function B that an event goes to. */
  public String secondKey(long event) {
    return Integer.toString(secondIndex(event));
  }

  public int secondIndex(long event) {
    return index(mix(event ^ 0x5DEECE66DL));
  }

  private int index(long random) {
    return (int) Math.multiplyHigh(random & Long.MAX_VALUE, 2L * keys);
  }

  // The mixing function of SplitMix64 (Guy Steele, Doug Lea, Christine Flood; public domain).
  private static long mix(long event) {
    long z = (event + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** What becomes of a state by an event: 100 new bytes, which depend on the old ones. */
  public static byte[] nextState(byte[] before, long event) {
    byte[] next = new byte[STATE_BYTES];
    System.arraycopy(before, 0, next, 8, STATE_BYTES - 8);
    for (int i = 0; i < 8; i++) {
      next[i] = (byte) (event >>> (8 * i));
    }
    return next;
  }

  /** The same for a state that cannot be changed by those who hold it. */
  public static ByteString nextState(ByteString before, long event) {
    byte[] next = new byte[STATE_BYTES];
    before.copyTo(next, 0, 8, STATE_BYTES - 8);
    for (int i = 0; i < 8; i++) {
      next[i] = (byte) (event >>> (8 * i));
    }
    return UnsafeByteOperations.unsafeWrap(next);
  }
}
