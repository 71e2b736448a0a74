/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages that could not be handled, wherever they are in the application. May be used by any
 * thread. What its methods return completes when what they did is committed, and exceptionally with
 * a {@link RequestFailedException} if it was not done.
 */
public final class DeadLetters {

  /** How long a process may take to say how many it has. */
  private static final int COUNT_SECONDS = 10;

  private final Supplier<Node> node;
  private final MessageTypes types;

  DeadLetters(Supplier<Node> node, MessageTypes types) {
    this.node = node;
    this.types = types;
  }

  /**
   * Names a dead letter. It is another one's name never, unless the application is given another
   * number of partitions.
   *
   * @param partition where it is
   * @param number its number there
   */
  public record Id(int partition, long number) {

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if it is no such name
     */
    public static Id parse(String text) {
      int dash = text.indexOf('-');
      try {
        return new Id(
            Integer.parseInt(text, 0, dash, 10), Long.parseLong(text.substring(dash + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new IllegalArgumentException(
            "'" + text + "' is no dead letter's name, which are as 3-17", e);
      }
    }

    @Override
    public String toString() {
      return partition + "-" + number;
    }
  }

  /**
   * A dead letter that is stored.
   *
   * @param id names it
   * @param letter what it is
   * @param cut whether the message was too long to be shown whole; it is stored whole
   */
  public record Stored(Id id, DeadLetter letter, boolean cut) {}

  /**
   * Some of the dead letters.
   *
   * @param letters the oldest first
   * @param more whether there are more
   */
  public record Page(List<Stored> letters, boolean more) {

    public Page {
      letters = List.copyOf(letters);
    }
  }

  /**
   * Lists dead letters of all partitions.
   *
   * @param limit how many at most
   * @throws IllegalStateException if the engine does not run, or this process has no partitions
   */
  public CompletableFuture<Page> list(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("The limit must be at least 1: " + limit);
    }
    Node running = node.get();
    int count = running.services().partitions();
    List<CompletableFuture<DeadLetterPage>> pages = new ArrayList<>();
    for (int partition = 0; partition < count; partition++) {
      pages.add(
          Requests.then(
              running.ask(
                  Control.partition(partition, count), new Control.ListDeadLetters(0, limit)),
              answer -> DeadLetterPage.read(answer.bytes())));
    }
    CompletableFuture<Page> all =
        CompletableFuture.allOf(pages.toArray(CompletableFuture[]::new))
            .thenApply(done -> merge(pages, limit));
    var unused =
        all.whenComplete(
            (done, failure) -> {
              if (failure != null) {
                pages.forEach(page -> page.cancel(false));
              }
            });
    return all;
  }

  private static Page merge(List<CompletableFuture<DeadLetterPage>> pages, int limit) {
    List<Stored> all = new ArrayList<>();
    boolean more = false;
    for (int partition = 0; partition < pages.size(); partition++) {
      DeadLetterPage page = pages.get(partition).join();
      more |= page.more();
      for (DeadLetterPage.Entry entry : page.letters()) {
        all.add(new Stored(new Id(partition, entry.number()), entry.letter(), entry.cut()));
      }
    }
    all.sort(Comparator.comparing(stored -> stored.letter().time()));
    more |= all.size() > limit;
    return new Page(all.subList(0, Math.min(limit, all.size())), more);
  }

  /**
   * Counts the dead letters of all partitions. Each process knows how many its own have, so that
   * others are asked once each, and nothing if there are none.
   *
   * @return completes with the number, or the least that it can be if a partition has many
   *     thousands
   * @throws IllegalStateException if the engine does not run, or this process has no partitions
   */
  public CompletableFuture<Long> count() {
    Node running = node.get();
    Map<Integer, Integer> known = new HashMap<>();
    running.partitionLoads().forEach(load -> known.put(load.number(), load.deadLetters()));
    return countOthers(running, known);
  }

  private static CompletableFuture<Long> countOthers(Node running, Map<Integer, Integer> known) {
    int all = running.services().partitions();
    int next = 0;
    while (known.containsKey(next)) {
      next++;
    }
    if (next == all) {
      return CompletableFuture.completedFuture(
          known.values().stream().mapToLong(Integer::longValue).sum());
    }
    int asked = next;
    return Requests.then(
            running.ask(Control.partition(asked, all), new Control.CountDeadLetters()),
            answer -> DeadLetterCounts.read(answer.bytes()))
        .orTimeout(COUNT_SECONDS, TimeUnit.SECONDS)
        .thenCompose(
            counts -> {
              counts.byPartition().forEach(known::putIfAbsent);
              // It was there when it was asked, and may have moved since.
              known.putIfAbsent(asked, 0);
              return countOthers(running, known);
            });
  }

  /**
   * Looks for one.
   *
   * @return completes exceptionally, as what changes it does, if there is none
   */
  public CompletableFuture<Stored> find(Id id) {
    return Requests.then(
        ask(id, new Control.ListDeadLetters(id.number() - 1, 1)),
        answer -> {
          for (DeadLetterPage.Entry entry : DeadLetterPage.read(answer.bytes()).letters()) {
            if (entry.number() == id.number()) {
              return new Stored(id, entry.letter(), entry.cut());
            }
          }
          throw notFound(id);
        });
  }

  /**
   * Has a message handled again, once: it is a dead letter no longer, also if it fails again, which
   * makes another one.
   */
  public CompletableFuture<Void> replay(Id id) {
    return replay(id, null, null);
  }

  /**
   * Has a message handled again, once, perhaps as another or by another instance.
   *
   * @param target to whom it goes; to its target if null
   * @param message what it says; what it said if null
   */
  public CompletableFuture<Void> replay(Id id, @Nullable Address target, @Nullable Object message) {
    TypedValue value = message == null ? null : types.wrap(message);
    return tell(id, new Control.Replay(id.number(), target, value));
  }

  /** Drops a message for good. */
  public CompletableFuture<Void> discard(Id id) {
    return tell(id, new Control.Discard(id.number()));
  }

  private CompletableFuture<Void> tell(Id id, Control control) {
    return Requests.then(ask(id, control), answer -> null);
  }

  private CompletableFuture<TypedValue> ask(Id id, Control control) {
    Node running = node.get();
    int count = running.services().partitions();
    return id.partition() < 0 || id.partition() >= count
        ? CompletableFuture.failedFuture(notFound(id))
        : running.ask(Control.partition(id.partition(), count), control);
  }

  private static RequestFailedException notFound(Id id) {
    return new RequestFailedException(
        RequestFailedException.Reason.NOT_FOUND, "There is no dead letter " + id);
  }
}
