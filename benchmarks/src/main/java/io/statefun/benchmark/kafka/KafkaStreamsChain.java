/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.benchmark.ChainLoad;
import io.statefun.benchmark.Options;
import java.nio.ByteBuffer;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.NullUnmarked;

/**
 * The chain from topic to topic with Kafka Streams, as its users write it who care for speed: a
 * state is one value of a RocksDB store, and what is sent between the steps is as small as can be.
 */
public final class KafkaStreamsChain {

  private static final int STATE_BYTES = ChainLoad.STATE_BYTES + Long.BYTES;
  private static final String FIRST_STORE = "a";
  private static final String SECOND_STORE = "b";

  private KafkaStreamsChain() {}

  /** Runs it until the process is told to end. */
  public static void main(String[] arguments) throws InterruptedException {
    Options options =
        new Options(
            arguments,
            "bootstrap-servers",
            "application",
            "events-topic",
            "results-topic",
            "keys",
            "partitions",
            "threads",
            "commit-interval",
            "cache-bytes",
            "state",
            "settings");
    KafkaStreams streams = new KafkaStreams(topology(options).build(), settings(options));
    streams.setUncaughtExceptionHandler(
        failure -> {
          failure.printStackTrace();
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close();
                  ended.countDown();
                }));
    streams.start();
    ended.await();
  }

  private static StreamsBuilder topology(Options options) {
    ChainLoad load = new ChainLoad(options.integer("keys", 100_000));
    boolean cached = options.number("cache-bytes", 0) > 0;
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(
            options.text("events-topic", "events"), Consumed.with(Serdes.String(), Serdes.String()))
        .process(step(FIRST_STORE, cached, () -> new Counter(load)))
        .repartition(
            Repartitioned.with(Serdes.String(), stepSerde())
                .withName("steps")
                .withNumberOfPartitions(options.integer("partitions", 4)))
        .process(step(SECOND_STORE, cached, Summer::new))
        .to(
            options.text("results-topic", "results"),
            Produced.with(Serdes.String(), Serdes.String()));
    return builder;
  }

  private static Properties settings(Options options) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, options.text("application", "chain"));
    settings.put(
        StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, options.text("bootstrap-servers", "127.0.0.1"));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, options.number("commit-interval", 100));
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, options.number("cache-bytes", 0));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.integer("threads", 2));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, options.text("state", "state"));
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    for (String setting : options.text("settings", "").split(",")) {
      int equals = setting.indexOf('=');
      if (equals > 0) {
        settings.put(setting.substring(0, equals), setting.substring(equals + 1));
      }
    }
    return settings;
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name, boolean cached) {
    StoreBuilder<KeyValueStore<String, byte[]>> store =
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray());
    return cached ? store.withCachingEnabled() : store.withCachingDisabled();
  }

  private static <I, O> ProcessorSupplier<String, I, String, O> step(
      String store,
      boolean cached,
      java.util.function.Supplier<Processor<String, I, String, O>> of) {
    return new ProcessorSupplier<>() {

      @Override
      public Processor<String, I, String, O> get() {
        return of.get();
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return Set.of(store(store, cached));
      }
    };
  }

  private static Serde<KafkaChainStep> stepSerde() {
    return Serdes.serdeFrom(
        (topic, step) -> step.toBytes(), (topic, bytes) -> KafkaChainStep.of(bytes));
  }

  /** What both steps do with their state: 100 bytes that change, and a number that grows. */
  @NullUnmarked
  private abstract static class Step<I, O> implements Processor<String, I, String, O> {

    private final String storeName;
    private KeyValueStore<String, byte[]> states;
    protected ProcessorContext<String, O> context;

    Step(String storeName) {
      this.storeName = storeName;
    }

    @Override
    public void init(ProcessorContext<String, O> newContext) {
      context = newContext;
      states = newContext.getStateStore(storeName);
    }

    long update(String key, long event, long increment) {
      byte[] before = states.get(key);
      byte[] payload = new byte[ChainLoad.STATE_BYTES];
      long number = increment;
      if (before != null) {
        System.arraycopy(before, 0, payload, 0, payload.length);
        number += ByteBuffer.wrap(before).getLong(ChainLoad.STATE_BYTES);
      }
      byte[] after = new byte[STATE_BYTES];
      System.arraycopy(ChainLoad.nextState(payload, event), 0, after, 0, payload.length);
      ByteBuffer.wrap(after).putLong(ChainLoad.STATE_BYTES, number);
      states.put(key, after);
      return number;
    }
  }

  private static final class Counter extends Step<String, KafkaChainStep> {

    private final ChainLoad load;

    Counter(ChainLoad load) {
      super(FIRST_STORE);
      this.load = load;
    }

    @Override
    public void process(Record<String, String> record) {
      long event = Long.parseLong(record.value());
      long count = update(record.key(), event, 1);
      context.forward(
          record.withKey(load.secondKey(event)).withValue(new KafkaChainStep(event, count)));
    }
  }

  private static final class Summer extends Step<KafkaChainStep, String> {

    Summer() {
      super(SECOND_STORE);
    }

    @Override
    public void process(Record<String, KafkaChainStep> record) {
      KafkaChainStep step = record.value();
      long sum = update(record.key(), step.event(), step.event());
      context.forward(record.withValue(step.result(sum)));
    }
  }
}
