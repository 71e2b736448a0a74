/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks cells, through any process, how many messages of each other cell they have handled: numbers
 * that only grow, so that an answer which shows more than what is committed, and is lost with a
 * process later, is betrayed by the next.
 */
final class CellReader {

  /** After how many ticks an answer is taken for lost. */
  private static final int PATIENCE = 2_000;

  private final Random random;
  private final MessageTypes types;
  private final Consumer<String> violations;

  /** By cell and other cell, what has been answered. */
  private final Map<String, Map<String, Long>> answered = new TreeMap<>();

  private @Nullable CompletableFuture<?> asked;
  private int waited;
  private int answers;

  CellReader(Random random, MessageTypes types, Consumer<String> violations) {
    this.random = random;
    this.types = types;
    this.violations = violations;
  }

  /** How many answers there were. */
  int answers() {
    return answers;
  }

  /**
   * Asks now and then, one question after the other.
   *
   * @param node some process; null if it is dead
   * @param current whether an answer that comes now is one of an owner of the cell
   */
  void pass(String cell, @Nullable Node node, Supplier<Boolean> current) {
    CompletableFuture<?> before = asked;
    if (before != null && !before.isDone() && waited++ < PATIENCE) {
      return;
    }
    if (node == null || node.partitions().isEmpty() || random.nextInt(20) > 0) {
      return;
    }
    waited = 0;
    Map<String, Long> least = new LinkedHashMap<>(answered.getOrDefault(cell, Map.of()));
    CompletableFuture<TypedValue> question =
        node.query(CellFunction.address(cell), types.wrap(CellFunction.QUESTION));
    asked = question;
    var unused =
        question.whenComplete(
            (answer, failure) -> {
              if (answer != null && current.get()) {
                take(cell, least, answer);
              }
            });
  }

  private void take(String cell, Map<String, Long> least, TypedValue answer) {
    MessageType<String> text = types.forClass(String.class);
    Map<String, Long> now = CellFunction.answer(answer.as(text));
    answers++;
    least.forEach(
        (other, number) -> {
          if (now.getOrDefault(other, 0L) < number) {
            violations.accept(
                "cell " + cell + " answers " + now + " after it has answered " + least);
          }
        });
    Map<String, Long> known = answered.computeIfAbsent(cell, name -> new TreeMap<>());
    now.forEach((other, number) -> known.merge(other, number, Math::max));
  }
}
