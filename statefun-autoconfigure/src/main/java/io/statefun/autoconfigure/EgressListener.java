/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a bean that receives the records which functions give to an egress.
 *
 * <pre>{@code
 * @EgressListener("billing/receipts")
 * void on(Receipt receipt, Egress.Delivery delivery) {
 *   mailer.send(receipt, delivery.id());
 * }
 * }</pre>
 *
 * <p>The method takes the record's value, or an {@link io.statefun.io.Egress.Delivery}, or both. It
 * returns nothing. An egress may have several methods, and each receives the records whose value is
 * of its class. A record that none takes is not dropped: it is tried again, as after a failure.
 *
 * <p>A record comes after its epoch was committed, in the order of the commits for each partition,
 * one at a time. If a method throws, the record comes again to all of them, with growing pauses,
 * and those behind it wait; the application's health says so. After a crash a record may come again
 * though a method took it. It has the same {@linkplain io.statefun.io.Egress.Delivery#id() id}
 * then, by which the receiver can tell.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface EgressListener {

  /** The egress' name, {@code namespace/name}. */
  String value();
}
