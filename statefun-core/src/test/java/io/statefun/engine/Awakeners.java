/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Those outside who complete what cells wait for: some of it once, some again and again, some
 * never. They also get the tokens of what was never committed.
 */
final class Awakeners {

  private final Random random;
  private final MessageTypes types;
  private final List<Token> tokens;
  private final List<Asked> asked = new ArrayList<>();

  /**
   * @param tokens what they have from before
   */
  Awakeners(Random random, MessageTypes types, List<Token> tokens) {
    this.random = random;
    this.types = types;
    this.tokens = new ArrayList<>(tokens);
  }

  /** The token of an awakeable that the workload has given a number. */
  record Token(long number, String text) {}

  private record Asked(long number, CompletableFuture<TypedValue> answer) {}

  List<Token> tokens() {
    return tokens;
  }

  /** A cell, perhaps in vain, has made an awakeable. */
  void made(long number, String token) {
    tokens.add(new Token(number, token));
  }

  /** Perhaps completes one by a node, which may be dead. */
  void pass(@Nullable Node node) {
    if (node == null || tokens.isEmpty() || !node.hasPartitions() || random.nextInt(60) > 0) {
      return;
    }
    // Those that were made lately are more often still open.
    int back = random.nextInt(1 + random.nextInt(tokens.size()));
    Token token = tokens.get(tokens.size() - 1 - back);
    AwakeableToken parsed = AwakeableToken.parse(token.text());
    if (parsed == null) {
      throw new IllegalStateException("The token " + token + " is none");
    }
    Program message =
        Program.of(
            0,
            List.of(Program.Step.of(Program.Op.AWAKENED, CellFunction.COMPLETED, token.number())));
    asked.add(
        new Asked(
            token.number(),
            node.ask(
                parsed.place(node.services().partitions()),
                new Control.Complete(token.text(), types.wrap(message)))));
  }

  /**
   * Compares what a cell was sent with what it must have been sent, and with what its senders were
   * told.
   *
   * @param awaited what it has waited for, by number, and whether it has withdrawn that
   * @param awakened what came, by number, summed up
   * @return what is wrong, or null
   */
  @Nullable String check(Map<Long, Boolean> awaited, Map<Long, Long> awakened) {
    if (!awaited.keySet().containsAll(awakened.keySet())) {
      return "awakened by " + awakened + ", and has waited for " + awaited;
    }
    Map<Long, Long> told = told();
    for (Map.Entry<Long, Boolean> one : awaited.entrySet()) {
      long came = awakened.getOrDefault(one.getKey(), 0L);
      long other = one.getValue() ? 0 : CellFunction.TIMED_OUT;
      if (came != CellFunction.COMPLETED && came != other) {
        return "awakeable " + one + " has brought " + came;
      }
      if (told.getOrDefault(one.getKey(), came) != came) {
        return "awakeable " + one + " has brought " + came + ", and others were told " + told;
      }
    }
    return null;
  }

  /** Of those that were completed, as far as anybody heard. */
  private Map<Long, Long> told() {
    Map<Long, Long> told = new TreeMap<>();
    for (Asked one : asked) {
      if (one.answer().isDone() && !one.answer().isCompletedExceptionally()) {
        try {
          Awakeables.checked(one.answer().join());
          told.put(one.number(), CellFunction.COMPLETED);
        } catch (CompletionRefusedException | CompletionException refused) {
          // It may have been completed by others, or is over.
        }
      }
    }
    return told;
  }
}
