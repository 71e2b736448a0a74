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
 * Marks a method that answers queries of the type of its message parameter, and changes nothing.
 *
 * <p>It sees the states of the instance as they were last committed, all as of the same commit. It
 * runs beside the instance's other handlers, many at once, and holds up none of them, however long
 * it takes. Therefore it can neither change a state nor send: whoever tries gets an {@link
 * IllegalStateException}.
 *
 * <p>Parameters as those of a {@link MessageHandler}: exactly one message, any number of {@link
 * State} parameters, and optionally the {@link Context}, or an {@link io.statefun.message.Address}
 * for the caller, null if there is none. What the method returns, which must not be null, is the
 * answer; it has a type that the application knows. A type of messages belongs either to queries or
 * to other messages.
 *
 * <p>A query that comes as an ordinary message, from another function or an ingress, is handled in
 * its turn and sees what the messages before it have changed. Its answer is sent to the caller, if
 * there is one.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface QueryHandler {}
