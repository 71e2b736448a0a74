/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.query.Condition;
import io.statefun.query.InstanceStates;
import io.statefun.query.InvalidQueryException;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Queries of the states of a function's instances, in whichever processes they are. What they see
 * is committed, each instance as of one commit, and they hold up nobody. May be used by any thread.
 */
public final class StateQueries {

  /** How many instances are looked at for one page. */
  private static final int MAX_EXAMINED = 100_000;

  /** How often partitions are asked for one page. */
  private static final int MAX_STEPS = 1_024;

  /** How many partitions of other processes are asked at a time for one page. */
  private static final int MAX_AHEAD = 8;

  private final Supplier<Node> node;
  private final NodeServices services;
  private final Duration timeout;

  /**
   * @param timeout after how long a page that is not complete fails
   */
  StateQueries(Supplier<Node> node, NodeServices services, Duration timeout) {
    this.node = node;
    this.services = services;
    this.timeout = timeout;
  }

  /**
   * Asks for a page of instances. An instance that is there all the time is on exactly one page of
   * a query, also while others change, and while partitions go to other processes.
   *
   * @return completes with the page; exceptionally with a {@link RequestFailedException} if it
   *     cannot be had at the moment
   * @throws InvalidQueryException if the application has no such function or state, or {@link
   *     StateQuery#after} was not made for it
   * @throws IllegalStateException if the engine does not run, or this process has no partitions
   */
  public CompletableFuture<StatePage> page(StateQuery query) {
    return page(query, MessageType::deserialize);
  }

  /**
   * The same with states as conditions see them, which needs no classes of values: texts, numbers,
   * truths, lists and maps. JSON is as it is stored, with numbers that are no integers as {@link
   * java.math.BigDecimal}; protobuf messages have the JSON names of their fields; bytes are texts
   * in Base64. Of values of other types it is what their type tells people, or nothing.
   *
   * @return as {@link #page}
   * @throws InvalidQueryException as {@link #page}
   * @throws IllegalStateException as {@link #page}
   */
  public CompletableFuture<StatePage> trees(StateQuery query) {
    ValueTree trees = new ValueTree(services.messageTypes());
    return page(
        query,
        (type, stored) -> {
          Object tree = trees.read(type, stored);
          return tree == null ? type.describe(stored) : tree;
        });
  }

  private CompletableFuture<StatePage> page(StateQuery query, StateValues.Form form) {
    FunctionType function =
        services
            .functions()
            .get(services.functions().stored(Address.of(query.function(), "")).type());
    if (function == null) {
      throw new InvalidQueryException(
          "There is no function '" + query.function() + "' in this application");
    }
    check(function, query);
    String after = query.after();
    PageCursor start =
        after == null
            ? PageCursor.START
            : PageCursor.read(after, function.storedName, services.partitions());
    Page page = new Page(node.get(), function, query, start, form);
    page.next();
    return page.result.isDone()
        ? page.result
        : page.result.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void check(FunctionType function, StateQuery query) {
    // A function elsewhere may not have said yet which states it has.
    if (function.remote == null) {
      Set<String> names = new LinkedHashSet<>(query.states());
      query.where().stream().map(Condition::state).forEach(names::add);
      for (String name : names) {
        if (function.slotOf(name) < 0) {
          throw new InvalidQueryException(
              "The function '"
                  + function.name
                  + "' has no state '"
                  + name
                  + "'. It has "
                  + function.states.stream().map(StateSpec::name).toList());
        }
      }
    }
  }

  /** A page that is being filled, one partition after the other. */
  private final class Page {

    private final CompletableFuture<StatePage> result = new CompletableFuture<>();
    private final Node from;
    private final FunctionType function;
    private final int limit;
    private final StateScan scan;
    private final StateValues.Form form;
    private final List<InstanceStates> instances = new ArrayList<>();
    private PageCursor cursor;
    private final Map<Integer, CompletableFuture<StateScan.Step>> ahead = new HashMap<>();
    private int width = 1;
    private int examined;
    private int steps;

    Page(
        Node from,
        FunctionType function,
        StateQuery query,
        PageCursor start,
        StateValues.Form form) {
      this.from = from;
      this.form = form;
      this.function = function;
      this.limit = query.limit();
      this.scan =
          new StateScan(
              function.storedName,
              query.idPrefix(),
              null,
              List.copyOf(query.states()),
              query.where(),
              query.limit());
      this.cursor = start;
    }

    /** Goes on until it has to wait, or has all. */
    void next() {
      while (!result.isDone()) {
        if (cursor.partition() == services.partitions()) {
          result.complete(new StatePage(instances, null));
        } else if (isEnough()) {
          String next = cursor.text(function.storedName, services.partitions());
          result.complete(new StatePage(instances, next));
        } else {
          CompletableFuture<StateScan.Step> step = ask();
          if (!step.isDone()) {
            var unused = step.whenComplete((done, failure) -> goOn(done, failure));
            return;
          }
          var unused = step.whenComplete(this::take);
        }
      }
    }

    private CompletableFuture<StateScan.Step> ask() {
      CompletableFuture<StateScan.Step> asked =
          cursor.after() == null ? ahead.remove(cursor.partition()) : null;
      return asked == null ? ask(cursor) : asked;
    }

    private CompletableFuture<StateScan.Step> ask(PageCursor at) {
      steps++;
      try {
        CompletableFuture<StateScan.Step> step =
            from.scan(at.partition(), scan.from(at.after(), limit - instances.size()));
        // What is asked elsewhere may be lost, and nobody may need it by now: it is not remembered.
        return from.has(at.partition())
            ? step
            : step.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RuntimeException stopped) {
        return CompletableFuture.failedFuture(stopped);
      }
    }

    /**
     * Asks partitions of other processes together, of which each takes the time of two commits: the
     * more of them, the longer the page goes on without being full.
     */
    private void askAhead() {
      width = Math.min(MAX_AHEAD, width * 2);
      int end = Math.min(services.partitions(), cursor.partition() + width);
      for (int partition = cursor.partition(); partition < end; partition++) {
        if (!from.has(partition) && !ahead.containsKey(partition)) {
          ahead.put(partition, ask(new PageCursor(partition, null)));
        }
      }
    }

    private boolean isEnough() {
      return instances.size() >= limit || examined >= MAX_EXAMINED || steps >= MAX_STEPS;
    }

    private void goOn(StateScan.@Nullable Step step, @Nullable Throwable failure) {
      take(step, failure);
      next();
    }

    private void take(StateScan.@Nullable Step step, @Nullable Throwable failure) {
      try {
        if (step == null) {
          result.completeExceptionally(cause(failure));
          return;
        }
        // Of who was asked ahead more may come than there is room for by now.
        int room = Math.min(limit - instances.size(), step.found().size());
        step.found().subList(0, room).forEach(found -> instances.add(states(found)));
        examined += step.examined();
        boolean elsewhere = !from.has(cursor.partition());
        String last = room < step.found().size() ? step.found().get(room - 1).id() : step.last();
        cursor =
            last == null
                ? new PageCursor(cursor.partition() + 1, null)
                : new PageCursor(cursor.partition(), last);
        if (last == null && elsewhere && !isEnough()) {
          askAhead();
        }
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
      }
    }

    private InstanceStates states(StateScan.Found found) {
      Address stored = Address.of(function.storedName, found.id());
      StateValues values =
          new StateValues(stored, function, services.clock().millis(), scan::shows, form);
      Map<String, String> unreadable = new LinkedHashMap<>();
      try {
        values.row(found.row());
        found.entries().forEach(entry -> values.collectionEntry(entry.key(), entry.value()));
      } catch (RuntimeException damaged) {
        function.states.stream()
            .filter(scan::shows)
            .forEach(state -> unreadable.put(state.name(), String.valueOf(damaged.getMessage())));
      }
      values
          .unreadable()
          .forEach((state, why) -> unreadable.put(state, String.valueOf(why.getMessage())));
      return new InstanceStates(
          Address.of(function.name, found.id()), values.result(), unreadable, found.partial());
    }
  }

  private static Throwable cause(@Nullable Throwable failure) {
    Throwable known = failure == null ? new IllegalStateException("There is no answer") : failure;
    return known instanceof CompletionException && known.getCause() != null
        ? known.getCause()
        : known;
  }
}
