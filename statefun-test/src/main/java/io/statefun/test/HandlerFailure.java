/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.message.Address;
import java.time.Instant;

/**
 * That a handler threw, once for each attempt.
 *
 * @param target the instance
 * @param message what it could not handle
 * @param cause what the handler threw
 * @param time when
 */
public record HandlerFailure(Address target, Object message, Throwable cause, Instant time) {}
