/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import io.statefun.remote.protocol.ToFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Records that an endpoint never answers, if it is told to: all of one key, and some of another.
 */
final class Poison {

  private static final String ALL = "k13";
  private static final String SOME = "k17";
  private static final int EVERY = 10;
  private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");

  private Poison() {}

  static boolean is(String key, long number) {
    return key.equals(ALL) || key.equals(SOME) && number % EVERY == 0;
  }

  /** Whether a batch is for an instance that is never answered. */
  static boolean isAll(ToFunction.InvocationBatchRequest batch) {
    return isFirst(batch) && batch.getTarget().getId().equals(ALL);
  }

  /** Whether a batch has any such record. */
  static boolean isIn(ToFunction.InvocationBatchRequest batch) {
    return isFirst(batch)
        && batch.getInvocationsList().stream()
            .anyMatch(
                message ->
                    is(
                        batch.getTarget().getId(),
                        number(message.getArgument().getValue().toStringUtf8())));
  }

  private static boolean isFirst(ToFunction.InvocationBatchRequest batch) {
    return batch.getTarget().getType().equals("first");
  }

  private static long number(String json) {
    Matcher matcher = NUMBER.matcher(json);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
