/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.message.TypedValue;
import io.statefun.remote.endpoint.RequestReplyHandler;
import io.statefun.remote.endpoint.reference.BeanFunctions;
import io.statefun.remote.endpoint.reference.Programs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The same functions, once in the engine and once behind an endpoint of ours, do the same. */
class ServedFunctionsInteropTest {

  private static final String CALCULATOR = "ref/calculator";
  private static final int INSTANCES = 5;

  private static FunctionServer served() throws Exception {
    RequestReplyHandler.Builder handler = RequestReplyHandler.builder(BeanFunctions.TYPES);
    for (Object bean : BeanFunctions.all()) {
      handler.function(AnnotatedFunction.bind(bean, BeanFunctions.TYPES, FailurePolicy.DEFAULT));
    }
    return FunctionServer.start(handler.build()::handle);
  }

  /**
   * What all programs, and then all states, have sent to the sink, one instance after the other.
   */
  private static List<TypedValue> run(RunningApplication application, List<String> programs)
      throws Exception {
    for (int i = 0; i < programs.size(); i++) {
      String id = "i" + i % INSTANCES;
      application.request(CALCULATOR, id, programs.get(i) + "\nreply 1", Integer.class);
    }
    for (int i = 0; i < INSTANCES; i++) {
      String all =
          states().stream().map(state -> "show " + state).collect(Collectors.joining("\n"));
      application.request(CALCULATOR, "i" + i, all + "\nreply 1", Integer.class);
    }
    int messages =
        INSTANCES * states().size()
            + (int)
                programs.stream()
                    .flatMap(String::lines)
                    .filter(line -> line.startsWith("show") || line.startsWith("send"))
                    .count();
    RunningApplication.until(() -> application.sink.size() == messages);
    return List.copyOf(application.sink);
  }

  private static List<String> states() {
    return Programs.STATES.stream().filter(ServedFunctionsInteropTest::lasts).toList();
  }

  /** Whether what a step does is the same whenever it is done. */
  private static boolean lasts(String step) {
    return !step.matches("(.* )?string( .*)?|(later|token|cancel) .*");
  }

  private static List<String> programs() {
    Random random = new Random(7);
    List<String> programs = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      String program =
          Programs.random(random)
              .lines()
              .filter(ServedFunctionsInteropTest::lasts)
              .filter(line -> !line.startsWith("reply"))
              .collect(Collectors.joining("\n"));
      if (!program.isEmpty()) {
        programs.add(program);
      }
    }
    return programs;
  }

  @Test
  void functionsDoTheSameHereAndElsewhere() throws Exception {
    List<String> programs = programs();
    List<TypedValue> here;
    List<TypedValue> elsewhere;
    List<TypedValue> recordsHere;
    List<TypedValue> recordsElsewhere;
    try (RunningApplication application = new RunningApplication(List.of(), BeanFunctions.all())) {
      here = run(application, programs);
      recordsHere = records(application, programs);
    }
    try (FunctionServer server = served();
        RunningApplication application =
            new RunningApplication(
                List.of(RemoteEndpoint.of("ref/*", server.url() + "/")), List.of())) {
      elsewhere = run(application, programs);
      recordsElsewhere = records(application, programs);
    }

    assertThat(elsewhere).hasSizeGreaterThan(100).containsExactlyInAnyOrderElementsOf(here);
    assertThat(recordsElsewhere)
        .hasSizeGreaterThan(10)
        .containsExactlyInAnyOrderElementsOf(recordsHere);
  }

  private static List<TypedValue> records(RunningApplication application, List<String> programs) {
    long records =
        programs.stream()
            .flatMap(String::lines)
            .filter(line -> line.startsWith("egress") || line.startsWith("kafka"))
            .count();
    RunningApplication.until(() -> application.emitted.size() == records);
    return application.emitted.stream().map(record -> record.value()).toList();
  }

  @Test
  void anAnswerOfAnOperationComesWithTheReply() throws Exception {
    try (FunctionServer server = served();
        RunningApplication application =
            new RunningApplication(
                List.of(RemoteEndpoint.of("ref/asking", server.url() + "/")), List.of())) {
      application.send("ref/asking", "a", "a question");

      RunningApplication.until(() -> application.sink.size() == 1);
      assertThat(application.sink)
          .containsExactly(BeanFunctions.TYPES.wrap("answer to a question"));
    }
  }
}
