/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.message.TypeName;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * The properties of the engine's use of Kafka. Where Kafka is and how to log in is said with
 * spring.kafka.*.
 *
 * @param enabled Whether Kafka commits the epochs. The default is to do so if there is an ingress
 *     or an egress here.
 * @param groupId The consumer group, one for each application. The default is the application's
 *     name.
 * @param internalTopic The topic whose partitions stand for those of the application. It is made if
 *     it does not exist. The default is {application name}.messages.
 * @param replicationFactor The replication factor with which the internal topic is made. The
 *     default is the brokers' own.
 * @param nodeId Identifies this node among those of the application, also after a restart. The
 *     default is kept in the data directory.
 * @param sessionTimeout The time after which a node that is not heard of is taken for dead, and
 *     another one goes on.
 * @param transactionTimeout The time after which the brokers give up a transaction whose node is
 *     not heard of.
 * @param ingress The topics from which functions get messages.
 * @param egress The topics to which functions give records.
 */
@ConfigurationProperties("statefun.kafka")
public record StateFunKafkaProperties(
    @Nullable Boolean enabled,
    @Nullable String groupId,
    @Nullable String internalTopic,
    @DefaultValue("-1") short replicationFactor,
    @Nullable String nodeId,
    @DefaultValue("10s") Duration sessionTimeout,
    @DefaultValue("30s") Duration transactionTimeout,
    @DefaultValue List<Ingress> ingress,
    @DefaultValue List<Egress> egress)
    implements Validator {

  public StateFunKafkaProperties {
    ingress = List.copyOf(ingress);
    egress = List.copyOf(egress);
  }

  /**
   * A topic from which functions get messages, or several.
   *
   * @param name The name of the ingress, namespace/name, under which failures are reported. The
   *     default is kafka/{first topic}.
   * @param topics The names of the topics.
   * @param topicPattern A regular expression for the names of the topics, instead of the names.
   * @param type The class of the values. String and byte[] are read as they are, protobuf messages
   *     as such, and everything else as JSON.
   * @param target The type of the function that gets each record as a message, namespace/name.
   *     Without it, Router beans decide.
   * @param id Where the function's id is. One of key, header:{name} and field:{path}.
   * @param start Where to begin with a partition from which nothing was ever read.
   * @param startTime The time from which on records are read of a partition from which nothing was
   *     ever read, instead of start.
   * @param startOffsets The offsets where to begin, by {topic}-{partition}, before start and
   *     startTime.
   * @param lostRecords What happens if the record that is next is no longer there.
   * @param tombstones What happens with records without value.
   * @param deadLetterTopic The topic for records that cannot be read. The default is the record's
   *     own topic with -dlt behind it. Records which that topic does not take either become dead
   *     letters in the state, as all do if this is empty.
   */
  public record Ingress(
      @Nullable String name,
      @DefaultValue List<String> topics,
      @Nullable String topicPattern,
      @Nullable String type,
      @Nullable String target,
      @DefaultValue("key") String id,
      @DefaultValue("earliest") Start start,
      @Nullable Instant startTime,
      @DefaultValue Map<String, Long> startOffsets,
      @DefaultValue("fail") LostRecords lostRecords,
      @DefaultValue("reject") Tombstones tombstones,
      @Nullable String deadLetterTopic) {

    public Ingress {
      topics = List.copyOf(topics);
      startOffsets = Map.copyOf(startOffsets);
    }

    TypeName effectiveName() {
      if (name != null) {
        return TypeName.parse(name);
      }
      String source = topics.isEmpty() ? String.valueOf(topicPattern) : topics.get(0);
      return TypeName.of("kafka", source);
    }
  }

  /** Where to begin with a partition from which nothing was ever read. */
  public enum Start {
    /** At its first record. */
    EARLIEST,
    /** Behind its last record. */
    LATEST,
    /** Nowhere: the ingress cannot be read, and health tells. */
    NONE
  }

  /** What happens if the record that is next is no longer there. */
  public enum LostRecords {
    /** The ingress cannot be read, and health tells. */
    FAIL,
    /** It goes on with the first record that is there. */
    EARLIEST,
    /** It goes on behind the last record. */
    LATEST
  }

  /** What happens with records without value. */
  public enum Tombstones {
    /** They are records that cannot be read. */
    REJECT,
    /** Nothing. */
    IGNORE,
    /** Router beans of ConsumerRecord see them, with null for the value. */
    ROUTE
  }

  /**
   * A topic to which functions give records.
   *
   * @param name The name of the egress, namespace/name, which functions give to Context.egress.
   * @param topic The topic's name. A record can name another one by a header kafka_topic.
   * @param guarantee What is certain of the records.
   * @param refused What happens with a record that the brokers refuse for good.
   * @param properties Further settings of the producer, for records that are not part of the
   *     commit.
   */
  public record Egress(
      @Nullable String name,
      @Nullable String topic,
      @DefaultValue("exactly-once") Guarantee guarantee,
      @DefaultValue("dead-letter") Refused refused,
      @DefaultValue Map<String, String> properties) {

    public Egress {
      properties = Map.copyOf(properties);
    }
  }

  /** What is certain of the records of an egress. */
  public enum Guarantee {
    /** Each is there once, for consumers that read committed records. */
    EXACTLY_ONCE,
    /** Each is there, perhaps several times. */
    AT_LEAST_ONCE,
    /** Nothing: records that could not be sent are gone. */
    NONE
  }

  /** What happens with a record that the brokers refuse for good. */
  public enum Refused {
    /** It becomes a dead letter. */
    DEAD_LETTER,
    /** The engine stops; with at-least-once, the record is tried again and again. */
    STOP
  }

  @Override
  public boolean supports(Class<?> type) {
    return type == StateFunKafkaProperties.class;
  }

  @Override
  public void validate(Object target, Errors errors) {
    ((StateFunKafkaProperties) target).validate(errors);
  }

  private void validate(Errors errors) {
    check(errors, sessionTimeout.toMillis() >= 1_000, "sessionTimeout", "must be at least 1s");
    check(
        errors,
        transactionTimeout.toMillis() >= 1_000,
        "transactionTimeout",
        "must be at least 1s");
    Set<String> topics = new HashSet<>();
    for (int i = 0; i < ingress.size(); i++) {
      validate(errors, "ingress[" + i + "].", ingress.get(i), topics);
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < egress.size(); i++) {
      String path = "egress[" + i + "].";
      Egress one = egress.get(i);
      checkName(errors, path + "name", one.name, true);
      check(
          errors, names.add(String.valueOf(one.name)), path + "name", "is that of another egress");
      check(errors, StringUtils.hasText(one.topic), path + "topic", "must name the topic");
    }
  }

  private static void validate(Errors errors, String path, Ingress ingress, Set<String> allTopics) {
    checkName(errors, path + "name", ingress.name, false);
    checkName(errors, path + "target", ingress.target, false);
    check(
        errors,
        ingress.topics.isEmpty() != (ingress.topicPattern == null),
        path + "topics",
        "must name the topics, or topic-pattern must; not both");
    for (String topic : ingress.topics) {
      check(
          errors,
          allTopics.add(topic),
          path + "topics",
          "has '" + topic + "', from which another ingress reads");
    }
    check(
        errors, isPattern(ingress.topicPattern), path + "topicPattern", "is no regular expression");
    check(errors, StringUtils.hasText(ingress.type), path + "type", "must name the values' class");
    check(
        errors,
        ingress.id.equals("key") || ingress.id.matches("(header|field):.+"),
        path + "id",
        "must be key, header:{name} or field:{path}");
    check(
        errors,
        ingress.tombstones != Tombstones.ROUTE || ingress.target == null,
        path + "tombstones",
        "must not be route with a target: a function gets values, and routers whole records");
  }

  private static boolean isPattern(@Nullable String pattern) {
    try {
      return pattern == null || !Pattern.compile(pattern).pattern().isEmpty();
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private static void checkName(
      Errors errors, String path, @Nullable String name, boolean required) {
    if (name == null) {
      check(errors, !required, path, "must be set, as in shop/orders");
      return;
    }
    try {
      TypeName.parse(name);
    } catch (IllegalArgumentException e) {
      check(errors, false, path, String.valueOf(e.getMessage()));
    }
  }

  private static void check(Errors errors, boolean valid, String path, String message) {
    if (!valid) {
      errors.rejectValue(path, "invalid", message);
    }
  }
}
