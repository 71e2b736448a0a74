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
 * Marks a class as a stateful function: its {@link MessageHandler} methods handle the messages of
 * all instances of one function type.
 *
 * <p>There is one object of the class for all instances, called by several threads at once, each
 * for another instance. It must therefore keep nothing about an instance in fields; what an
 * instance knows is in {@link State} parameters. For one instance, handlers run one at a time.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface StatefulFunction {

  /** The function's type name, {@code namespace/name}. It is part of every stored address. */
  String value();

  /**
   * The names that the function had before, the oldest first. With them a function can be renamed:
   * messages to any of its names reach the same instances.
   *
   * <p>The first of them stays what its instances are stored under, and what {@link Context#self}
   * and {@link Context#caller} say, so that an address is the same for ever. A function that is
   * renamed once more gets its latest name as the last alias. The order of those that are there
   * must never change.
   */
  String[] aliases() default {};
}
