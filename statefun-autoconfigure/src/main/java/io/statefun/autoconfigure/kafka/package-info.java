/**
 * Kafka: events come from topics, records go to topics, and each epoch is committed by a
 * transaction. Built on the application's own {@code spring.kafka.*} settings.
 */
@NullMarked
package io.statefun.autoconfigure.kafka;

import org.jspecify.annotations.NullMarked;
