/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.statefun.autoconfigure.ApplicationName;
import io.statefun.autoconfigure.ConditionalOnEngine;
import io.statefun.autoconfigure.RecordRoutes;
import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.autoconfigure.StateFunEngineCustomizer;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.message.MessageTypes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.util.ClassUtils;

/** Has Kafka commit the epochs, if the application is configured to use it. */
@AutoConfiguration(
    beforeName = "io.statefun.autoconfigure.StateFunAutoConfiguration",
    afterName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@ConditionalOnEngine
@Conditional(OnKafkaInUse.class)
class StateFunKafkaAutoConfiguration {

  private static final String WHAT_TO_DO =
      "Add org.springframework.boot:spring-boot-starter-kafka, and say with"
          + " spring.kafka.bootstrap-servers where Kafka is; or set statefun.kafka.enabled to false.";

  /** With the library. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(KafkaAdmin.class)
  @EnableConfigurationProperties(StateFunKafkaProperties.class)
  static class LogConfiguration {

    @Bean
    RecordLag statefunKafkaLag() {
      return new RecordLag();
    }

    @Bean
    StateFunEngineCustomizer statefunKafka(
        StateFunKafkaProperties properties,
        StateFunProperties common,
        ApplicationName name,
        MessageTypes types,
        RecordRoutes routes,
        RecordLag lag,
        ObjectProvider<ConsumerFactory<?, ?>> consumers,
        ObjectProvider<ProducerFactory<?, ?>> producers,
        ObjectProvider<KafkaAdmin> admin,
        ResourceLoader resources) {
      KafkaClients clients =
          new KafkaClients(
              require(consumers, ConsumerFactory.class),
              require(producers, ProducerFactory.class),
              require(admin, KafkaAdmin.class));
      GroupSettings group = group(properties, name, common);
      ValueFormat format = new ValueFormat(types);
      RecordWriter writer =
          new RecordWriter(format, properties.egress(), common.deadLetters().egress());
      List<KafkaIngress> ingresses = new ArrayList<>();
      for (StateFunKafkaProperties.Ingress settings : properties.ingress()) {
        ingresses.add(ingress(settings, types, format, routes, group, resources.getClassLoader()));
      }
      return builder -> {
        builder.messageLog(new KafkaMessageLog(clients, group, ingresses, writer, lag));
        for (StateFunKafkaProperties.Egress settings : properties.egress()) {
          if (settings.guarantee() != StateFunKafkaProperties.Guarantee.EXACTLY_ONCE) {
            builder.egress(
                Objects.requireNonNull(settings.name()),
                new KafkaEgress(clients, settings, writer));
          }
        }
      };
    }

    private static <T> T require(ObjectProvider<? extends T> beans, Class<?> type) {
      T bean = beans.getIfAvailable();
      if (bean == null) {
        throw new StateFunConfigurationException(
            "statefun.kafka is configured, but the application has no bean of type "
                + type.getSimpleName()
                + ".",
            WHAT_TO_DO);
      }
      return bean;
    }
  }

  /** Measures how far the process is behind. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({KafkaAdmin.class, MeterBinder.class})
  static class MetricsConfiguration {

    @Bean
    MeterBinder statefunKafkaMetrics(RecordLag lag, StateFunKafkaProperties properties) {
      return new LagMetrics(
          lag,
          properties.ingress().stream()
              .map(StateFunKafkaProperties.Ingress::effectiveName)
              .distinct()
              .toList());
    }
  }

  /** Without it. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("org.springframework.kafka.core.KafkaAdmin")
  static class MissingLibraryConfiguration {

    @Bean
    StateFunEngineCustomizer statefunKafka() {
      throw new StateFunConfigurationException(
          "statefun.kafka is configured, but Spring Kafka is not on the class path.", WHAT_TO_DO);
    }
  }

  private static GroupSettings group(
      StateFunKafkaProperties properties, ApplicationName name, StateFunProperties common) {
    Path directory = name.localDirectory(common.dataDirectory());
    String groupId = properties.groupId();
    String topic = properties.internalTopic();
    String nodeId = properties.nodeId();
    return new GroupSettings(
        groupId == null ? name.value() : groupId,
        topic == null ? topicName(name.value()) + ".messages" : topic,
        properties.replicationFactor(),
        nodeId == null ? MemberId.of(directory) : nodeId,
        properties.sessionTimeout(),
        properties.transactionTimeout(),
        common.standby().copies());
  }

  private static String topicName(String name) {
    return name.replaceAll("[^A-Za-z0-9._-]", "_");
  }

  private static KafkaIngress ingress(
      StateFunKafkaProperties.Ingress settings,
      MessageTypes types,
      ValueFormat format,
      RecordRoutes routes,
      GroupSettings group,
      @Nullable ClassLoader loader) {
    Class<?> type = type(settings, loader);
    try {
      Function<byte[], Object> reader = format.reader(type);
      RecordRouter router =
          new RecordRouter(
              settings,
              types,
              type,
              reader,
              RecordId.parse(settings.id(), type),
              routes,
              new DeadLetterTopics(group.groupId(), settings.deadLetterTopic()));
      return new KafkaIngress(settings, router);
    } catch (IllegalArgumentException e) {
      throw new StateFunConfigurationException(
          "The ingress '%s' of statefun.kafka.ingress cannot read values of %s. %s"
              .formatted(settings.effectiveName(), type.getName(), e.getMessage()),
          "Name another class with 'type', or another field with 'id'.",
          e);
    }
  }

  private static Class<?> type(
      StateFunKafkaProperties.Ingress settings, @Nullable ClassLoader loader) {
    String name = Objects.requireNonNull(settings.type());
    try {
      return ClassUtils.resolvePrimitiveIfNecessary(ClassUtils.forName(name, loader));
    } catch (ClassNotFoundException | LinkageError e) {
      throw new StateFunConfigurationException(
          "The class '%s' of the values of ingress '%s' cannot be loaded."
              .formatted(name, settings.effectiveName()),
          "Correct 'type' in statefun.kafka.ingress.",
          e);
    }
  }
}
