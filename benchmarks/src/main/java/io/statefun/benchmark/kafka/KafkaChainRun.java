/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.ChainLoad;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures an engine that takes events from one topic to another in two steps with state. First the
 * throughput, with events that are there when it starts; then, at a rate, the time from when an
 * event is due until its record can be read by a consumer of committed records.
 */
final class KafkaChainRun {

  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private final KafkaServices services;
  private final Path data;
  private final Load load;

  /**
   * What an engine is to do.
   *
   * @param warmUp events before the throughput is measured
   * @param events events by which it is measured
   * @param rate events in a second when latency is measured; 0 not to do so
   * @param rateWarmUp for how many seconds before
   * @param seconds for how long
   */
  record Load(
      ChainLoad chain,
      int partitions,
      long warmUp,
      long events,
      long rate,
      long rateWarmUp,
      long seconds) {

    /** The load of which this one's throughput is measured by many times the events. */
    Load shared(int times) {
      return new Load(chain, partitions, warmUp / times, events / times, rate, rateWarmUp, seconds);
    }

    long preloaded() {
      return warmUp + events;
    }

    long all() {
      return preloaded() + rate * (rateWarmUp + seconds);
    }
  }

  KafkaChainRun(KafkaServices services, Path data, Load load) {
    this.services = services;
    this.data = data;
    this.load = load;
  }

  KafkaChainResult run(KafkaEngineSettings settings) throws IOException {
    String name = settings.name().replaceAll("[^A-Za-z0-9]", "-");
    String eventsTopic = name + "-events";
    String resultsTopic = name + "-results";
    services.createTopics(load.partitions(), eventsTopic, resultsTopic);
    try (KafkaEvents bulk =
        new KafkaEvents(services.bootstrapServers(), eventsTopic, load.chain(), true)) {
      bulk.preload(0, load.preloaded());
    }
    System.out.printf("%s: %,d events%n", settings.name(), load.preloaded());
    try (KafkaResults results =
            new KafkaResults(
                services.bootstrapServers(), resultsTopic, load.partitions(), load.chain());
        KafkaEngine engine =
            KafkaEngine.start(
                settings,
                new KafkaEngine.Place(
                    name,
                    data.resolve(name),
                    services,
                    eventsTopic,
                    resultsTopic,
                    load.partitions(),
                    load.chain().keys()))) {
      KafkaChainResult.Throughput throughput = throughput(engine, results);
      if (load.rate() > 0) {
        pace(settings, engine, results, eventsTopic);
      }
      KafkaChainResult result =
          new KafkaChainResult(
              settings.name(),
              throughput,
              results.latencies(),
              engine.peakMemoryMegabytes(),
              results.isCorrect(load.all()));
      System.out.println(result.report());
      return result;
    }
  }

  private KafkaChainResult.Throughput throughput(KafkaEngine engine, KafkaResults results) {
    await(engine, results, load.warmUp());
    long from = results.count();
    long begun = System.nanoTime();
    long engineCpu = KafkaEngine.cpu(engine.process()).toNanos();
    long brokerCpu = KafkaEngine.cpu(services.broker()).toNanos();
    long transactions = results.transactions();
    await(engine, results, load.preloaded());
    double seconds = (System.nanoTime() - begun) / 1e9;
    double events = results.count() - from;
    return new KafkaChainResult.Throughput(
        events / seconds,
        (results.transactions() - transactions) / seconds,
        (KafkaEngine.cpu(engine.process()).toNanos() - engineCpu) / 1e3 / events,
        (KafkaEngine.cpu(services.broker()).toNanos() - brokerCpu) / 1e3 / events);
  }

  private void pace(
      KafkaEngineSettings settings, KafkaEngine engine, KafkaResults results, String topic) {
    System.out.printf("%s: %,d events a second%n", settings.name(), load.rate());
    KafkaEvents.Pace pace =
        new KafkaEvents.Pace(load.preloaded(), System.nanoTime() + 100_000_000, load.rate());
    results.measure(pace, load.preloaded() + load.rate() * load.rateWarmUp());
    try (KafkaEvents events =
        new KafkaEvents(services.bootstrapServers(), topic, load.chain(), false)) {
      events.pace(pace, load.all());
    }
    await(engine, results, load.all());
  }

  private static void await(KafkaEngine engine, KafkaResults results, long goal) {
    long seen = -1;
    long seenAt = System.nanoTime();
    for (long count = results.count(); count < goal; count = results.count()) {
      engine.check();
      if (count != seen) {
        seen = count;
        seenAt = System.nanoTime();
      } else if (System.nanoTime() - seenAt > PATIENCE_NANOS) {
        throw new IllegalStateException(
            "Nothing has come out for two minutes after %,d records: %s"
                .formatted(count, engine.log()));
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
