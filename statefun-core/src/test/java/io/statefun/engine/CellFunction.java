/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.AsyncResult;
import io.statefun.function.Awakeable;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.OnFailure;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** A function that runs {@link Program}s on a register, a sum, a list, a map and an account. */
final class CellFunction implements FunctionInvoker {

  static final TypeName TYPE = TypeName.of("sim", "cell");
  static final TypeName EGRESS = TypeName.of("sim", "out");

  /** Where every third number goes. */
  static final TypeName OTHER_EGRESS = TypeName.of("sim", "other");

  static final long OPENING_BALANCE = 100;

  /** What a cell is asked. */
  static final String QUESTION = "received";

  private static final int REGISTER = 0;
  private static final int SUM = 1;
  private static final int LIST = 2;
  private static final int MAP = 3;
  private static final int SENT = 4;
  private static final int RECEIVED = 5;
  private static final int BALANCE = 6;
  private static final int AWAKEABLES = 7;
  private static final int AWAKENED = 8;

  /** What comes of an awakeable that is completed. */
  static final long COMPLETED = 1;

  /** What comes of one that is not. */
  static final long TIMED_OUT = 1_000;

  private final Observer observer;
  private final List<StateSpec> states;
  private final MessageType<String> text;

  /**
   * @param retention of the list and the map; nothing of them must expire
   */
  CellFunction(Observer observer, MessageTypes types, Retention retention) {
    this.observer = observer;
    MessageType<Long> number = types.forClass(Long.class);
    this.text = types.forClass(String.class);
    this.states =
        List.of(
            new StateSpec("register", StateSpec.Kind.VALUE, number, null, Retention.FOREVER),
            new StateSpec("sum", StateSpec.Kind.VALUE, number, null, Retention.FOREVER),
            new StateSpec("list", StateSpec.Kind.LIST, number, null, retention),
            new StateSpec("map", StateSpec.Kind.MAP, number, number, retention),
            new StateSpec("sent", StateSpec.Kind.MAP, number, text, Retention.FOREVER),
            new StateSpec("received", StateSpec.Kind.MAP, number, text, Retention.FOREVER),
            new StateSpec("balance", StateSpec.Kind.VALUE, number, null, Retention.FOREVER),
            new StateSpec("awakeables", StateSpec.Kind.MAP, text, number, Retention.FOREVER),
            new StateSpec("awakened", StateSpec.Kind.MAP, number, number, Retention.FOREVER));
  }

  static Address address(String id) {
    return Address.of(RemoteCells.isRemote(id) ? RemoteCells.TYPE : TYPE, id);
  }

  @Override
  public TypeName type() {
    return TYPE;
  }

  @Override
  public List<StateSpec> states() {
    return states;
  }

  @Override
  public FailurePolicy failurePolicy() {
    return new FailurePolicy(
        4, Duration.ofMillis(10), Duration.ofMillis(100), 2, OnFailure.Then.DEAD_LETTER);
  }

  @Override
  public List<MessageType<?>> queryTypes() {
    return List.of(text);
  }

  /** Answers how many messages of each other cell were handled. */
  @Override
  @SuppressWarnings("unchecked")
  public Object query(Invocation invocation) {
    MapState<String, Long> received = (MapState<String, Long>) invocation.map(RECEIVED);
    StringBuilder answer = new StringBuilder();
    for (Map.Entry<String, Long> entry : received.entries()) {
      answer.append(entry.getKey()).append('=').append(entry.getValue()).append('\n');
    }
    return answer.toString();
  }

  /** Reads an answer. */
  static Map<String, Long> answer(String answer) {
    Map<String, Long> numbers = new TreeMap<>();
    answer
        .lines()
        .forEach(
            line -> {
              int equals = line.lastIndexOf('=');
              numbers.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
            });
    return numbers;
  }

  @Override
  public void invoke(Invocation invocation) {
    Program program = invocation.message().as(Program.TYPE);
    new Run(invocation).run(program);
  }

  /** What the function shows of itself, and what it needs from outside. */
  interface Observer {

    /** Something that must never happen has happened. */
    void violation(String what);

    /** How often a program has failed so far, counting this call. */
    int failures(long program);

    /** Begins an asynchronous operation. */
    CompletionStage<Long> begin();

    /** The state of a cell. */
    void show(String cell, CellState state);

    /** The token of an awakeable, which may never be committed. */
    default void made(long number, String token) {}
  }

  private final class Run {

    private final Invocation invocation;
    private final Context context;

    Run(Invocation invocation) {
      this.invocation = invocation;
      this.context = invocation.context();
    }

    void run(Program program) {
      Invocation.AsyncEnd end = invocation.asyncEnd();
      if (end != null) {
        ended(program, end);
        return;
      }
      if (!program.sender().isEmpty()) {
        checkOrder(program);
      }
      for (Program.Step step : program.steps()) {
        run(step, program);
      }
    }

    private void ended(Program program, Invocation.AsyncEnd end) {
      if (end.status() == AsyncResult.Status.SUCCESS) {
        add(program.steps().get(0).a());
      } else {
        context.async(program, observer.begin());
      }
    }

    private void checkOrder(Program program) {
      MapState<String, Long> received = map(RECEIVED);
      long expected = received.getOrDefault(program.sender(), 0L) + 1;
      if (program.sequence() != expected) {
        observer.violation(
            context.self()
                + " got message "
                + program.sequence()
                + " of "
                + program.sender()
                + " in place of "
                + expected);
      }
      received.put(program.sender(), program.sequence());
    }

    private void run(Program.Step step, Program program) {
      switch (step.op()) {
        case CHECK -> {
          long held = register().getOrDefault(-1L);
          if (held != step.a()) {
            observer.violation(
                context.self() + " holds " + held + " where " + step.a() + " was expected");
          }
        }
        case SET -> register().set(step.a());
        case CLEAR -> register().clear();
        case ADD -> add(step.a());
        case APPEND -> list().add(step.a());
        case REMOVE_FIRST -> list().removeFirst();
        case CLEAR_LIST -> list().clear();
        case PUT -> this.<Long>map(MAP).put(step.a(), step.b());
        case REMOVE -> this.<Long>map(MAP).remove(step.a());
        case CLEAR_MAP -> this.<Long>map(MAP).clear();
        case SEND -> context.send(address(step.target()), numbered(step.target(), step.nested()));
        case FAN_OUT -> fanOut(step);
        case DELAY ->
            context.sendAfter(
                Duration.ofMillis(step.a()), address(step.target()), unnumbered(step.nested()));
        case DELAY_CANCELLABLY ->
            context.sendAfter(
                Duration.ofMillis(step.a()),
                address(step.target()),
                unnumbered(step.nested()),
                token(step));
        case CANCEL -> context.cancel(token(step));
        case REMIND ->
            context
                .reminders()
                .after("r" + step.b(), Duration.ofMillis(step.a()), unnumbered(step.nested()));
        case FORGET -> context.reminders().cancel("r" + step.b());
        case EMIT ->
            context.egress(EgressRecord.of(step.a() % 3 == 0 ? OTHER_EGRESS : EGRESS, step.a()));
        case ASYNC ->
            context.async(
                unnumbered(List.of(Program.Step.of(Program.Op.ADD, step.a()))), observer.begin());
        case FAIL -> {
          if (observer.failures(program.id()) <= step.a()) {
            throw new IllegalStateException("program " + program.id() + " fails for now");
          }
        }
        case POISON -> throw new IllegalStateException("program " + program.id() + " fails always");
        case TRANSFER -> transfer(step);
        case DEPOSIT -> balance().set(balance().getOrDefault(OPENING_BALANCE) + step.a());
        case SHOW -> observer.show(context.self().id(), state());
        case AWAIT -> {
          Awakeable awakeable =
              context.awakeable(
                  Program.class,
                  Duration.ofMillis(step.a()),
                  unnumbered(List.of(Program.Step.of(Program.Op.AWAKENED, TIMED_OUT, step.b()))));
          awakeables().put(step.b(), awakeable.id());
          observer.made(step.b(), awakeable.token());
        }
        case WITHDRAW -> context.withdraw(String.valueOf(awakeables().get(step.b())));
        case AWAKENED -> awakened(step);
      }
    }

    private void awakened(Program.Step step) {
      String expected = awakeables().get(step.b());
      if (!java.util.Objects.equals(context.awakenedBy(), expected) || context.caller() != null) {
        observer.violation(
            context.self()
                + " is awakened by "
                + context.awakenedBy()
                + " and "
                + context.caller()
                + " where "
                + expected
                + " was expected");
      }
      MapState<Long, Long> awakened = map(AWAKENED);
      awakened.put(step.b(), awakened.getOrDefault(step.b(), 0L) + step.a());
    }

    private void fanOut(Program.Step step) {
      for (long i = 0; i < step.a(); i++) {
        String target = "f" + i;
        context.send(address(target), numbered(target, step.nested()));
      }
    }

    private void transfer(Program.Step step) {
      long balance = balance().getOrDefault(OPENING_BALANCE);
      if (balance >= step.a()) {
        balance().set(balance - step.a());
        context.send(
            address(step.target()),
            numbered(step.target(), List.of(Program.Step.of(Program.Op.DEPOSIT, step.a()))));
      }
    }

    private Program numbered(String target, List<Program.Step> steps) {
      MapState<String, Long> sent = map(SENT);
      long sequence = sent.getOrDefault(target, 0L) + 1;
      sent.put(target, sequence);
      return new Program(0, context.self().id(), sequence, steps);
    }

    private Program unnumbered(List<Program.Step> steps) {
      return new Program(0, "", 0, steps);
    }

    private CancellationToken token(Program.Step step) {
      return CancellationToken.of("t" + step.b());
    }

    private void add(long amount) {
      value(SUM).set(value(SUM).getOrDefault(0L) + amount);
    }

    private CellState state() {
      List<Long> entries = new ArrayList<>();
      list().forEach(entries::add);
      Map<Long, Long> map = new TreeMap<>();
      this.<Long>map(MAP).entries().forEach(entry -> map.put(entry.getKey(), entry.getValue()));
      Map<Long, Long> awakened = new TreeMap<>();
      this.<Long>map(AWAKENED)
          .entries()
          .forEach(entry -> awakened.put(entry.getKey(), entry.getValue()));
      return new CellState(
          register().getOrDefault(-1L),
          value(SUM).getOrDefault(0L),
          entries,
          map,
          balance().getOrDefault(OPENING_BALANCE),
          awakened);
    }

    private ValueState<Long> register() {
      return value(REGISTER);
    }

    private ValueState<Long> balance() {
      return value(BALANCE);
    }

    @SuppressWarnings("unchecked")
    private ValueState<Long> value(int slot) {
      return (ValueState<Long>) invocation.value(slot);
    }

    @SuppressWarnings("unchecked")
    private ListState<Long> list() {
      return (ListState<Long>) invocation.list(LIST);
    }

    @SuppressWarnings("unchecked")
    private MapState<Long, String> awakeables() {
      return (MapState<Long, String>) invocation.map(AWAKEABLES);
    }

    @SuppressWarnings("unchecked")
    private <K> MapState<K, Long> map(int slot) {
      return (MapState<K, Long>) invocation.map(slot);
    }
  }
}
