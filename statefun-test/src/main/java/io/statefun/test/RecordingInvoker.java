/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.Invocation;
import io.statefun.engine.StateSpec;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.util.List;

/** Calls a function, and tells what it throws before the engine deals with it. */
final class RecordingInvoker implements FunctionInvoker {

  private final FunctionInvoker function;
  private final Listener listener;

  RecordingInvoker(FunctionInvoker function, Listener listener) {
    this.function = function;
    this.listener = listener;
  }

  @Override
  public TypeName type() {
    return function.type();
  }

  @Override
  public List<TypeName> aliases() {
    return function.aliases();
  }

  @Override
  public List<StateSpec> states() {
    return function.states();
  }

  @Override
  public FailurePolicy failurePolicy() {
    return function.failurePolicy();
  }

  @Override
  public void invoke(Invocation invocation) throws Exception {
    try {
      function.invoke(invocation);
    } catch (Throwable thrown) {
      listener.failed(invocation, thrown);
      throw thrown;
    }
  }

  @Override
  public List<MessageType<?>> messageTypes() {
    return function.messageTypes();
  }

  @Override
  public List<MessageType<?>> queryTypes() {
    return function.queryTypes();
  }

  @Override
  public Object query(Invocation invocation) throws Exception {
    return function.query(invocation);
  }

  /** Hears what functions throw. */
  @FunctionalInterface
  interface Listener {
    void failed(Invocation invocation, Throwable thrown);
  }
}
