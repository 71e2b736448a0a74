/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.autoconfigure.api.JsonValues;
import io.statefun.engine.DeadLetter;
import io.statefun.engine.DeadLetters;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The dead letters, for the page to show, and what it does with them. */
final class LetterData {

  /** So many are looked through for those that somebody wants to see. */
  private static final int LOOKED_THROUGH = 2_000;

  private static final int SHOWN = 300;
  private static final int LONGEST_MESSAGE = 4_000;
  private static final int LONGEST_CAUSE = 8_000;
  private static final int LONGEST_HEADER = 500;

  /** So many can be chosen for one thing at a time. */
  static final int AT_ONCE = 1_000;

  private final StateFunEngine engine;
  private final JsonValues json;

  LetterData(StateFunEngine engine, JsonValues json) {
    this.engine = engine;
    this.json = json;
  }

  /** An instance, by the name of its function that people know. */
  record Instance(String function, String id) {}

  /**
   * A dead letter.
   *
   * @param message as JSON for people
   * @param cut whether the message is longer than what is shown
   */
  record Letter(
      String id,
      Instant time,
      @Nullable Instance target,
      @Nullable Instance source,
      String type,
      String message,
      boolean cut,
      String origin,
      Map<String, String> headers,
      String cause) {}

  /**
   * Some of them.
   *
   * @param total how many there are, as far as somebody has looked
   * @param more whether there are more
   * @param functions for which functions they are
   */
  record Page(List<Letter> deadLetters, int total, boolean more, List<String> functions) {}

  /**
   * Those that are about a function and have a text, each of which may be empty.
   *
   * @param words found in any part of it, whether in capitals or not
   */
  CompletableFuture<Page> list(String function, String words) {
    return engine
        .deadLetters()
        .list(LOOKED_THROUGH)
        .thenApply(page -> filter(page, function, words.toLowerCase(Locale.ROOT)));
  }

  private Page filter(DeadLetters.Page page, String function, String words) {
    List<Letter> shown = new ArrayList<>();
    TreeSet<String> functions = new TreeSet<>();
    for (DeadLetters.Stored stored : page.letters()) {
      Instance target = instance(stored.letter().target());
      String of = target == null ? "unknown" : target.function();
      functions.add(of);
      if (shown.size() < SHOWN && isOf(function, of)) {
        Letter letter = letter(stored, LONGEST_MESSAGE);
        if (words.isEmpty() || has(letter, words)) {
          shown.add(letter);
        }
      }
    }
    return new Page(shown, page.letters().size(), page.more(), List.copyOf(functions));
  }

  /** Whether a function is the one that is wanted, or of the namespace {@code namespace/*}. */
  private static boolean isOf(String wanted, String function) {
    return wanted.isEmpty()
        || wanted.equals(function)
        || wanted.endsWith("/*") && function.startsWith(wanted.substring(0, wanted.length() - 1));
  }

  private static boolean has(Letter letter, String words) {
    return (letter.id()
            + '\n'
            + letter.target()
            + '\n'
            + letter.source()
            + '\n'
            + letter.type()
            + '\n'
            + letter.origin()
            + '\n'
            + letter.message()
            + '\n'
            + letter.cause())
        .toLowerCase(Locale.ROOT)
        .contains(words);
  }

  /** One of them, as long as it may be sent from one process to another. */
  CompletableFuture<Letter> find(String id) {
    return engine
        .deadLetters()
        .find(DeadLetters.Id.parse(id))
        .thenApply(stored -> letter(stored, Integer.MAX_VALUE));
  }

  private Letter letter(DeadLetters.Stored stored, int longest) {
    DeadLetter letter = stored.letter();
    JsonNode tree = json.tree(letter.value());
    String message = tree.toPrettyString();
    Map<String, String> headers = new TreeMap<>();
    letter.headers().forEach((name, value) -> headers.put(name, header(value)));
    return new Letter(
        stored.id().toString(),
        letter.time(),
        instance(letter.target()),
        instance(letter.source()),
        letter.value().typeName().toString(),
        shortened(message, longest),
        stored.cut() || message.length() > longest,
        letter.origin(),
        headers,
        shortened(letter.cause(), LONGEST_CAUSE));
  }

  private static String header(byte[] value) {
    return shortened(new String(value, StandardCharsets.UTF_8), LONGEST_HEADER);
  }

  private static String shortened(String text, int longest) {
    return text.length() > longest ? text.substring(0, longest) + "…" : text;
  }

  @Nullable Instance instance(@Nullable Address address) {
    return address == null
        ? null
        : new Instance(engine.nameOf(address.type()).toString(), address.id());
  }

  // What is done with them

  /** What became of what was asked for. */
  record Done(int done, List<Problem> problems) {}

  /** Why something was not done. */
  record Problem(String id, String detail) {}

  CompletableFuture<Done> discard(List<String> ids) {
    return each(ids, id -> engine.deadLetters().discard(id));
  }

  /**
   * Has some handled again.
   *
   * @param target to whom they go in place of their targets, as namespace/name/id
   * @param type the type of the message in place of what it was
   * @param message the message in place of what it was
   */
  CompletableFuture<Done> replay(
      List<String> ids, @Nullable String target, @Nullable String type, @Nullable String message) {
    Address to = target == null ? null : address(target);
    Object value = message == null ? null : read(type, message);
    return each(ids, id -> engine.deadLetters().replay(id, to, value));
  }

  private Object read(@Nullable String type, String message) {
    MessageType<?> known = type == null ? null : engine.messageTypes().find(TypeName.parse(type));
    if (known == null) {
      throw new IllegalArgumentException(
          "A message needs the type that it has, and there is no type '" + type + "'");
    }
    return json.read(known, message.getBytes(StandardCharsets.UTF_8));
  }

  static Address address(String text) {
    int slash = text.indexOf('/', text.indexOf('/') + 1);
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is no instance, which are as namespace/name/id");
    }
    return Address.of(text.substring(0, slash), text.substring(slash + 1));
  }

  /** Does something with one, which may fail. */
  private interface Action {
    CompletableFuture<Void> with(DeadLetters.Id id);
  }

  private static CompletableFuture<Done> each(List<String> ids, Action action) {
    List<DeadLetters.Id> parsed = ids.stream().map(DeadLetters.Id::parse).toList();
    List<CompletableFuture<@Nullable Problem>> all = new ArrayList<>();
    for (DeadLetters.Id id : parsed) {
      all.add(
          action
              .with(id)
              .handle(
                  (done, failure) ->
                      failure == null
                          ? null
                          : new Problem(id.toString(), Answers.detail(failure))));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<Problem> problems = new ArrayList<>();
              for (CompletableFuture<@Nullable Problem> one : all) {
                Problem problem = one.join();
                if (problem != null) {
                  problems.add(problem);
                }
              }
              return new Done(parsed.size() - problems.size(), problems);
            });
  }
}
