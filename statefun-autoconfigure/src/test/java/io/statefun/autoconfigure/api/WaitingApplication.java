/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.function.Context;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import java.time.Duration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Waits for many people, and notes who came and who did not. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class WaitingApplication {

  /** Runs it until the process ends. */
  public static void main(String[] arguments) {
    SpringApplication.run(WaitingApplication.class, arguments);
  }

  @Bean
  Room room() {
    return new Room();
  }

  /** Waits for somebody for a time. */
  record Wait(int person, long millis) {}

  /** Somebody comes. */
  record Come(int person) {}

  /** Nobody has come. */
  record Missing(int person) {}

  /** Where it waits. */
  @StatefulFunction("waiting/room")
  static class Room {

    @MessageHandler
    void on(Wait wait, Context context) {
      context.reply(
          context
              .awakeable(Come.class, Duration.ofMillis(wait.millis()), new Missing(wait.person()))
              .token());
    }

    @MessageHandler
    void on(Come come, @State("notes") MapState<Integer, String> notes) {
      note(come.person(), "came", notes);
    }

    @MessageHandler
    void on(Missing missing, @State("notes") MapState<Integer, String> notes) {
      note(missing.person(), "missing", notes);
    }

    private static void note(int person, String what, MapState<Integer, String> notes) {
      String before = notes.get(person);
      notes.put(person, before == null ? what : before + ", " + what);
    }
  }
}
