/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.app.Messages.Add;
import io.statefun.autoconfigure.app.Messages.Named;
import io.statefun.autoconfigure.app.Messages.Sum;
import io.statefun.autoconfigure.app.TestApplication;
import io.statefun.engine.StateFunEngine;
import io.statefun.io.Egress;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

class EgressTest {

  private static final Address A = Address.of("test/counter", "a");

  private final ApplicationContextRunner runner =
      ContextRunners.inMemory().withUserConfiguration(TestApplication.Functions.class);

  @Test
  void givesRecordsToABeanNamedByItsMethod() {
    runner
        .withUserConfiguration(AnnotatedMethod.class)
        .run(context -> assertSum(context.getBean(StateFunTemplate.class), AnnotatedMethod.OUT));
  }

  @Test
  void givesRecordsToABeanNamedByItsClass() {
    runner
        .withBean(AnnotatedClass.class)
        .run(
            context ->
                assertSum(
                    context.getBean(StateFunTemplate.class),
                    context.getBean(AnnotatedClass.class).out));
  }

  @Test
  void givesRecordsToABeanOfTheEgresssName() {
    List<Egress.Delivery> out = new CopyOnWriteArrayList<>();
    runner
        .withBean("test/out", Egress.class, () -> collecting(out))
        .run(context -> assertSum(context.getBean(StateFunTemplate.class), out));
  }

  @Test
  void publishesRecordsAsEvents() {
    runner
        .withBean(Events.class)
        .withPropertyValues("statefun.egress.events=test/out, test/other")
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              Events events = context.getBean(Events.class);
              template.send(A, new Add(4)).join();
              template.send(A, new Named("x")).join();
              await().until(() -> events.all.size() == 2);
              assertThat(events.sums)
                  .singleElement()
                  .satisfies(
                      event -> {
                        assertThat(event.value()).isEqualTo(new Sum("a", 4));
                        assertThat(event.egress()).hasToString("test/out");
                        assertThat(event.id()).isNotEmpty();
                        assertThat(event.key()).isNull();
                        assertThat(event.headers()).isEmpty();
                      });
            });
  }

  @Test
  void publishesAnEventAgainWhoseListenerThrew() {
    runner
        .withBean(Refusing.class)
        .withPropertyValues("statefun.egress.events=test/out")
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              Refusing refusing = context.getBean(Refusing.class);
              CompletableFuture.allOf(
                      template.send(A, new Add(1)),
                      template.send(A, new Add(1)),
                      template.send(A, new Add(1)))
                  .join();
              await().until(() -> refusing.ids.size() == 4);
              // The second is refused once; the first does not come again because of that.
              assertThat(refusing.ids.get(1)).isEqualTo(refusing.ids.get(2));
              assertThat(Set.copyOf(refusing.ids)).hasSize(3);
            });
  }

  @Test
  void keepsRecordsThatNobodyTakes() {
    runner
        .withBean(OnlyStrings.class)
        .run(
            context -> {
              context.getBean(StateFunTemplate.class).send(A, new Add(1)).join();
              StateFunEngine engine = context.getBean(StateFunEngine.class);
              await()
                  .untilAsserted(
                      () ->
                          assertThat(engine.status().failingEgresses())
                              .containsKey(TypeName.parse("test/out")));
              assertThat(context.getBean(OnlyStrings.class).out).isEmpty();
            });
  }

  @Test
  void readsValuesOfTheApplicationsClassesAfterARestart() {
    DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
    AutoConfigurationPackages.register(beans, "io.statefun.autoconfigure.app");
    ValueReader reader = new ValueReader(MessageTypes.standard(), beans);
    assertThat(reader.read(stored(new Sum("a", 1)))).isEqualTo(new Sum("a", 1));
    assertThat(reader.read(stored(new Named("x")))).isEqualTo(new Named("x"));
    assertThat(reader.read(stored("text"))).isEqualTo("text");
    assertThatThrownBy(() -> reader.read(stored(new Elsewhere("x"))))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("Receive them with @EgressListener");
  }

  record Elsewhere(String text) {}

  /** A value as another process has stored it. */
  private static TypedValue stored(Object value) {
    TypedValue live = MessageTypes.standard().wrap(value);
    return TypedValue.ofBytes(live.typeName(), live.bytes());
  }

  private static void assertSum(StateFunTemplate template, List<Egress.Delivery> out) {
    template.send(A, new Add(4)).join();
    await().until(() -> out.size() == 1);
    assertThat(out.get(0).value().as(MessageTypes.standard().forClass(Sum.class)))
        .isEqualTo(new Sum("a", 4));
  }

  private static Egress collecting(List<Egress.Delivery> out) {
    return batch -> {
      out.addAll(batch);
      return CompletableFuture.completedFuture(null);
    };
  }

  /** An egress named by its method. */
  @Configuration(proxyBeanMethods = false)
  static class AnnotatedMethod {

    static final List<Egress.Delivery> OUT = new CopyOnWriteArrayList<>();

    @Bean
    @EgressFor("test/out")
    Egress sink() {
      return collecting(OUT);
    }
  }

  /** An egress named by its class. */
  @EgressFor("test/out")
  static class AnnotatedClass implements Egress {

    final List<Delivery> out = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<?> deliver(List<Delivery> batch) {
      return collecting(out).deliver(batch);
    }
  }

  /** Hears of all events, and of some. */
  static class Events {

    final List<EgressEvent<?>> all = new CopyOnWriteArrayList<>();
    final List<EgressEvent<Sum>> sums = new CopyOnWriteArrayList<>();

    @EventListener
    void onAny(EgressEvent<?> event) {
      all.add(event);
    }

    @EventListener
    void onSum(EgressEvent<Sum> event) {
      sums.add(event);
    }
  }

  /** Refuses the second record once. */
  static class Refusing {

    final List<String> ids = new CopyOnWriteArrayList<>();

    @EventListener
    void on(EgressEvent<Sum> event) {
      ids.add(event.id());
      if (ids.size() == 2) {
        throw new IllegalStateException("not now");
      }
    }
  }

  /** Takes nothing that a counter gives. */
  static class OnlyStrings {

    final List<String> out = new CopyOnWriteArrayList<>();

    @EgressListener("test/out")
    void on(String text) {
      out.add(text);
    }
  }
}
