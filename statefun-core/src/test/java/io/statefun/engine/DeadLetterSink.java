/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.DeadLetterHeaders;
import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the dead letters of a simulation leave: programs that are poisoned, and numbers that other
 * egresses refuse. It knows a repetition by its id, and refuses some for good, which must stay.
 */
final class DeadLetterSink implements Egress {

  private static final TypeName NAME = TypeName.of("sim", "dead-letters");
  private static final MessageType<Long> NUMBER = MessageTypes.standard().forClass(Long.class);

  /** It will never take multiples of this number. */
  private static final int REFUSED = 3;

  private final boolean keep;
  private final Random random;
  private final BooleanSupplier calm;
  private final Consumer<String> violate;
  private final Map<String, TypedValue> taken = new TreeMap<>();

  private DeadLetterSink(
      boolean keep, Random random, BooleanSupplier calm, Consumer<String> violate) {
    this.keep = keep;
    this.random = random;
    this.calm = calm;
    this.violate = violate;
  }

  /**
   * In half of the runs, so that the course of others stays; null if they only stay in the state.
   */
  static @Nullable DeadLetterSink of(long seed, BooleanSupplier calm, Consumer<String> violate) {
    return seed % 4 < 2
        ? null
        : new DeadLetterSink(seed % 4 == 2, new Random(47 * seed), calm, violate);
  }

  /** The sink of a run that goes on from another one. */
  static @Nullable DeadLetterSink after(
      @Nullable DeadLetterSink before, BooleanSupplier calm, Consumer<String> violate) {
    return before == null ? null : new DeadLetterSink(before.keep, before.random, calm, violate);
  }

  /** A node's services, whose dead letters leave if there is a sink. */
  static NodeServices in(@Nullable DeadLetterSink sink, NodeServices services) {
    return sink == null ? services : services.with(new DeadLetterEgress(NAME, sink.keep));
  }

  /** Adds its name, if there is one. */
  static Set<TypeName> in(@Nullable DeadLetterSink sink, Set<TypeName> egresses) {
    Set<TypeName> all = new TreeSet<>(egresses);
    if (sink != null) {
      all.add(NAME);
    }
    return all;
  }

  /** Adds it, if there is one. */
  static void in(@Nullable DeadLetterSink sink, Map<TypeName, Egress> receivers) {
    if (sink != null) {
      receivers.put(NAME, sink);
    }
  }

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    int mood = calm.getAsBoolean() ? 3 : random.nextInt(10);
    if (mood == 0) {
      return CompletableFuture.failedFuture(new IOException("dead letters are not taken now"));
    }
    Map<Integer, Throwable> refused = new HashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      Delivery delivery = batch.get(i);
      if (isRefused(delivery.value())) {
        refused.put(i, new IOException("dead letters of such a number are not taken"));
      } else {
        take(delivery);
      }
    }
    if (mood == 1) {
      return CompletableFuture.failedFuture(new IOException("took them, but did not say so"));
    }
    return refused.isEmpty()
        ? CompletableFuture.completedFuture(batch)
        : CompletableFuture.failedFuture(new RefusedRecordsException(refused));
  }

  private void take(Delivery delivery) {
    TypedValue before = taken.put(delivery.id(), delivery.value());
    if (before != null && !before.equals(delivery.value())) {
      violate.accept("dead letter " + delivery.id() + " was another one before");
    }
    boolean hasTarget = delivery.headers().containsKey(DeadLetterHeaders.TARGET);
    if (hasTarget != isProgram(delivery.value())) {
      violate.accept("dead letter " + delivery.id() + " leaves with " + delivery.headers());
    }
  }

  private static boolean isProgram(TypedValue value) {
    return value.typeName().equals(Program.TYPE.typeName());
  }

  private static long number(TypedValue value) {
    return isProgram(value) ? value.as(Program.TYPE).id() : value.as(NUMBER);
  }

  private static boolean isRefused(TypedValue value) {
    return number(value) % REFUSED == 0;
  }

  /** The numbers that have left and whose records' ids are such. */
  List<Long> numbers(Predicate<String> ids) {
    return taken.entrySet().stream()
        .filter(entry -> ids.test(entry.getKey()) && !isProgram(entry.getValue()))
        .map(entry -> number(entry.getValue()))
        .toList();
  }

  private List<Long> programs() {
    return taken.values().stream()
        .filter(DeadLetterSink::isProgram)
        .map(DeadLetterSink::number)
        .toList();
  }

  /**
   * Checks what has left and what has stayed.
   *
   * @param sink where they leave; null if they only stay
   * @param stayed the dead letters in the state
   * @param poisoned the programs that must be dead letters, once each
   * @param before what has left before the savepoint that the run goes on from; null if it began
   *     with nothing
   * @return the numbers that are dead letters, in the state or left
   */
  static List<Long> check(
      @Nullable DeadLetterSink sink,
      List<DeadLetter> stayed,
      Set<Long> poisoned,
      @Nullable DeadLetterSink before,
      Consumer<String> violate) {
    List<Long> programs = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    for (DeadLetter letter : stayed) {
      (isProgram(letter.value()) ? programs : numbers).add(number(letter.value()));
      if ((letter.target() != null) != isProgram(letter.value())) {
        violate.accept("a dead letter has not the target that it had: " + letter);
      }
    }
    if (sink != null && !sink.keep) {
      sink.checkOnlyRefused(stayed, before != null);
      programs.addAll(sink.programs());
      numbers.addAll(sink.numbers(id -> true));
    } else if (sink != null) {
      sink.checkCopies(before == null, programs, numbers);
    }
    checkOnce(programs, poisoned, sink == null || sink.keep ? null : before, violate);
    return numbers;
  }

  /**
   * Records that a log has refused just before a savepoint are dead letters when it is restored.
   */
  private void checkOnlyRefused(List<DeadLetter> stayed, boolean afterSavepoint) {
    for (DeadLetter letter : stayed) {
      boolean restored =
          afterSavepoint
              && !isProgram(letter.value())
              && number(letter.value()) % SimulatedLog.REFUSED == 0;
      if (!isRefused(letter.value()) && !restored) {
        violate.accept("a dead letter stays that is to leave: " + letter);
      }
    }
  }

  private static void checkOnce(
      List<Long> programs,
      Set<Long> poisoned,
      @Nullable DeadLetterSink before,
      Consumer<String> violate) {
    Set<Long> all = new TreeSet<>(programs);
    boolean once = all.size() == programs.size();
    if (before != null) {
      all.addAll(before.programs());
    }
    if (!once || !all.equals(poisoned)) {
      violate.accept("dead letters " + programs + " in place of " + poisoned);
    }
  }

  private void checkCopies(boolean all, List<Long> programs, List<Long> numbers) {
    List<Long> taken = sorted(programs());
    List<Long> takenNumbers = sorted(numbers(id -> true));
    List<Long> due = sorted(programs.stream().filter(id -> id % REFUSED != 0).toList());
    List<Long> dueNumbers = sorted(numbers.stream().filter(id -> id % REFUSED != 0).toList());
    boolean right =
        all
            ? taken.equals(due) && takenNumbers.equals(dueNumbers)
            : due.containsAll(taken) && dueNumbers.containsAll(takenNumbers);
    if (!right) {
      violate.accept(
          "dead letters %s and %s have left in place of %s and %s"
              .formatted(taken, takenNumbers, due, dueNumbers));
    }
  }

  private static List<Long> sorted(Collection<Long> numbers) {
    return numbers.stream().sorted().toList();
  }
}
