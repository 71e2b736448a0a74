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
 * Binds a handler's parameter of type {@link ValueState}, {@link ListState} or {@link MapState} to
 * a named state of the instance that handles the message.
 *
 * <p>A state is declared by its name: two parameters of one function with one name are the same
 * state, and must have the same types and retention.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface State {

  /** The state's name: a letter or {@code _}, then letters, digits and {@code _}. */
  String value();

  /**
   * The names that the state had before, the oldest first. With them a state can be renamed: the
   * first of them stays what it is stored under, so its order must never change. It is enough that
   * one parameter of the state names them.
   */
  String[] aliases() default {};

  /**
   * How long a value lives after it was last written, as in {@code 30d}, {@code 12h}, {@code 500ms}
   * or {@code PT10M}; for ever if empty. Each entry of a map expires by itself, and each entry of a
   * list from the time on when it was added, also if another was set in its place.
   */
  String expireAfterWrite() default "";

  /**
   * How long a value lives after it was last written or read; for ever if empty. Not for lists and
   * maps, and not together with {@link #expireAfterWrite}.
   */
  String expireAfterAccess() default "";
}
