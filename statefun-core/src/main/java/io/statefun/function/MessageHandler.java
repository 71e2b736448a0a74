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
 * Marks a method that handles messages of the type of its message parameter.
 *
 * <p>Parameters, in any order: exactly one message (or {@link AsyncResult}), any number of {@link
 * State} parameters, and optionally the {@link Context}, or an {@link io.statefun.message.Address}
 * for the caller, null if there is none. The method returns nothing. What it does takes effect when
 * it returns, all together; if it throws, nothing of it does.
 *
 * <p>Of several handlers that could take a message, the one with the most specific type gets it. A
 * handler for {@link io.statefun.message.TypedValue} gets the messages of every other type.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface MessageHandler {}
