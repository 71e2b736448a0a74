/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.CronSchedule;
import io.statefun.engine.EngineListener;
import io.statefun.engine.RemoteFunctions;
import io.statefun.engine.StateFunEngine;
import io.statefun.io.Ingress;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.remote.endpoint.RequestReplyHandler;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.TieredSnapshotStore;
import io.statefun.state.RocksDbBackend;
import io.statefun.trace.Tracing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.support.CronExpression;
import tools.jackson.databind.json.JsonMapper;

/** Runs the engine of the application, or has its functions served, from its beans. */
@AutoConfiguration(
    afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
@ConditionalOnProperty(name = "statefun.enabled", matchIfMissing = true)
@EnableConfigurationProperties(StateFunProperties.class)
@Import(StatefulFunctionRegistrar.class)
class StateFunAutoConfiguration {

  private static final Logger log = LoggerFactory.getLogger(StateFunAutoConfiguration.class);

  @Bean
  @ConditionalOnEngine
  ApplicationName statefunApplicationName(StateFunProperties properties, Environment environment) {
    return ApplicationName.of(properties, environment);
  }

  @Bean
  @ConditionalOnMissingBean
  MessageTypes statefunMessageTypes(
      ObjectProvider<MessageTypesCustomizer> customizer, ObjectProvider<MessageType<?>> types) {
    MessageTypes.Builder builder = MessageTypes.builder();
    customizer.ifAvailable(available -> available.customize(builder));
    try {
      types.orderedStream().forEach(builder::add);
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new StateFunConfigurationException(
          "The beans of type MessageType do not fit together.", String.valueOf(e.getMessage()), e);
    }
  }

  @Bean
  @ConditionalOnEngine
  @ConditionalOnSnapshotStore(StateFunProperties.Snapshot.Store.FILE)
  @ConditionalOnMissingSnapshotStore
  FileSnapshotStore statefunSnapshotStore(StateFunProperties properties, ApplicationName name)
      throws IOException {
    StateFunProperties.Snapshot.File file = properties.snapshot().file();
    Path directory = name.snapshotDirectory(file.directory());
    return file.lock()
        ? FileSnapshotStore.open(directory, name.value())
        : FileSnapshotStore.openWithoutLock(directory, name.value());
  }

  /** Closes nothing, since its parts are beans themselves. */
  @Bean(destroyMethod = "")
  @ConditionalOnEngine
  @Primary
  @ConditionalOnProperty("statefun.snapshot.bases")
  @ConditionalOnMissingSnapshotStore
  TieredSnapshotStore statefunTieredSnapshotStore(
      StateFunProperties properties, BeanFactory beans) {
    StateFunProperties.Snapshot snapshot = properties.snapshot();
    return new TieredSnapshotStore(
        beans.getBean(snapshot.store().beanName(), SnapshotStore.class),
        beans.getBean(Objects.requireNonNull(snapshot.bases()).beanName(), SnapshotStore.class));
  }

  @Bean
  @ConditionalOnEngine
  @ConditionalOnMissingBean
  StateFunEngine.BackendFactory statefunBackendFactory(
      StateFunProperties properties, ApplicationName name) {
    Path directory = name.localDirectory(properties.dataDirectory());
    return application ->
        RocksDbBackend.in(directory)
            .incarnation(application.id().toString())
            .partitions(application.partitions())
            .blockCacheBytes(properties.memory().blockCache().toBytes())
            .writeBufferBytes(properties.memory().writeBuffer().toBytes())
            .open();
  }

  @Bean
  @ConditionalOnMissingBean
  CronSchedule.Parser statefunCronParser() {
    return expression -> {
      CronExpression parsed = CronExpression.parse(expression);
      return parsed::next;
    };
  }

  @Bean
  Functions statefunFunctions(
      ConfigurableListableBeanFactory beans, MessageTypes types, StateFunProperties properties) {
    return new Functions(beans, types, properties.failurePolicy());
  }

  @Bean
  @ConditionalOnEngine
  EgressBindings statefunEgressBindings(
      ConfigurableListableBeanFactory beans,
      MessageTypes types,
      ApplicationContext context,
      StateFunProperties properties) {
    return EgressBindings.find(beans, types, context, properties.egress().events());
  }

  @Bean
  @ConditionalOnEngine
  Routers statefunRouters(ConfigurableListableBeanFactory beans) {
    return new Routers(beans);
  }

  @Bean
  @ConditionalOnEngine
  @ConditionalOnProperty(
      name = "statefun.on-failure",
      havingValue = "broken",
      matchIfMissing = true)
  AvailabilityListener statefunAvailabilityListener(ApplicationContext context) {
    return new AvailabilityListener(context);
  }

  @Bean
  @ConditionalOnEngine
  @ConditionalOnMissingBean
  StateFunEngine statefunEngine(
      StateFunProperties properties,
      ApplicationName name,
      MessageTypes types,
      SnapshotStore store,
      StateFunEngine.BackendFactory backend,
      Functions functions,
      EgressBindings egresses,
      CronSchedule.Parser cron,
      ConfigurableListableBeanFactory beans,
      ObjectProvider<EngineListener> listeners,
      ObjectProvider<InstantSource> clock,
      ObjectProvider<RemoteFunctions> remotes,
      ObjectProvider<Tracing> tracing,
      ObjectProvider<StateFunEngineCustomizer> customizers) {
    StateFunEngine.Builder builder =
        StateFunEngine.builder(name.value())
            .partitions(properties.partitions())
            .messageTypes(types)
            .defaultFailurePolicy(properties.failurePolicy())
            .limits(properties.limits())
            .queryLimits(properties.queryLimits())
            .standbyInterval(properties.standby().interval())
            .snapshotStore(store)
            .stateBackend(backend)
            .scratchFolder(name.localDirectory(properties.dataDirectory()).resolve("scratch"))
            .cron(cron)
            .listener(new EngineListeners(listeners.orderedStream().toList()));
    if (properties.workers() != null) {
      builder.workers(properties.workers());
    }
    Duration waitForNewerVersion = properties.failure().waitForNewerVersion();
    if (waitForNewerVersion != null) {
      builder.waitForNewerVersion(waitForNewerVersion);
    }
    StateFunProperties.DeadLetters deadLetters = properties.deadLetters();
    if (deadLetters.egress() != null) {
      builder.deadLetterEgress(deadLetters.egress(), deadLetters.keep());
    }
    clock.ifUnique(builder::clock);
    tracing.ifUnique(builder::tracing);
    functions.invokers().forEach(builder::function);
    remotes.ifUnique(
        elsewhere -> {
          functions.checkAgainst(elsewhere);
          builder.remoteFunctions(elsewhere);
        });
    egresses.all().forEach((egress, receiver) -> builder.egress(egress.toString(), receiver));
    properties.discardRecordsOfEgresses().forEach(builder::discardRecordsOf);
    addIngresses(beans, builder);
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    log.debug(
        "Application '{}' has {} functions and {} egresses",
        name,
        functions.all().size(),
        egresses.all().size());
    return builder.build();
  }

  private static void addIngresses(
      ConfigurableListableBeanFactory beans, StateFunEngine.Builder builder) {
    Map<TypeName, String> names = new HashMap<>();
    for (String beanName : beans.getBeanNamesForType(Ingress.class)) {
      Ingress ingress = beans.getBean(beanName, Ingress.class);
      String other = names.putIfAbsent(ingress.name(), beanName);
      if (other != null) {
        throw new StateFunConfigurationException(
            "The beans '%s' and '%s' are both ingresses of the name '%s'."
                .formatted(other, beanName, ingress.name()),
            "Give one of them another name: positions are stored under it.");
      }
      builder.ingress(new IngressBean(ingress));
    }
  }

  @Bean
  @ConditionalOnEngine
  StateFunLifecycle statefunLifecycle(
      StateFunEngine engine, ObjectProvider<LifecycleProperties> lifecycle) {
    return new StateFunLifecycle(
        engine, lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase());
  }

  @Bean
  @ConditionalOnEngine
  @ConditionalOnMissingBean
  StateFunTemplate statefunTemplate(
      ObjectProvider<StateFunEngine> engine,
      ObjectProvider<Routers> routers,
      StateFunProperties properties) {
    return new EngineStateFunTemplate(
        engine::getObject, routers::getObject, properties.requestTimeout());
  }

  /** Made only if something serves the functions: some that an engine runs cannot be served. */
  @Bean
  @Lazy
  @ConditionalOnMissingBean
  RequestReplyHandler statefunRequestReplyHandler(
      Functions functions,
      MessageTypes types,
      StateFunProperties properties,
      ObjectProvider<InstantSource> clock,
      ObjectProvider<Tracing> tracing) {
    RequestReplyHandler.Builder builder =
        RequestReplyHandler.builder(types)
            .maxRequestBytes((int) properties.endpoint().maxRequestSize().toBytes())
            .asyncTimeout(properties.endpoint().asyncTimeout());
    clock.ifUnique(builder::clock);
    tracing.ifUnique(builder::tracing);
    functions.invokers().forEach(builder::function);
    return builder.build();
  }

  /** Sets up message types with what only some applications have. */
  @FunctionalInterface
  interface MessageTypesCustomizer {

    void customize(MessageTypes.Builder builder);
  }

  /** Lets messages and state be written with the application's own JSON settings. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(JsonMapper.class)
  static class JacksonConfiguration {

    @Bean
    MessageTypesCustomizer statefunJsonMapper(ObjectProvider<JsonMapper> mapper) {
      return builder -> mapper.ifUnique(builder::jsonMapper);
    }
  }
}
