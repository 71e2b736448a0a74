/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.Latencies;
import io.statefun.benchmark.Report;

/**
 * What was measured of an engine from topic to topic.
 *
 * @param peakMemory the most that its process had at a time, in MiB
 * @param correct whether all came out that should, and nothing else
 */
record KafkaChainResult(
    String name, Throughput throughput, Latencies latencies, long peakMemory, boolean correct) {

  /**
   * As fast as possible.
   *
   * @param engineCpuMicros processor time of the engine's process for an event
   * @param brokerCpuMicros the same of the broker's
   */
  record Throughput(
      double eventsPerSecond,
      double commitsPerSecond,
      double engineCpuMicros,
      double brokerCpuMicros) {}

  double p99() {
    return latencies.millis(0.99);
  }

  Report report() {
    return new Report()
        .add("engine", name)
        .add("events_per_second", Math.round(throughput.eventsPerSecond()))
        .add("commits_per_second", throughput.commitsPerSecond())
        .add("engine_cpu_micros_per_event", throughput.engineCpuMicros())
        .add("broker_cpu_micros_per_event", throughput.brokerCpuMicros())
        .add("latency_p50_ms", latencies.millis(0.50))
        .add("latency_p99_ms", p99())
        .add("latency_max_ms", latencies.millis(1))
        .add("peak_rss_mb", peakMemory)
        .add("correct", correct);
  }
}
