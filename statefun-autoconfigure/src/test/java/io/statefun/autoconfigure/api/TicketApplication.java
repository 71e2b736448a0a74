/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Gives out tickets, no two of which are the same. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class TicketApplication {

  /** Runs it until the process ends. */
  public static void main(String[] arguments) {
    SpringApplication.run(TicketApplication.class, arguments);
  }

  @Bean
  Office office() {
    return new Office();
  }

  /** A ticket. */
  record Ticket(long number, String owner, String secret) {}

  /** Gives them out. */
  @StatefulFunction("tickets/office")
  static class Office {

    @MessageHandler
    void on(String owner, @State("given") ValueState<Long> given, Context context) {
      given.update(0L, before -> before + 1);
      context.reply(new Ticket(given.getOrDefault(0L), owner, UUID.randomUUID().toString()));
    }
  }
}
