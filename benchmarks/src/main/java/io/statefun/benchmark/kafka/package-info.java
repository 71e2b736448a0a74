/** The load from a topic to a topic, with the engine and with Kafka Streams. */
@NullMarked
package io.statefun.benchmark.kafka;

import org.jspecify.annotations.NullMarked;
