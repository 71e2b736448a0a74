/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * The sample on Kafka: the topics, the provider as a process of its own, and the publisher of the
 * change events. What the application itself has of it is a router; the rest is configuration.
 */
@NullMarked
package io.statefun.sample.billing.kafka;

import org.jspecify.annotations.NullMarked;
