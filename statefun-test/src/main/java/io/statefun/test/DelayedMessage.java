/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.message.Address;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message, or a reminder, that waits for its time.
 *
 * @param time when it will be sent
 * @param target to whom
 * @param source by whom
 * @param message the message
 * @param name its cancellation token or the reminder's name, or null if it has none
 */
public record DelayedMessage(
    Instant time,
    Address target,
    @Nullable Address source,
    Object message,
    @Nullable String name) {}
