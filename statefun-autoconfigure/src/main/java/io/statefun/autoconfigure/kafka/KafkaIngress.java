/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.io.Ingress;
import io.statefun.message.TypeName;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** An ingress of topics, whose partitions are its splits. */
final class KafkaIngress implements Ingress {

  private final StateFunKafkaProperties.Ingress settings;
  private final TypeName name;
  private final @Nullable Pattern pattern;
  private final RecordRouter router;
  private volatile Consumer<Split> watcher = split -> {};

  KafkaIngress(StateFunKafkaProperties.Ingress settings, RecordRouter router) {
    this.settings = settings;
    this.name = settings.effectiveName();
    this.router = router;
    String regex = settings.topicPattern();
    this.pattern = regex == null ? null : Pattern.compile(regex);
  }

  StateFunKafkaProperties.Ingress settings() {
    return settings;
  }

  @Nullable Pattern pattern() {
    return pattern;
  }

  boolean reads(String topic) {
    return pattern == null ? settings.topics().contains(topic) : pattern.matcher(topic).matches();
  }

  @Override
  public TypeName name() {
    return name;
  }

  @Override
  public boolean positionsInLog() {
    return true;
  }

  @Override
  public List<Split> splits() {
    return List.of();
  }

  /** The same with the splits of a turn. */
  Ingress during(KafkaTurn turn) {
    return new DuringTurn(turn);
  }

  @Override
  public void watch(Consumer<Split> appeared) {
    watcher = appeared;
  }

  @Override
  public int reader(Split split, int partitions) {
    return PartitionAssignor.reader(((KafkaSplit) split).partition(), partitions);
  }

  void appeared(KafkaSplit split) {
    watcher.accept(split);
  }

  void route(ConsumerRecord<byte[], byte[]> one, Collector out) {
    router.route(one, out);
  }

  private final class DuringTurn implements Ingress {

    private final KafkaTurn turn;

    DuringTurn(KafkaTurn turn) {
      this.turn = turn;
    }

    @Override
    public TypeName name() {
      return name;
    }

    @Override
    public boolean positionsInLog() {
      return true;
    }

    @Override
    public List<Split> splits() {
      return List.copyOf(turn.splitsOf(KafkaIngress.this));
    }

    @Override
    public int reader(Split split, int partitions) {
      return KafkaIngress.this.reader(split, partitions);
    }
  }
}
