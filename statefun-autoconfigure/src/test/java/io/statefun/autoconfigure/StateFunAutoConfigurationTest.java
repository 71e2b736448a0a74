/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.app.Messages.Add;
import io.statefun.autoconfigure.app.Messages.Fail;
import io.statefun.autoconfigure.app.Messages.Named;
import io.statefun.autoconfigure.app.Messages.Nightly;
import io.statefun.autoconfigure.app.Messages.Read;
import io.statefun.autoconfigure.app.Messages.Silence;
import io.statefun.autoconfigure.app.Messages.Sum;
import io.statefun.autoconfigure.app.TestApplication;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class StateFunAutoConfigurationTest {

  private static final Address A = Address.of("test/counter", "a");

  @TempDir Path folder;

  @Test
  void runsFunctionsOfTheApplicationsPackages() {
    ContextRunners.application()
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              template.send("test/counter", "a", new Add(2)).join();
              template.send(A, new Add(3)).join();
              assertThat(template.request("test/counter", "a", new Read(), Sum.class).join())
                  .isEqualTo(new Sum("a", 5));
              assertThat(context).hasBean("counter");
            });
  }

  @Test
  void keepsStateInFilesOverARestart() {
    ApplicationContextRunner runner =
        ContextRunners.empty()
            .withUserConfiguration(TestApplication.Functions.class, TestApplication.Receiver.class)
            .withPropertyValues(
                "statefun.data-directory=" + folder.resolve("local"),
                "statefun.snapshot.file.directory=" + folder.resolve("snapshots"));
    runner.run(
        context -> {
          assertThat(context).getBean(SnapshotStore.class).isInstanceOf(FileSnapshotStore.class);
          context.getBean(StateFunTemplate.class).send(A, new Add(7)).join();
        });
    assertThat(folder.resolve("local")).isNotEmptyDirectory();
    runner.run(
        context ->
            assertThat(
                    context
                        .getBean(StateFunTemplate.class)
                        .request(A, new Read(), Sum.class)
                        .join()
                        .sum())
                .isEqualTo(7));
  }

  @Test
  void commitsWhatWasAcceptedBeforeItStops() {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    ApplicationContextRunner runner =
        ContextRunners.on(store)
            .withUserConfiguration(TestApplication.Functions.class, TestApplication.Receiver.class);
    runner.run(
        context -> {
          StateFunTemplate template = context.getBean(StateFunTemplate.class);
          for (int i = 0; i < 1_000; i++) {
            CompletableFuture<Void> unused = template.send(A, new Add(1));
          }
        });
    runner.run(
        context ->
            assertThat(
                    context
                        .getBean(StateFunTemplate.class)
                        .request(A, new Read(), Sum.class)
                        .join()
                        .sum())
                .isEqualTo(1_000));
  }

  @Test
  void doesNothingIfDisabled() {
    ContextRunners.application()
        .withPropertyValues("statefun.enabled=false")
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(StateFunEngine.class)
                    .doesNotHaveBean(StateFunTemplate.class)
                    .doesNotHaveBean("counter"));
  }

  @Test
  void takesTheNameOfItsOwnBeforeThatOfTheApplication() {
    ContextRunners.inMemory()
        .withPropertyValues("statefun.application-name=other")
        .run(
            context ->
                assertThat(context.getBean(ApplicationName.class))
                    .isEqualTo(new ApplicationName("other")));
  }

  @Test
  void namesDirectoriesAfterTheApplication() {
    assertThat(new ApplicationName("my shop/eu").localDirectory(null))
        .isEqualTo(Path.of("data", "my_shop_eu", "local"));
    assertThat(new ApplicationName("..").snapshotDirectory(null))
        .isEqualTo(Path.of("data", "_..", "snapshots"));
    assertThat(new ApplicationName("shop").snapshotDirectory(Path.of("else")))
        .isEqualTo(Path.of("else"));
  }

  @Test
  void leavesReplacedBeansAlone() {
    StateFunTemplate template = Mockito.mock(StateFunTemplate.class);
    MessageTypes types = MessageTypes.standard();
    ContextRunners.application()
        .withBean("myTemplate", StateFunTemplate.class, () -> template)
        .withBean("myTypes", MessageTypes.class, () -> types)
        .run(
            context -> {
              assertThat(context).getBean(StateFunTemplate.class).isSameAs(template);
              assertThat(context.getBean(StateFunEngine.class).messageTypes()).isSameAs(types);
              assertThat(context)
                  .getBean(SnapshotStore.class)
                  .isInstanceOf(InMemorySnapshotStore.class);
            });
  }

  @Test
  void customizesTheEngine() {
    ContextRunners.application()
        .withBean(StateFunEngineCustomizer.class, () -> builder -> builder.partitions(3))
        .run(
            context ->
                assertThat(context.getBean(StateFunEngine.class).status().partitions())
                    .isEqualTo(3));
  }

  @Test
  void usesTheOnlyClock() {
    Instant then = Instant.parse("2020-02-29T12:00:00Z");
    ContextRunners.application()
        .withBean(InstantSource.class, () -> InstantSource.fixed(then))
        .run(
            context ->
                assertThat(
                        context
                            .getBean(StateFunTemplate.class)
                            .request(A, new Nightly(), String.class)
                            .join())
                    .isEqualTo("2020-03-01T03:00:00Z"));
  }

  @Test
  void writesMessagesWithTheApplicationsJsonMapper() {
    ContextRunners.application()
        .withBean(
            JsonMapper.class,
            () ->
                JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                    .build())
        .run(
            context ->
                assertThat(
                        context
                            .getBean(MessageTypes.class)
                            .forClass(Add.class)
                            .serialize(new Add(1)))
                    .asString()
                    .isEqualTo("{\"Amount\":1}"));
  }

  @Test
  void needsNoJackson() {
    ContextRunners.inMemory()
        .withClassLoader(new FilteredClassLoader("tools.jackson"))
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(StateFunEngine.class)
                    .doesNotHaveBean(StateFunAutoConfiguration.MessageTypesCustomizer.class));
  }

  @Test
  void bindsAFunctionThatIsABeanAlready() {
    ContextRunners.application()
        .withUserConfiguration(TestApplication.OwnCounter.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed().doesNotHaveBean("counter");
              assertThat(context.getBean(Functions.class).all())
                  .extracting(Functions.Function::beanName)
                  .containsExactlyInAnyOrder("own");
            });
  }

  @Test
  void bindsAProxiedFunction() {
    ContextRunners.application()
        .withBean(Proxies.class)
        .run(
            context -> {
              assertThat(context.getBean("counter").getClass().getName()).contains("$$");
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              template.send(A, new Add(1)).join();
              assertThat(template.request(A, new Read(), Sum.class).join().sum()).isEqualTo(1);
            });
  }

  @Test
  void failsARequestThatIsNotAnsweredInTime() {
    ContextRunners.application()
        .withPropertyValues("statefun.request-timeout=50ms")
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              assertThatExceptionOfType(CompletionException.class)
                  .isThrownBy(() -> template.request(A, new Silence(), Sum.class).join())
                  .withCauseInstanceOf(TimeoutException.class)
                  .havingCause()
                  .withMessageContaining("test/counter/a has not replied")
                  .withMessageContaining("PT0.05S");
              assertThatExceptionOfType(CompletionException.class)
                  .isThrownBy(
                      () ->
                          template
                              .request(
                                  "test/counter",
                                  "a",
                                  new Silence(),
                                  Sum.class,
                                  Duration.ofMillis(20))
                              .join())
                  .havingCause()
                  .withMessageContaining("PT0.02S");
            });
  }

  @Test
  void failsACallThatCannotSucceed() {
    ContextRunners.application()
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              assertThatThrownBy(() -> template.send(A, new Object()))
                  .isInstanceOf(IllegalArgumentException.class);
              assertThatThrownBy(() -> template.ingest("a"))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("No router takes records of java.lang.String");
              context.getBean(StateFunLifecycle.class).stop();
              assertThatThrownBy(() -> template.send(A, new Read()))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("STOPPED");
            });
  }

  @Test
  void givesAFunctionsBeansTheTemplate() {
    ContextRunners.inMemory()
        .withUserConfiguration(TemplateConfiguration.class)
        .run(
            context ->
                assertThat(
                        context
                            .getBean(StateFunTemplate.class)
                            .request("test/needs", "a", "x", String.class)
                            .join())
                    .isEqualTo("true"));
  }

  @Test
  void appliesTheDefaultFailurePolicy() {
    ContextRunners.application()
        .withPropertyValues("statefun.failure.max-attempts=1", "statefun.failure.then=stop")
        .run(
            context -> {
              context.getBean(StateFunTemplate.class).send(A, new Fail()).join();
              await()
                  .untilAsserted(
                      () -> {
                        EngineStatus status = context.getBean(StateFunEngine.class).status();
                        assertThat(status.failedInvocations()).isEqualTo(1);
                        assertThat(status.stoppedFunctions()).contains(A.type());
                      });
            });
  }

  @Test
  void givesRecordsToListenersThatTakeThem() {
    ContextRunners.application()
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              TestApplication.Received received = context.getBean(TestApplication.Received.class);
              template.send(A, new Add(1)).join();
              template.send(A, new Named("x")).join();
              await()
                  .untilAsserted(
                      () -> {
                        assertThat(received.sums).containsExactly(new Sum("a", 1));
                        assertThat(received.named).containsExactly(new Named("x"));
                        assertThat(received.deliveries).hasSize(1);
                      });
            });
  }

  /** Wraps functions, as aspects do. */
  static class Proxies implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
      if (!name.equals("counter")) {
        return bean;
      }
      ProxyFactory factory = new ProxyFactory(bean);
      factory.setProxyTargetClass(true);
      return factory.getProxy();
    }
  }

  /** A function with a collaborator that uses the template. */
  @Configuration(proxyBeanMethods = false)
  static class TemplateConfiguration {

    @Bean
    Collaborator collaborator(StateFunTemplate template) {
      return new Collaborator(template);
    }

    @Bean
    Needs needs(Collaborator collaborator) {
      return new Needs(collaborator);
    }
  }

  record Collaborator(StateFunTemplate template) {}

  @StatefulFunction("test/needs")
  record Needs(Collaborator collaborator) {

    @MessageHandler
    void on(String text, Context context) {
      context.reply(String.valueOf(collaborator.template() != null));
    }
  }
}
