/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statefun.autoconfigure.app.Messages.Add;
import io.statefun.autoconfigure.app.Messages.Read;
import io.statefun.autoconfigure.app.Messages.Sum;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class RouterTest {

  @Test
  void sendsAllMessagesOfARecord() {
    ContextRunners.application()
        .withUserConfiguration(RouterConfiguration.class)
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              template.ingest(new Transfer("a", "b", 5)).join();
              assertThat(sum(template, "a")).isEqualTo(-5);
              assertThat(sum(template, "b")).isEqualTo(5);
            });
  }

  @Test
  void findsTheNearestRouter() {
    ContextRunners.application()
        .withUserConfiguration(RouterConfiguration.class)
        .withBean(AnyRouter.class)
        .run(
            context -> {
              StateFunTemplate template = context.getBean(StateFunTemplate.class);
              template.ingest(new Gift("c", 9)).join();
              assertThat(sum(template, "c")).isEqualTo(9);
              template.ingest(1).join();
              assertThat(sum(template, "java.lang.Integer")).isEqualTo(1);
            });
  }

  @Test
  void refusesARecordThatTwoRoutersCouldTake() {
    ContextRunners.application()
        .withUserConfiguration(RouterConfiguration.class)
        .withBean(ComparableRouter.class)
        .run(
            context ->
                assertThatIllegalArgumentException()
                    .isThrownBy(
                        () -> context.getBean(StateFunTemplate.class).ingest(new Both("d", 1)))
                    .withMessageContaining("several routers"));
  }

  private static long sum(StateFunTemplate template, String id) {
    return template.request("test/counter", id, new Read(), Sum.class).join().sum();
  }

  record Transfer(String from, String to, long amount) {}

  interface Present {
    String to();

    long amount();
  }

  record Gift(String to, long amount) implements Present {}

  record Both(String to, long amount) implements Present, Comparable<Both> {

    @Override
    public int compareTo(Both other) {
      return Long.compare(amount, other.amount);
    }
  }

  /** Routers made by methods. */
  @Configuration(proxyBeanMethods = false)
  static class RouterConfiguration {

    @Bean
    Router<Transfer> transfers() {
      return (transfer, routes) -> {
        routes.send("test/counter", transfer.from(), new Add(-transfer.amount()));
        routes.send("test/counter", transfer.to(), new Add(transfer.amount()));
      };
    }

    @Bean
    Router<Present> presents() {
      return (present, routes) ->
          routes.send("test/counter", present.to(), new Add(present.amount()));
    }
  }

  /** A router that is a class. */
  static class AnyRouter implements Router<Object> {

    @Override
    public void route(Object record, Routes routes) {
      routes.send("test/counter", record.getClass().getName(), new Add(1));
    }
  }

  /** A router beside that of presents. */
  static class ComparableRouter implements Router<Comparable<?>> {

    @Override
    public void route(Comparable<?> record, Routes routes) {}
  }
}
