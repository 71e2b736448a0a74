/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.Retention;
import io.statefun.engine.StateFunEngine;
import io.statefun.engine.StateSpec;
import io.statefun.function.MessageHandler;
import io.statefun.message.TypeName;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Shows what the engine runs, and how it does. Reads only. */
@Endpoint(id = "statefun")
final class StateFunEndpoint {

  private final ApplicationName application;
  private final StateFunEngine engine;
  private final Functions functions;
  private final EgressBindings egresses;

  StateFunEndpoint(
      ApplicationName application,
      StateFunEngine engine,
      Functions functions,
      EgressBindings egresses) {
    this.application = application;
    this.engine = engine;
    this.functions = functions;
    this.egresses = egresses;
  }

  @ReadOperation
  Descriptor statefun() {
    EngineStatus status = engine.status();
    return new Descriptor(
        application.value(),
        status.partitions(),
        StatusDescriptor.of(status),
        functions.all().stream()
            .sorted(Comparator.comparing(Functions.Function::type))
            .map(function -> FunctionDescriptor.of(function, status.stoppedFunctions()))
            .toList(),
        egresses.sources());
  }

  /**
   * What the engine runs.
   *
   * @param egresses their receivers, by name
   */
  record Descriptor(
      String application,
      int partitions,
      StatusDescriptor status,
      List<FunctionDescriptor> functions,
      Map<String, String> egresses) {}

  /** How the engine does. */
  record StatusDescriptor(
      String state,
      @Nullable String failure,
      long committedEpoch,
      int commitFailures,
      long invocations,
      long failedInvocations,
      long unappliedBytes,
      long unacknowledgedRecords,
      Map<String, Integer> failingEgresses,
      Map<String, Integer> failingIngresses) {

    static StatusDescriptor of(EngineStatus status) {
      return new StatusDescriptor(
          status.state().name(),
          status.failure() == null ? null : status.failure().toString(),
          status.committedEpoch(),
          status.commitFailures(),
          status.invocations(),
          status.failedInvocations(),
          status.unappliedBytes(),
          status.unacknowledgedRecords(),
          named(status.failingEgresses()),
          named(status.failingIngresses()));
    }

    private static Map<String, Integer> named(Map<TypeName, Integer> failures) {
      Map<String, Integer> named = new TreeMap<>();
      failures.forEach((name, inARow) -> named.put(name.toString(), inARow));
      return named;
    }
  }

  /** A function. */
  record FunctionDescriptor(
      String type,
      String bean,
      String className,
      boolean stopped,
      List<String> handlers,
      List<StateDescriptor> states) {

    static FunctionDescriptor of(Functions.Function function, Collection<TypeName> stopped) {
      return new FunctionDescriptor(
          function.type().toString(),
          function.beanName(),
          function.userClass().getName(),
          stopped.contains(function.type()),
          handlers(function.userClass()),
          function.invoker().states().stream().map(StateDescriptor::of).toList());
    }

    private static List<String> handlers(Class<?> type) {
      return MethodIntrospector.selectMethods(
              type,
              (Method method) -> AnnotatedElementUtils.hasAnnotation(method, MessageHandler.class))
          .stream()
          .map(FunctionDescriptor::describe)
          .sorted()
          .toList();
    }

    private static String describe(Method method) {
      return Arrays.stream(method.getParameterTypes())
          .map(Class::getSimpleName)
          .collect(Collectors.joining(", ", method.getName() + "(", ")"));
    }
  }

  /** A state of a function. */
  record StateDescriptor(
      String name, String kind, String type, @Nullable String keyType, @Nullable String expires) {

    static StateDescriptor of(StateSpec state) {
      Retention retention = state.retention();
      return new StateDescriptor(
          state.name(),
          state.kind().name(),
          state.valueType().typeName().toString(),
          state.keyType() == null ? null : state.keyType().typeName().toString(),
          retention.mode() == Retention.Mode.FOREVER
              ? null
              : retention.after() + " " + retention.mode());
    }
  }
}
