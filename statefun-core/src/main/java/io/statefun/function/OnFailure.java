/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What happens when a handler of the function throws. The message is tried again with growing
 * pauses; meanwhile later messages for the same instance wait, and all others go on.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnFailure {

  /** How often the message is handled before the node gives up, the first time included. */
  int maxAttempts() default 5;

  /** The pause before the second attempt, as in {@code 100ms}. */
  String initialBackoff() default "100ms";

  /** The longest pause. */
  String maxBackoff() default "1m";

  /** By how much each pause is longer than the one before. */
  double multiplier() default 2.0;

  /** What happens to a message that was tried {@link #maxAttempts} times in vain. */
  Then then() default Then.DEAD_LETTER;

  /** What happens when all attempts have failed. */
  enum Then {
    /** The message goes to the dead letters with the cause, and the instance goes on. */
    DEAD_LETTER,
    /** The function stops, its messages wait, and the health says so, until a restart. */
    STOP
  }
}
